"""Emptying the trash: what was in it for 30 days is erased for good, a batch at a time."""

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.functions import Now

from members.access import STAFF_ROLES
from members.actions.accounts import end_sessions
from members.erasing import NAMELESS, PERSON_BLANKS, erase_declared_rows, erase_history
from members.models import AccountLink, Consent, Membership, Office, Person, Phone, User
from members.models.people import TIME_IN_TRASH
from network.base.accesslog import record_erasures
from network.base.models import ImportedRow
from network.documents.actions import erase_documents
from network.documents.models import Document

BATCH = 500


def purge_trash(*, batch: int = BATCH) -> int:
    """Erase everyone whose time in the trash is over; how many there were. Again changes nothing.

    Each batch is one transaction. A record someone is working on is left for the next time.
    """
    erased = 0
    while count := _purge_batch(batch):
        erased += count
    return erased


@transaction.atomic
def _purge_batch(size: int) -> int:
    over = Person.objects.filter(
        # By the clock of the database, which judges it again.
        trashed_at__lt=Now() - TIME_IN_TRASH,
        erased_at=None,
        merged_into=None,
    )
    found = list(over.select_for_update(skip_locked=True).order_by("trashed_at", "pk")[:size])
    if not found:
        return 0
    ids = [*(person.pk for person in found), *_take_along_absorbed(found)]
    # Before the rows that lead to them go.
    documents, imported = _documents_of(ids), _imported_ids(ids)
    Person.objects.filter(pk__in=ids).update(erased_at=Now(), **PERSON_BLANKS)
    erase_history(Person, "id", ids, None)
    _erase_accounts(ids)
    erase_declared_rows(ids)
    erase_documents(documents)
    ImportedRow.objects.filter(row_id__in=imported).delete()
    record_erasures(subject=Person._meta.label_lower, subject_ids=ids)
    return len(found)


def _take_along_absorbed(people: Collection[Person]) -> list[UUID]:
    """Records joined into these are of the same women: they go with them, however long the chain
    is."""
    ids: list[UUID] = []
    for person in people:
        level = [person.pk]
        while level := list(
            Person.objects.filter(merged_into__in=level, erased_at=None).values_list(
                "pk", flat=True
            )
        ):
            Person.objects.filter(pk__in=level).update(trashed_at=person.trashed_at)
            ids += level
    return ids


def _documents_of(ids: Collection[UUID]) -> list[Document]:
    """Her photo and her signed sheets; a sheet that others signed too is theirs as well."""
    sheets = Consent.objects.filter(person__in=ids).exclude(evidence=None).values("evidence")
    shared = Consent.objects.exclude(person__in=ids).exclude(evidence=None).values("evidence")
    minutes = Office.objects.exclude(evidence=None).values("evidence")
    label, texts = Person._meta.label_lower, [str(pk) for pk in ids]
    hers = Document.objects.filter(pk__in=sheets) | Document.objects.filter(
        subject=label, subject_id__in=texts
    )
    return list(hers.exclude(pk__in=shared).exclude(pk__in=minutes))


def _imported_ids(ids: Collection[UUID]) -> list[UUID]:
    found = list(ids)
    for model in (Phone, Membership, Consent):
        found += model._base_manager.filter(person__in=ids).values_list("pk", flat=True)
    return found


def _erase_accounts(ids: Collection[UUID]) -> None:
    """The account of a member goes with her record. That of one who works for the network stays
    hers, with what she did by it; only the tie to the record is cut."""
    hers = User.objects.filter(person__in=ids)
    staff = hers.filter(role_assignments__role__in=STAFF_ROLES, email__isnull=False)
    User.objects.filter(pk__in=list(staff.values_list("pk", flat=True))).update(person=None)
    for account in hers.all():
        end_sessions(user=account)
        for model in (AccountLink, EmailAddress, Authenticator):
            model._base_manager.filter(user=account).delete()
    blanks = {"name": " ".join(NAMELESS), "email": None}
    hers.update(is_active=False, **blanks)
    erase_history(User, "person_id", list(hers.values_list("person", flat=True)), blanks)
