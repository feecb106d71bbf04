"""Proof of completion: numbered, frozen when issued, checked by anyone with its code."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from network.base.history import tracked
from network.base.ids import new_id
from trainings.codes import printed
from trainings.models.completions import Completion
from trainings.querysets import CertificateQuerySet, SignatoryQuerySet


@tracked
class Signatory(models.Model):
    """Who signs certificates, and as what. Old ones keep the words they were issued with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
    post = models.CharField(_("cargo"), max_length=120)
    regional_network = models.ForeignKey(
        "members.RegionalNetwork",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("red regional"),
    )
    order = models.PositiveSmallIntegerField(_("orden"), default=1)
    starts_on = models.DateField(_("firma desde"))
    ends_on = models.DateField(_("firma hasta"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("quien firma")
        verbose_name_plural = _("quienes firman")
        ordering = ["order", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="trainings_signatory_dates",
                violation_error_message=_("La fecha de término es anterior a la de inicio."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.post}"


class CertificateSeries(models.Model):
    """The last number given in a year. Locked by whoever takes the next: no gap, no twin."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("numeración")

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


@tracked
class Certificate(models.Model):
    """One issued copy of a proof. Distinct by number and copy; each has a code of its own.

    `content` is what was true when it was issued and is never changed; a trigger refuses it. A name
    mended later is copy 2 of the same number, and the first says so. A renewal is another number.
    """

    class Revocation(models.TextChoices):
        NONE = "", _("No está anulada")
        ERROR = "error", _("Se emitió por error")
        IDENTITY = "identity", _("Era de otra persona")
        RULE = "rule", _("No cumplía lo que pide el curso")
        REQUEST = "request", _("Ella lo pidió")

    # What was not hers, or gave no right to one, was not completed either.
    TAKES_BACK = (Revocation.IDENTITY, Revocation.RULE)

    class Answer(models.TextChoices):
        VALID = "valid", _("Vigente")
        EXPIRED = "expired", _("Vencida")
        REPLACED = "replaced", _("Reemplazada")
        ANNULLED = "annulled", _("Anulada")
        UNKNOWN = "unknown", _("No existe")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    completion = models.ForeignKey(
        Completion, on_delete=models.PROTECT, related_name="certificates"
    )
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    copy = models.PositiveSmallIntegerField(_("duplicado n.º"), default=1)
    code = models.CharField(_("código"), max_length=12, unique=True)
    issued_on = models.DateField(_("emitida el"))
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    valid_until = models.DateField(_("vale hasta"), null=True, blank=True)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64, editable=False)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces", editable=False
    )
    revoked_on = models.DateField(null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revocation = models.CharField(
        _("por qué se anuló"), max_length=8, choices=Revocation, default="", blank=True
    )
    revocation_note = models.CharField(_("nota interna"), max_length=200, blank=True)
    copy_reason = models.CharField(
        _("por qué se hizo el duplicado"), max_length=200, blank=True, editable=False
    )
    is_demo = models.BooleanField(default=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("constancia")
        verbose_name_plural = _("constancias")
        indexes = [
            models.Index(fields=["-issued_on", "-id"], name="trainings_certificate_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number", "copy"], name="trainings_certificate_number"
            ),
            # Run again, a batch finds what it issued: one first copy for a completion.
            models.UniqueConstraint(
                fields=["completion"],
                condition=Q(replaced_by=None, revoked_on=None),
                name="trainings_certificate_current",
                violation_error_message=_("Ya tiene su constancia."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revocation="")
                | (Q(revoked_on__isnull=False) & ~Q(revocation="")),
                name="trainings_certificate_revocation",
                violation_error_message=_("Di por qué se anula."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(
                    "completion",
                    "year",
                    "number",
                    "copy",
                    "code",
                    "issued_on",
                    "valid_until",
                    "content",
                    "content_sha256",
                    "copy_reason",
                ),
                func=(
                    "RAISE EXCEPTION 'a certificate is frozen when issued'"
                    " USING ERRCODE = '23514', CONSTRAINT = 'trainings_certificate_frozen';"
                ),
            ),
            pgtrigger.Trigger(
                name="annulled_for_good",
                operation=pgtrigger.UpdateOf("revoked_on", "revocation"),
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("revoked_on", "revocation"),
                func=(
                    "IF OLD.revoked_on IS NOT NULL THEN"
                    " RAISE EXCEPTION 'what was annulled stays so' USING"
                    " ERRCODE = '23514', CONSTRAINT = 'trainings_certificate_annulled'; END IF;"
                    " RETURN NEW;"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="proved",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=(
                    "IF NOT (SELECT is_verified FROM trainings_completion"
                    " WHERE id = NEW.completion_id) THEN"
                    " RAISE EXCEPTION 'no certificate without a verified completion'"
                    " USING ERRCODE = '23514', CONSTRAINT = 'trainings_certificate_proved';"
                    " END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_within(self, scope: Scope) -> bool:
        return self.completion.is_within(scope)

    @property
    def number_in_words(self) -> str:
        return f"{self.year}-{self.number:06d}"

    @property
    def takes_back_completion(self) -> bool:
        return self.revocation in self.TAKES_BACK

    @property
    def printed_code(self) -> str:
        return printed(self.code)

    def answer_on(self, day: date) -> "Certificate.Answer":
        """What anyone is told. Annulled wins over replaced, and replaced over expired."""
        if self.revoked_on:
            return self.Answer.ANNULLED
        if self.replaced_by_id:
            return self.Answer.REPLACED
        if self.valid_until and self.valid_until < day:
            return self.Answer.EXPIRED
        return self.Answer.VALID


class CodeMiss(models.Model):
    """A code that was asked for and does not exist. Whoever asks for many is made to wait.

    The asker's address is kept as a keyed digest for a day, and nothing of what was typed.
    """

    asker = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("código que no existe")
        indexes = [
            models.Index(fields=["asker", "at"], name="trainings_codemiss_asker"),
            models.Index(fields=["at"], name="trainings_codemiss_at"),
        ]

    def __str__(self) -> str:
        return str(self.at)
