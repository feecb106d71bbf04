"""What each person agreed to, purpose by purpose: a ledger, where the newest decision counts."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.people import Language, Person
from network.base.history import tracked
from network.base.ids import new_id


class Purpose(models.TextChoices):
    REGISTRY = "registry", _("Estar en el registro de la red")
    WHATSAPP = "whatsapp", _("Recibir mensajes por WhatsApp")
    SMS = "sms", _("Recibir mensajes de texto")
    EMAIL = "email", _("Recibir correos")
    TESTIMONY = "testimony", _("Que se publiquen su foto y su testimonio")
    SHARE_SOLIDARIDAD = "share_solidaridad", _("Que Solidaridad vea sus datos")
    TRANSFER_ABROAD = "transfer_abroad", _("Que sus datos salgan del país")
    DONOR_REPORTING = "donor_reporting", _("Aparecer en informes a donantes")
    SENSITIVE = "sensitive", _("Guardar datos sensibles (identidad, discapacidad, estudios)")


@tracked
class PrivacyNotice(models.Model):
    """The text a person heard or read before she decided. It is never rewritten: a new one is."""

    version = models.CharField(_("versión"), max_length=20)
    language = models.CharField(_("lengua"), max_length=8, choices=Language, default="es")
    text = models.TextField(_("texto"))
    effective_on = models.DateField(_("desde"))

    class Meta:
        verbose_name = _("aviso de privacidad")
        verbose_name_plural = _("avisos de privacidad")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language"], name="members_privacynotice_version"
            )
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.version} ({self.get_language_display()})"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def current(self) -> "ConsentQuerySet":
        return self.filter(superseded_at=None)

    def granted(self, purpose: str) -> "ConsentQuerySet":
        return self.current().filter(purpose=purpose, is_granted=True)


@tracked
class Consent(models.Model):
    """One decision of one person for one purpose. A later one supersedes it; none is deleted."""

    class Channel(models.TextChoices):
        PAPER = "paper", _("Hoja firmada")
        FINGERPRINT = "fingerprint", _("Huella digital")
        WITNESSED = "witnessed", _("De palabra, con testigo")
        PHONE = "phone", _("Lo dijo por teléfono")
        WEB = "web", _("En el portal")
        IMPORTED = "imported", _("Venía en una lista")

    # What the law calls written: she herself leaves a mark.
    WRITTEN = (Channel.PAPER, Channel.FINGERPRINT, Channel.WEB)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("para qué"), max_length=20, choices=Purpose)
    is_granted = models.BooleanField(_("aceptó"))
    notice = models.ForeignKey(
        PrivacyNotice, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    channel = models.CharField(_("cómo lo dijo"), max_length=12, choices=Channel)
    decided_on = models.DateField(_("fecha"))
    witness = models.CharField(_("testigo"), max_length=120, blank=True)
    guardian = models.CharField(
        _("madre, padre o tutora"), max_length=120, blank=True, db_default=""
    )
    evidence = models.ForeignKey(
        "documents.Document",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consentimiento")
        verbose_name_plural = _("consentimientos")
        indexes = [
            models.Index(
                fields=["evidence"],
                condition=Q(evidence__isnull=False),
                name="members_consent_evidence",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(superseded_at=None),
                name="members_consent_current",
            ),
            models.CheckConstraint(
                condition=~Q(channel="witnessed") | ~Q(witness=""),
                name="members_consent_witness",
                violation_error_message=_("Escribe quién fue testigo."),
            ),
            models.CheckConstraint(
                condition=~Q(purpose="sensitive")
                | Q(is_granted=False)
                | Q(channel__in=["paper", "fingerprint", "web"]),
                name="members_consent_sensitive_written",
                violation_error_message=_(
                    "Para guardar datos sensibles la ley pide su firma o su huella. "
                    "De palabra o por teléfono no vale."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'sí' if self.is_granted else 'no'}"
