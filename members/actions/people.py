"""Verbs about one person's record: register, correct, reach, ask, trash and bring back."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.actions.consents import Decided, record_consent
from members.actions.duplicates import tell_apart
from members.actions.memberships import start_membership
from members.actions.phones import Reach, add_phone, lock_person
from members.models import (
    Consent,
    Membership,
    Office,
    Organisation,
    Person,
    Purpose,
    SensitiveFacts,
    User,
)
from members.models.people import TIME_IN_TRASH
from members.rules import Name
from network.base.dates import PartialDate
from network.base.errors import Refused, refusing_broken_rules
from network.base.fields import index_of, index_value, seal_value
from network.places.models import District


@dataclass(frozen=True)
class Document:
    """What proves who she is: a kind and its number, or none and why."""

    kind: str
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Profile:
    """What else is known of her; everything may be missing."""

    born: PartialDate | None = None
    sex: str = Person.Sex.UNKNOWN
    occupation: str = Person.Occupation.UNKNOWN
    district: District | None = None
    languages: tuple[str, ...] = ()
    preferred_language: str = ""
    prefers_audio: bool = False
    email: str = ""
    contact_preference: str = ""
    note: str = ""


@transaction.atomic
def register_person(
    *,
    id: UUID,
    name: Name,
    document: Document,
    organisation: Organisation,
    by: User,
    since: PartialDate | None = None,
    profile: Profile = Profile(),  # noqa: B008  # frozen
    phone: Reach | None = None,
    decisions: Iterable[Decided] = (),
    different_from: Iterable[Person] = (),
) -> Person:
    """Put a woman on record as a member. `id` is minted with the form: sending it twice is once.

    `different_from` are the look-alikes she was told apart from. Refused when the document is
    already on record.
    """
    _wait_for_the_same_form(id)
    if registered := Person.objects.filter(pk=id).first():
        return _same_submission(registered, by)
    person = Person(id=id, registered_by=by, is_demo=organisation.is_demo)
    _write_name(person, name)
    _write_profile(person, profile)
    _write_document(person, document, by)
    with refusing_broken_rules(Person, field="document_number"):
        person.save(force_insert=True)
    start_membership(person=person, organisation=organisation, by=by, since=since)
    if phone:
        add_phone(person=person, reach=phone, by=by)
    for decided in decisions:
        record_consent(person=person, decided=decided, by=by)
    tell_apart(person=person, others=different_from, by=by)
    return person


def _wait_for_the_same_form(id: UUID) -> None:
    """A form sent twice at once: the second waits here and then finds her registered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(id)])


def _same_submission(person: Person, by: User) -> Person:
    if person.registered_by_id != by.pk:
        raise Refused(_("No se pudo registrar. Abre otra vez la página y escríbela de nuevo."))
    return person


@transaction.atomic
def correct_person(*, person: Person, name: Name, profile: Profile, by: User) -> Person:
    """Mend her name and what is known of her. Only what changed is written."""
    lock_person(person)
    _write_name(person, name)
    _write_profile(person, profile)
    with refusing_broken_rules(Person, field="given_names"):
        person.save(update_fields=[*NAME_FIELDS, *PROFILE_FIELDS])
    return person


@transaction.atomic
def correct_document(*, person: Person, document: Document, by: User) -> Person:
    lock_person(person)
    _write_document(person, document, by)
    with refusing_broken_rules(Person, field="document_number"):
        person.save(update_fields=DOCUMENT_FIELDS)
    return person


NAME_FIELDS = [f.name for f in fields(Name)]
PROFILE_FIELDS = [f.name for f in fields(Profile) if f.name != "born"] + [
    "born_on",
    "born_precision",
]
DOCUMENT_FIELDS = [
    "document_kind",
    "document_sealed",
    "document_index",
    "document_tail",
    "no_document_reason",
]


def _write_name(person: Person, name: Name) -> None:
    for part in fields(Name):
        setattr(person, part.name, getattr(name, part.name))


def _write_profile(person: Person, profile: Profile) -> None:
    for part in fields(Profile):
        if part.name != "born":
            setattr(person, part.name, getattr(profile, part.name))
    person.languages = list(profile.languages)
    person.born_on = profile.born.date if profile.born else None
    person.born_precision = profile.born.precision if profile.born else Membership.Precision.DAY


