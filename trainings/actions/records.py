"""Verbs about old paper records: add the paper, verify, take that back."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from network.base.errors import Refused
from network.documents.actions import store_upload
from network.documents.models import Document
from trainings.models import Certificate, Completion


@transaction.atomic
def verify_record(*, record: Completion, by: User) -> Completion:
    """She looked at the source and it says so: from now on it counts. Repeating it changes nothing.

    Refused for what was annulled, and for what says nowhere where it comes from.
    """
    record = _locked(record)
    if record.is_verified:
        return record
    if not (record.source or record.source_kind or record.evidence_id):
        raise Refused(_("Falta de dónde sale el dato. Sube la foto del papel antes de verificar."))
    record.is_verified, record.approved_by, record.approved_at = True, by, timezone.now()
    record.save(update_fields=["is_verified", "approved_by", "approved_at"])
    return record


@transaction.atomic
def doubt_record(*, record: Completion, by: User) -> Completion:
    """Take the verification back: it is counted apart again. Repeating it changes nothing.

    Refused while it has a certificate, annulled or not: that was issued on its word.
    """
    record = _locked(record)
    if not record.is_verified:
        return record
    if Certificate.objects.filter(completion=record).exists():
        raise Refused(_("Tiene constancia: no se le puede quitar la verificación."))
    record.is_verified, record.approved_by = False, None
    record.save(update_fields=["is_verified", "approved_by"])
    return record


@transaction.atomic
def add_evidence(
    *, record: Completion, upload: UploadedFile, by: User, others: Any = None
) -> Document:
    """Keep a photo or scan of the paper, for this record and for `others` of the same paper.

    Refused once it is verified: what was looked at stays.
    """
    record = _locked(record)
    if record.is_verified:
        raise Refused(_("Ya está verificado: su papel no se cambia."))
    document = store_upload(
        upload=upload,
        kind=Document.Kind.EVIDENCE,
        by=by,
        title=(record.source or _("Papel de un registro histórico"))[:160],
        subject=Completion._meta.label_lower,
        subject_id=str(record.pk),
    )
    record.evidence = document
    record.save(update_fields=["evidence"])
    if others is not None:
        others.filter(is_verified=False).update(evidence=document)
    return document


def _locked(record: Completion) -> Completion:
    record = Completion.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if record.origin != Completion.Origin.PAPER:
        raise Refused(_("No es un registro en papel: se decide en su edición."))
    if record.voided_at is not None:
        raise Refused(_("Ese registro se anuló."))
    return record
