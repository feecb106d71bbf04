"""Emptying the trash: what goes, what stays, and that nobody's name is left anywhere."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions.accounts import give_member_access, open_personal_link
from members.actions.consents import Decided, record_consent
from members.actions.duplicates import merge_people
from members.actions.people import restore_person, trash_person, write_sensitive_facts
from members.actions.phones import Reach, add_phone
from members.actions.trash import purge_trash
from members.erasing import Erasure, erase_history
from members.merging import references
from members.models import Consent, Membership, Office, Organisation, Person, Purpose, Role, User
from members.tasks import purge_trash as purge_trash_task
from network.base.contracts import declared
from network.base.errors import Refused
from network.base.models import AccessLogEntry, ImportBatch, ImportedRow
from network.documents.models import Document
from tests.documents.samples import picture, upload
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PrivacyNoticeFactory,
)
from tests.pages import text_of

# Nothing else in a test's database looks like these.
TELLING = ("zunilda", "quispilaya", "73518264", "964417385", "belarmina", "xochitl")


def put_in_trash(person: Person, days: int) -> None:
    Person.objects.filter(pk=person.pk).update(trashed_at=timezone.now() - timedelta(days=days))


def found_anywhere(*words: str) -> set[tuple[str, str]]:
    """The tables of the whole database in which a word stands, in any column, as text."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for word in words:
                cursor.execute(
                    f'SELECT 1 FROM "{table}" AS t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"]
                )
                if cursor.fetchone():
                    found.add((table, word))
    return found


def sealed_anywhere(*blind_indexes: bytes) -> set[tuple[str, str]]:
    return found_anywhere(*(bytes(index).hex() for index in blind_indexes))


@pytest.fixture
def zunilda(rio_claro: Organisation, coordinator: User) -> Person:
    """A woman of whom everything there is was written down somewhere."""
    PrivacyNoticeFactory()
    person = PersonFactory(
        given_names="Zunilda",
        paternal_surname="Quispilaya",
        dni="73518264",
        email="zunilda@ejemplo.pe",
        note="Hermana de Xochitl",
        born_on="1981-04-02",
    )
    MembershipFactory(
        person=person, organisation=rio_claro, source="Cuaderno de Zunilda", starts_on="2020-01-01"
    )
    OfficeFactory(
        person=person, organisation=rio_claro, ends_on="2025-12-31", end_reason="Zunilda renunció"
    )
    add_phone(
        person=person,
        reach=Reach(number="+51964417385", shared_with="su hija Belarmina"),
        by=coordinator,
    )
    record_consent(
        person=person,
        decided=Decided(
            Purpose.SENSITIVE,
            True,
            Consent.Channel.PAPER,
            timezone.localdate(),
            witness="Belarmina Quispilaya",
            upload=upload(picture(), "hoja de Zunilda.jpg"),
        ),
        by=coordinator,
    )
    write_sensitive_facts(
        person=person,
        ethnicity="quechua",
        disability="xochitl",
        schooling="primary",
        by=coordinator,
    )
    account = give_member_access(person=person, by=coordinator)
    open_personal_link(person=person, by=coordinator)
    Person.objects.filter(pk=person.pk).update(note="Se llamaba Zunilda Xochitl")
    batch = ImportBatch.objects.create(name="people", file_name="lista.xlsx", file_sha256="0")
    ImportedRow.objects.create(
        batch=batch,
        line=2,
        table="members_person",
        row_id=person.pk,
        created=False,
        before={"given_names": "Sunilda Xochitl"},
    )
    assert account.name.startswith("Zunilda")
    person.refresh_from_db()
    return person


# --- What goes ----------------------------------------------------------------------------------
def test_nothing_that_tells_who_she_was_is_left_in_any_table_or_on_the_disk(
    zunilda: Person, django_capture_on_commit_callbacks
) -> None:
    sheet = Document.objects.get()
    indexes = [zunilda.document_index, zunilda.phones.get().number_index]
    put_in_trash(zunilda, days=31)
    before = found_anywhere(*TELLING)
    assert {word for _table, word in before} >= {"zunilda", "quispilaya", "belarmina", "xochitl"}
    assert {"members_personevent", "documents_documentevent", "members_userevent"} <= {
        table for table, _word in before
    }
    assert sealed_anywhere(*indexes)

    with django_capture_on_commit_callbacks(execute=True):
        assert purge_trash() == 1

    assert found_anywhere(*TELLING) == set()
    assert sealed_anywhere(*indexes) == set()
    assert not default_storage.exists(sheet.stored_name)
    zunilda.refresh_from_db()
    assert zunilda.full_name == "Persona borrada"
    assert (zunilda.document_sealed, zunilda.born_on, zunilda.document_tail) == (None, None, "")


def test_a_record_joined_into_hers_goes_with_it(
    zunilda: Person, national: User, piedra_viva: Organisation
) -> None:
    double = PersonFactory(given_names="Xochitl", paternal_surname="Belarmina")
    MembershipFactory(person=double, organisation=piedra_viva)
    merge_people(survivor=zunilda, absorbed=double, by=national)
    put_in_trash(zunilda, days=31)
    assert ("members_merge", "xochitl") in found_anywhere("xochitl")

    assert purge_trash() == 1

    assert found_anywhere(*TELLING) == set()


