"""Files and evidence: what was stored, from whom, and how carefully it is to be kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from network.base.history import tracked
from network.base.ids import new_id


@tracked
class Document(models.Model):
    """One stored file. Its name on disk is ours; what it is was decided by looking inside."""

    class Kind(models.TextChoices):
        CONSENT = "consent", _("Consentimiento firmado")
        MINUTES = "minutes", _("Acta")
        EVIDENCE = "evidence", _("Prueba o sustento")
        PHOTO = "photo", _("Foto")

    class Confidentiality(models.TextChoices):
        INTERNAL = "internal", _("De la red")
        PERSONAL = "personal", _("Personal")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("tipo"), max_length=12, choices=Kind)
    title = models.CharField(_("título"), max_length=160, blank=True)
    confidentiality = models.CharField(
        _("reserva"), max_length=10, choices=Confidentiality, default=Confidentiality.PERSONAL
    )
    stored_name = models.CharField(max_length=80, unique=True, editable=False)
    original_name = models.CharField(_("nombre del archivo"), max_length=200)
    content_type = models.CharField(max_length=60, editable=False)
    size = models.PositiveIntegerField(_("tamaño"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("documento")
        indexes = [models.Index(fields=["sha256"], name="documents_sha256")]

    def __str__(self) -> str:
        return self.title or self.original_name
