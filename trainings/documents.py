"""Who reads the papers of trainings: the signed sheets, whoever runs or teaches the edition."""

from typing import Any

from django.db.models import Q

from network.documents.access import DocumentScope
from network.documents.models import Document
from trainings.access import marked_by
from trainings.models import Edition, SessionRecord


def _signed_sheets(user: Any) -> Q:
    editions = Edition.objects.filter(marked_by(user))
    records = SessionRecord.objects.filter(session__edition__in=editions.values("pk"))
    return Q(pk__in=records.values("document"))


DOCUMENTS = (DocumentScope("session_records", (Document.Kind.EVIDENCE,), _signed_sheets),)