def test_a_sheet_that_others_signed_stays_for_them(zunilda: Person) -> None:
    sheet = Document.objects.get()
    ConsentFactory(person=PersonFactory(given_names="Otra"), evidence=sheet)
    put_in_trash(zunilda, days=31)

    purge_trash()

    assert Document.objects.get() == sheet
    assert default_storage.exists(sheet.stored_name)


# --- What stays ---------------------------------------------------------------------------------
def test_what_official_figures_stand_on_stays_without_her_name(
    zunilda: Person, rio_claro: Organisation
) -> None:
    put_in_trash(zunilda, days=31)
    AccessLogEntry.objects.create(
        action="reveal", subject="members.person", subject_id=str(zunilda.pk)
    )

    purge_trash()

    assert Membership.objects.get(person=zunilda).starts_on.year == 2020
    assert str(Office.objects.get(organisation=rio_claro).person) == "Persona borrada"
    assert Consent.objects.get(person=zunilda).is_granted
    events = Membership.pgh_event_model.objects.filter(person=zunilda.pk)
    assert events.filter(pgh_label="insert").count() == 1
    traces = AccessLogEntry.objects.filter(subject_id=str(zunilda.pk))
    assert set(traces.values_list("action", flat=True)) == {"reveal", "erase"}


def test_the_account_of_staff_stays_and_loses_only_the_tie(
    zunilda: Person, rio_claro: Organisation
) -> None:
    User.objects.filter(person=zunilda).update(person=None, email="ana@ejemplo.pe", name="Ana")
    account = UserFactory(name="Dirigenta", person=zunilda)
    RoleAssignmentFactory(user=account, role=Role.ORGANISATION_LEADER, organisation=rio_claro)
    put_in_trash(zunilda, days=31)

    purge_trash()

    account.refresh_from_db()
    assert (account.name, account.person, account.is_active) == ("Dirigenta", None, True)


def test_whoever_is_less_than_thirty_days_in_the_trash_stays_whole(
    zunilda: Person, felicitas: Person
) -> None:
    put_in_trash(zunilda, days=29)

    assert purge_trash() == 0

    zunilda.refresh_from_db()
    assert (zunilda.given_names, zunilda.erased_at) == ("Zunilda", None)


# --- How it runs --------------------------------------------------------------------------------
def test_again_changes_nothing(zunilda: Person) -> None:
    put_in_trash(zunilda, days=31)
    assert purge_trash() == 1
    moment = Person.objects.get(pk=zunilda.pk).erased_at

    assert purge_trash() == 0

    assert Person.objects.get(pk=zunilda.pk).erased_at == moment
    assert AccessLogEntry.objects.filter(action="erase").count() == 1


def test_many_are_erased_in_batches(rio_claro: Organisation, capsys) -> None:
    old = timezone.now() - timedelta(days=40)
    PersonFactory.create_batch(5, given_names="Zunilda", trashed_at=old)

    assert purge_trash(batch=2) == 5

    assert found_anywhere("zunilda") == set()
    call_command("purge_trash", "--json")
    assert capsys.readouterr().out == '{"erased": 0}\n'


def test_a_batch_that_fails_leaves_everything(zunilda: Person, monkeypatch) -> None:
    put_in_trash(zunilda, days=31)

    def fail(**traces: object) -> None:
        raise DatabaseError("sin sitio en el disco")

    monkeypatch.setattr("members.actions.trash.record_erasures", fail)

    with pytest.raises(DatabaseError):
        purge_trash()

    zunilda.refresh_from_db()
    assert (zunilda.given_names, zunilda.erased_at) == ("Zunilda", None)
    assert zunilda.phones.count() == 1
    assert default_storage.exists(Document.objects.get().stored_name)


@pytest.mark.django_db
def test_beat_empties_the_trash_every_day(settings) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["trash-purge"]

    assert entry == {"task": purge_trash_task.name, "schedule": 24 * 3600}


# --- No way back, and no way around -------------------------------------------------------------
def test_who_was_erased_is_not_brought_back(zunilda: Person, coordinator: User) -> None:
    put_in_trash(zunilda, days=31)
    purge_trash()

    with pytest.raises(Refused, match="Pasaron 30 días"):
        restore_person(person=zunilda, by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=zunilda.pk).update(trashed_at=None)


@pytest.mark.parametrize("days", [None, 29])
def test_history_of_others_is_out_of_reach_of_the_application(
    zunilda: Person, days: int | None
) -> None:
    if days:
        put_in_trash(zunilda, days=days)

    with pytest.raises(DatabaseError, match="not before"), transaction.atomic():
        erase_history(Person, "id", [zunilda.pk], None)

    assert Person.pgh_event_model.objects.filter(pgh_obj_id=zunilda.pk).exists()


def test_every_table_that_points_at_a_person_says_what_is_erased() -> None:
    said = {(e.model, e.column) for e in declared("erasures").values() if isinstance(e, Erasure)}
    # Her account is closed or untied: members.actions.trash.
    pointing = {(ref.model, ref.column) for ref in references() if ref.model is not User}

    assert pointing - said == set()


def test_the_trash_says_when_each_record_is_erased(
    client: Client, coordinator: User, felicitas: Person
) -> None:
    trash_person(person=felicitas, by=coordinator)
    Person.objects.filter(pk=felicitas.pk).update(trashed_at="2026-11-10T12:00:00-05:00")

    page = sign_in(client, coordinator).get(reverse("person-trashed"))

    assert "se borra para siempre el 10/12/2026" in text_of(page)
