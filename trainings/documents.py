"""Who reads the papers of trainings: signed sheets and receipts, whoever runs or teaches the
edition, or keeps the copies of the region; old papers, whoever may bring such records in; files of
the manual, whoever may change it."""

from typing import Any

from django.db.models import Q

from members.access import Permission, scope_of
from network.base.access import can
from network.documents.access import DocumentScope
from network.documents.models import Document
from trainings.access import marked_by
from trainings.models import Completion, Edition, Handout, SessionRecord


def _signed_sheets(user: Any) -> Q:
    editions = Edition.objects.filter(marked_by(user))
    records = SessionRecord.objects.filter(session__edition__in=editions.values("pk"))
    return Q(pk__in=records.values("document"))


def _receipts(user: Any) -> Q:
    scope = scope_of(user, Permission.HANDOUT_RECORD)
    rows = Handout.objects.all()
    if not scope.everything:
        editions = Edition.objects.filter(marked_by(user))
        rows = rows.filter(
            Q(regional_network__in=scope.regional_network_ids)
            | Q(edition__in=editions.values("pk"))
        )
    return Q(pk__in=rows.values("receipt"))


def _publications(user: Any) -> Q:
    return Q() if can(user, Permission.MANUAL_EDIT) else Q(pk__in=[])


def _old_papers(user: Any) -> Q:
    """A page of a notebook names others too: only whoever may bring such records in reads it."""
    scope = scope_of(user, Permission.IMPORT)
    return Q(pk__in=Completion.objects.within(scope).named().papers().values("evidence"))


DOCUMENTS = (
    DocumentScope("session_records", (Document.Kind.EVIDENCE,), _signed_sheets),
    DocumentScope("old_papers", (Document.Kind.EVIDENCE,), _old_papers),
    DocumentScope("handout_receipts", (Document.Kind.EVIDENCE,), _receipts),
    DocumentScope("publications", (Document.Kind.PUBLICATION,), _publications),
)