def _write_document(person: Person, document: Document, by: User) -> None:
    if document.kind == Person.Document.NONE:
        document = Document(document.kind, reason=document.reason)
    else:
        refuse_taken_document(document, by=by, person_id=person.pk)
        document = Document(document.kind, document.number)
    person.document_kind = document.kind
    person.no_document_reason = document.reason
    if index_value(person, "document_index", document.number) == person.document_index:
        return
    person.document_sealed = seal_value(person, "document_sealed", document.number)
    person.document_index = index_value(person, "document_index", document.number)
    person.document_tail = document.number[-3:]


def refuse_taken_document(document: Document, *, by: User, person_id: UUID | None = None) -> None:
    """Say whose it is only to those who may see her; a trashed record is brought back instead."""
    if document.kind == Person.Document.NONE:
        return
    index = index_of(Person, "document_index", document.number, document.kind)
    holders = (
        Person.objects.filter(merged_into=None)
        .with_document(document.kind, index)
        .exclude(pk=person_id)
    )
    if seen := holders.visible_to(by).first():
        raise Refused(
            _("Ese documento ya es de %(name)s.") % {"name": seen.full_name},
            field="document_number",
        )
    if holders.filter(trashed_at=None).exists():
        raise Refused(
            _("Ese documento ya está en el registro. Pide ayuda a tu coordinadora."),
            field="document_number",
        )
    trashed = holders.in_trash(since=timezone.now() - TIME_IN_TRASH)
    if seen := trashed.reached(scope_of(by, Permission.PERSON_TRASH)).first():
        raise Refused(
            _("%(name)s tiene ese documento y está en la papelera. Recupera su ficha.")
            % {"name": seen.full_name},
            field="document_number",
        )


# --- Sensitive facts ----------------------------------------------------------------------------
@transaction.atomic
def write_sensitive_facts(
    *, person: Person, ethnicity: str, disability: str, schooling: str, by: User
) -> SensitiveFacts:
    """Keep what she told about herself. Refused unless she agreed that it be kept."""
    lock_person(person)
    if not Consent.objects.granted(Purpose.SENSITIVE).filter(person=person).exists():
        raise Refused(_("Ella no ha aceptado que se guarden estos datos."))
    facts, _created = SensitiveFacts.objects.update_or_create(
        person=person,
        defaults={"ethnicity": ethnicity, "disability": disability, "schooling": schooling},
    )
    return facts


# --- Trash --------------------------------------------------------------------------------------
@transaction.atomic
def trash_person(*, person: Person, by: User) -> Person:
    """Take her off every list; 30 days to bring her back. Twice is once.

    Refused while she holds a post: a board cannot be left with someone who is not on record.
    """
    lock_person(person)
    person.refresh_from_db(fields=["trashed_at", "trashed_by", "merged_into"])
    if person.trashed_at is not None:
        return person
    office = Office.objects.current().filter(person=person).first()
    if office is not None:
        raise Refused(
            _("Todavía es %(post)s de %(body)s. Primero pasa su cargo a otra persona.")
            % {"post": office.get_post_display().lower(), "body": office.body}
        )
    person.trashed_at, person.trashed_by = timezone.now(), by
    person.save(update_fields=["trashed_at", "trashed_by"])
    return person


@transaction.atomic
def restore_person(
    *, person: Person, by: User, without_document: bool = False, moment: datetime | None = None
) -> Person:
    """Bring her back from the trash. Twice is once.

    Refused, on the field `document`, when her document is on another record by now: she comes back
    with `without_document`, or not at all. Refused after 30 days.
    """
    lock_person(person)
    person.refresh_from_db()
    if person.trashed_at is None:
        return person
    if (moment or timezone.now()) - person.trashed_at > TIME_IN_TRASH:
        raise Refused(_("Pasaron 30 días: esta ficha ya no se puede recuperar."))
    person.trashed_at = person.trashed_by = None
    changed = ["trashed_at", "trashed_by"]
    if without_document:
        _write_document(person, Document(Person.Document.NONE, reason=_("Lo tiene otra ficha")), by)
        changed += DOCUMENT_FIELDS
    with refusing_broken_rules(
        Person,
        field="document",
        messages={"members_person_document": _("Otra ficha tiene ahora su documento.")},
    ):
        person.save(update_fields=changed)
    return person
