"""Files and evidence: what was stored, from whom, and how carefully it is to be kept."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network.base.access import can
from network.base.history import tracked
from network.base.ids import new_id
from network.documents.access import scopes


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any) -> "DocumentQuerySet":
        """What the apps let her see of their kinds today, whoever uploaded it; nothing else."""
        if not can(user, "document_view"):
            return self.none()
        seen = Q(pk__in=[])
        for scope in scopes():
            seen |= Q(kind__in=scope.kinds) & scope.seen_by(user)
        return self.filter(seen)


@tracked
class Document(models.Model):
    """One stored file. Its name on disk is ours; what it is was decided by looking inside.

    `subject` and `subject_id` say what it is about when no row points at it: a table and its row.
    """

    class Kind(models.TextChoices):
        CONSENT = "consent", _("Consentimiento firmado")
        MINUTES = "minutes", _("Acta")
        EVIDENCE = "evidence", _("Prueba o sustento")
        PHOTO = "photo", _("Foto")
        PUBLICATION = "publication", _("Publicación")

    class Confidentiality(models.TextChoices):
        INTERNAL = "internal", _("De la red")
        PERSONAL = "personal", _("Personal")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("tipo"), max_length=12, choices=Kind)
    title = models.CharField(_("título"), max_length=160, blank=True)
    confidentiality = models.CharField(
        _("reserva"), max_length=10, choices=Confidentiality, default=Confidentiality.PERSONAL
    )
    subject = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    stored_name = models.CharField(max_length=80, unique=True, editable=False)
    original_name = models.CharField(_("nombre del archivo"), max_length=200)
    content_type = models.CharField(max_length=60, editable=False)
    size = models.PositiveIntegerField(_("tamaño"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("documento")
        verbose_name_plural = _("documentos")
        indexes = [
            models.Index(fields=["sha256"], name="documents_sha256"),
            models.Index(fields=["subject", "subject_id"], name="documents_subject"),
        ]

    def __str__(self) -> str:
        return self.title or self.original_name

    @property
    def download_name(self) -> str:
        """The name it came with, under the ending of what it really is."""
        stem = self.original_name.rsplit(".", 1)[0].rstrip(". ") or str(self.pk)
        return f"{stem}.{self.stored_name.rsplit('.', 1)[1]}"
