"""Marks of a session: what is kept, what is refused, and what nobody may lose."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from network.base.errors import Refused
from network.base.ids import new_id
from network.documents.models import Document
from tests.factories.accounts import sign_in
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    SessionFactory,
)
from tests.pages import text_of
from trainings.actions.attendance import (
    Outcome,
    add_walk_in,
    close_session,
    freeze_roster,
    record_marks,
    reopen_session,
)
from trainings.marking import corrections_of, lines_of_edition, tallies_of
from trainings.models import Attendance, Edition, Enrolment, Session, SessionRecord
from trainings.progress import progress_of

pytestmark = pytest.mark.django_db
GRID = Attendance.Origin.GRID


@pytest.fixture
def edition(madre_de_dios):
    return EditionFactory(
        regional_network=madre_de_dios, starts_on=timezone.localdate() - timedelta(days=3)
    )


@pytest.fixture
def session(edition):
    return SessionFactory(edition=edition)


def enrol(edition, count=1, **values):
    return [EnrolmentFactory(edition=edition, **values) for _each in range(count)]


def mark(session, by, marks, **more):
    values = {"origin": GRID, "marked_at": timezone.now()} | more
    return record_marks(session=session, by=by, marks={e.pk: m for e, m in marks.items()}, **values)


def outcomes(recorded):
    return [line.outcome for line in recorded.lines]


def kept(session):
    return dict(Attendance.objects.filter(session=session).values_list("enrolment", "mark"))


# --- What is kept -------------------------------------------------------------------------------
def test_the_first_mark_freezes_the_roster_and_leaves_the_others_unmarked(session, coordinator):
    rosa, irma = enrol(session.edition, 2)
    EnrolmentFactory(edition=session.edition, state=Enrolment.State.WAITING)

    recorded = mark(session, coordinator, {rosa: "p"})

    assert outcomes(recorded) == [Outcome.STORED]
    assert kept(session) == {rosa.pk: "p", irma.pk: ""}
    row = Attendance.objects.get(enrolment=rosa)
    assert (row.origin, row.marked_by, row.received_at is not None) == (GRID, coordinator, True)


def test_unmarked_counted_as_absent_or_present_never_happens(session, coordinator):
    """Trap: three states in all totals."""
    rosa, irma, luz = enrol(session.edition, 3)
    mark(session, coordinator, {rosa: "p", irma: "a"})

    tally = tallies_of(session.edition, [session])[session.pk]

    assert (tally.came, tally.counts["a"], tally.unmarked, tally.total) == (1, 1, 1, 3)
    assert kept(session)[luz.pk] == ""


def test_a_session_nobody_marked_counts_all_who_are_coming_as_unmarked(session):
    enrol(session.edition, 2)

    tally = tallies_of(session.edition, [session])[session.pk]

    assert (tally.came, tally.unmarked) == (0, 2)


def test_offline_duplicates_the_same_batch_twice_gives_the_same_totals(session, coordinator):
    """Trap: a phone that sends its batch again."""
    rosa, irma = enrol(session.edition, 2)
    ids = {rosa.pk: new_id(), irma.pk: new_id()}
    at = timezone.now()
    batch = {"client_ids": ids, "origin": Attendance.Origin.PHONE, "marked_at": at}
    first = mark(session, coordinator, {rosa: "p", irma: "l"}, **batch)
    before = list(Attendance.objects.order_by("pk").values())

    second = mark(session, coordinator, {rosa: "p", irma: "l"}, **batch)

    assert outcomes(first) == [Outcome.STORED] * 2
    assert outcomes(second) == [Outcome.ALREADY] * 2
    assert list(Attendance.objects.order_by("pk").values()) == before


def test_a_batch_sent_again_after_a_correction_does_not_bring_the_old_mark_back(
    session, coordinator, national
):
    (rosa,) = enrol(session.edition)
    batch = {"client_ids": {rosa.pk: new_id()}, "marked_at": timezone.now()}
    mark(session, coordinator, {rosa: "p"}, **batch)
    mark(session, national, {rosa: "a"})

    again = mark(session, coordinator, {rosa: "p"}, **batch)

    assert outcomes(again) == [Outcome.ALREADY]
    assert kept(session) == {rosa.pk: "a"}


def test_of_two_marks_by_the_same_person_the_later_stands_whatever_order_they_come_in(
    session, coordinator
):
    (rosa,) = enrol(session.edition)
    now = timezone.now()
    mark(session, coordinator, {rosa: "l"}, marked_at=now)

    late = mark(session, coordinator, {rosa: "a"}, marked_at=now - timedelta(minutes=5))

    assert outcomes(late) == [Outcome.ALREADY]
    assert kept(session) == {rosa.pk: "l"}


def test_an_older_mark_of_somebody_else_is_a_conflict_and_changes_nothing(
    session, coordinator, national
):
    (rosa,) = enrol(session.edition)
    now = timezone.now()
    mark(session, coordinator, {rosa: "l"}, marked_at=now)

    (line,) = mark(session, national, {rosa: "a"}, marked_at=now - timedelta(hours=1)).lines

    assert (line.outcome, line.stands) == (Outcome.CONFLICT, "l")
    assert "Tarde" in line.sentence
    assert kept(session) == {rosa.pk: "l"}


def test_a_mark_made_since_the_page_was_drawn_is_a_conflict(session, coordinator, national):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "l"})

    stale = mark(session, national, {rosa: "a"}, seen={rosa.pk: ""})
    told = mark(session, national, {rosa: "a"}, seen={rosa.pk: "l"})

    assert outcomes(stale) == [Outcome.CONFLICT]
    assert outcomes(told) == [Outcome.STORED]
    assert kept(session) == {rosa.pk: "a"}


def test_a_clock_that_runs_ahead_does_not_win_for_ever(session, coordinator, national):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "p"}, marked_at=timezone.now() + timedelta(days=30))

    recorded = mark(session, national, {rosa: "a"})

    assert outcomes(recorded) == [Outcome.STORED]


def test_a_mark_can_be_taken_back(session, coordinator):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "a"})

    mark(session, coordinator, {rosa: ""})

    assert kept(session) == {rosa.pk: ""}


def test_whoever_enrolled_after_the_first_mark_is_marked_only_by_name(session, coordinator):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "p"})
    (late_comer,) = enrol(session.edition)
    freeze_roster(session=session)
    assert kept(session) == {rosa.pk: "p"}

    mark(session, coordinator, {late_comer: "p"})

    assert kept(session) == {rosa.pk: "p", late_comer.pk: "p"}


# --- What is refused ----------------------------------------------------------------------------
def test_a_mark_for_a_person_not_enrolled_is_refused_and_the_rest_is_kept(session, coordinator):
    (rosa,) = enrol(session.edition)
    stranger = EnrolmentFactory()

    recorded = mark(session, coordinator, {stranger: "p", rosa: "p"})

    assert outcomes(recorded) == [Outcome.REFUSED, Outcome.STORED]
    assert kept(session) == {rosa.pk: "p"}
    assert "No está inscrita" in recorded.lines[0].sentence


def test_the_database_refuses_a_mark_of_another_edition(session):
    stranger = EnrolmentFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        AttendanceFactory(session=session, enrolment=stranger, edition=session.edition)


def test_a_batch_without_anybody_of_the_edition_freezes_nothing(session, coordinator):
    enrol(session.edition, 2)

    mark(session, coordinator, {EnrolmentFactory(): "p"})

    assert kept(session) == {}


def test_a_session_still_to_come_is_not_marked(edition, coordinator):
    later = SessionFactory(edition=edition, held_on=timezone.localdate() + timedelta(days=1))

    with pytest.raises(Refused, match="todavía no"):
        mark(later, coordinator, {})


def test_a_cancelled_session_is_not_marked(session, coordinator):
    Session.objects.update(cancelled_at=timezone.now(), cancel_reason="Lluvia")

    with pytest.raises(Refused, match="se canceló"):
        mark(session, coordinator, {})


# --- Walk-ins -----------------------------------------------------------------------------------
def test_a_walk_in_is_one_line_and_repeating_it_is_the_same_woman(session, coordinator):
    values = {"session": session, "name": "Rosa Quispe", "organisation_text": "Río Claro"}
    pk = new_id()

    one = add_walk_in(**values, by=coordinator, client_id=pk)
    two = add_walk_in(**values, by=coordinator, client_id=pk)

    assert one == two
    assert kept(session) == {pk: "p"}
    assert (one.walk_in_name, one.came_from, one.person) == ("Rosa Quispe", "Río Claro", None)


def test_a_walk_in_needs_a_name(session, coordinator):
    with pytest.raises(Refused) as refusal:
        add_walk_in(
            session=session, name=" ", organisation_text="", by=coordinator, client_id=new_id()
        )

    assert refusal.value.field == "name"
    assert not Enrolment.objects.exists()


def test_a_person_without_email_or_phone_is_marked_like_any(session, coordinator, felicitas):
    """Trap: the e-mail as identity."""
    line = EnrolmentFactory(edition=session.edition, person=felicitas)

    assert outcomes(mark(session, coordinator, {line: "p"})) == [Outcome.STORED]


# --- Closing, correcting, opening again ---------------------------------------------------------
def test_after_closing_a_change_needs_a_reason_and_keeps_the_former_value(session, coordinator):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "a"})
    session = close_session(session=session, by=coordinator)

    (refused,) = mark(session, coordinator, {rosa: "p"}).lines
    (stored,) = mark(session, coordinator, {rosa: "p"}, reason="Firmó la hoja").lines

    assert (refused.outcome, refused.stands) == (Outcome.REFUSED, "a")
    assert stored.outcome == Outcome.STORED
    (correction,) = corrections_of([session])[session.pk]
    assert (correction.before, correction.after, correction.reason, correction.who) == (
        "a",
        "p",
        "Firmó la hoja",
        coordinator.name,
    )


def test_opening_again_lets_fill_in_but_not_change_without_a_reason(session, coordinator):
    rosa, irma = enrol(session.edition, 2)
    mark(session, coordinator, {rosa: "a"})
    close_session(session=session, by=coordinator)
    session = reopen_session(session=session, by=coordinator)

    recorded = mark(session, coordinator, {rosa: "p", irma: "p"})

    assert outcomes(recorded) == [Outcome.REFUSED, Outcome.STORED]
    assert kept(session) == {rosa.pk: "a", irma.pk: "p"}


def test_a_closed_edition_closes_its_sessions_too(session, coordinator):
    rosa, irma = enrol(session.edition, 2)
    mark(session, coordinator, {rosa: "a"})
    Edition.objects.update(closed_on=timezone.localdate())

    recorded = mark(session, coordinator, {rosa: "p", irma: "p"})
    with pytest.raises(Refused, match="por qué") as walk_in:
        add_walk_in(
            session=session, name="Ana", organisation_text="", by=coordinator, client_id=new_id()
        )
    with pytest.raises(Refused, match="Reábrela"):
        reopen_session(session=session, by=coordinator)

    assert outcomes(recorded) == [Outcome.REFUSED, Outcome.REFUSED]
    assert walk_in.value.field == "reason"
    assert outcomes(mark(session, coordinator, {rosa: "p"}, reason="Firmó")) == [Outcome.STORED]


def test_an_edition_opened_again_still_asks_why_a_mark_changes(session, coordinator):
    (rosa,) = enrol(session.edition)
    mark(session, coordinator, {rosa: "a"})
    for closed_on in (timezone.localdate(), None):
        Edition.objects.update(closed_on=closed_on)

    assert outcomes(mark(session, coordinator, {rosa: "p"})) == [Outcome.REFUSED]


def test_a_session_without_marks_is_not_closed(session, coordinator):
    with pytest.raises(Refused, match="ninguna marca"):
        close_session(session=session, by=coordinator)


def test_a_leaver_disappears_from_no_old_session(session, coordinator):
    """Trap: session totals are equal after she left the edition and her organisation."""
    rosa, irma = enrol(session.edition, 2)
    mark(session, coordinator, {rosa: "p", irma: "p"})
    before = tallies_of(session.edition, [session])[session.pk]

    Enrolment.objects.filter(pk=rosa.pk).update(state=Enrolment.State.WITHDREW)

    assert tallies_of(session.edition, [session])[session.pk] == before
    assert set(lines_of_edition(session.edition)) == {rosa, irma}


def test_who_withdrew_consent_is_not_named_and_still_counted(
    client, session, coordinator, madre_de_dios
):
    (rosa,) = enrol(session.edition, person=PersonFactory(paternal_surname="Huaraca"))
    mark(session, coordinator, {rosa: "p"})
    rosa.person.withdrawn_at = timezone.now()
    rosa.person.save()

    page = sign_in(client, coordinator).get(
        reverse("edition-attendance", args=[session.edition.pk])
    )

    assert "Huaraca" not in text_of(page)
    assert "Los totales cuentan también a 1 persona" in text_of(page)
    assert tallies_of(session.edition, [session])[session.pk].came == 1


# --- The grid -----------------------------------------------------------------------------------
def grid(client, user, edition):
    return sign_in(client, user).get(reverse("edition-attendance", args=[edition.pk]))


def test_the_grid_shows_marks_rule_totals_and_what_is_missing(client, session, coordinator):
    rosa, irma, luz = enrol(session.edition, 3)
    SessionFactory(edition=session.edition, held_on=session.edition.ends_on)
    mark(session, coordinator, {rosa: "p", irma: "l"})

    page = text_of(grid(client, coordinator, session.edition))

    assert "Para completar: 2 de 2 sesiones (6.4 de 8 horas)" in page
    assert "Vinieron (presente o tarde) 2 0 2 asistencias, no personas" in page
    assert "Sin marcar 1 3" in page
    assert "Falta 1 marca de la sesión 1." in page


def test_a_leader_sees_her_own_women_and_the_totals_of_all(client, session, leader, rio_claro):
    own = EnrolmentFactory(
        edition=session.edition,
        organisation=rio_claro,
        person=PersonFactory(paternal_surname="Ccopa"),
    )
    other = EnrolmentFactory(
        edition=session.edition, person=PersonFactory(paternal_surname="Sullca")
    )
    for line in (own, other):
        AttendanceFactory(session=session, enrolment=line)

    page = text_of(grid(client, leader, session.edition))

    assert "Ccopa" in page
    assert "Sullca" not in page
    assert "Vinieron (presente o tarde) 2" in page


def test_percent_over_planned_sessions_in_the_grid(client, edition, coordinator):
    """Trap: percent over taken sessions. Of ten, five held are half of what is planned."""
    edition.starts_on -= timedelta(days=5)
    edition.save()
    (rosa,) = enrol(edition)
    for number in range(10):
        held = SessionFactory(edition=edition, held_on=edition.starts_on + timedelta(days=number))
        if number < 5:
            AttendanceFactory(session=held, enrolment=rosa)

    (line,) = progress_of(edition, [rosa]).lines
    page = text_of(grid(client, coordinator, edition))

    assert line.hours.share == 50
    assert "5 de 10" in page
    assert "Aún puede: le faltan 3" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_grid_takes_the_same_queries_for_any_roster(
    client, session, coordinator, count, django_assert_num_queries
):
    for line in enrol(session.edition, count):
        AttendanceFactory(session=session, enrolment=line, correction_reason="Firmó")
    sign_in(client, coordinator)

    with django_assert_num_queries(GRID_QUERIES):
        client.get(reverse("edition-attendance", args=[session.edition.pk]))


GRID_QUERIES = 22


# --- The page of a session ----------------------------------------------------------------------
def sent(session, marks, seen=None, **more):
    data = {f"marca-{line.pk}": value for line, value in marks.items()}
    data |= {f"visto-{line.pk}": value for line, value in (seen or {}).items()}
    return data | more


@pytest.fixture
def page_of(client, session, coordinator):
    sign_in(client, coordinator)
    return reverse("session-attendance", args=[session.pk])


def test_the_page_keeps_marks_and_a_walk_in_together(client, session, page_of):
    rosa, irma = enrol(session.edition, 2)
    pk = new_id()

    answer = client.post(
        page_of,
        sent(session, {rosa: "p", irma: "-"}, name="Luz Condo", client_id=str(pk)),
        follow=True,
    )

    assert kept(session) == {rosa.pk: "p", irma.pk: "", pk: "p"}
    assert "2 marcas guardadas." in text_of(answer)


def test_the_page_leaves_alone_what_others_marked_meanwhile(client, session, page_of, national):
    rosa, irma = enrol(session.edition, 2)
    mark(session, national, {irma: "l"})

    client.post(page_of, sent(session, {rosa: "p", irma: "-"}, seen={rosa: "-", irma: "-"}))

    assert kept(session) == {rosa.pk: "p", irma.pk: "l"}


def test_a_conflict_is_told_at_her_line_and_the_second_time_she_decides(
    client, session, page_of, national
):
    rosa, irma = enrol(session.edition, 2)
    mark(session, national, {irma: "l"})

    answer = client.post(page_of, sent(session, {irma: "a", rosa: "p"}, seen={irma: "-"}))

    assert kept(session) == {rosa.pk: "p", irma.pk: "l"}
    assert "Otra persona marcó antes «Tarde»" in text_of(answer)
    assert f'name="visto-{irma.pk}" value="l"' in answer.content.decode()

    client.post(page_of, sent(session, {irma: "a"}, seen={irma: "l"}))
    assert kept(session)[irma.pk] == "a"


def test_a_mark_that_does_not_exist_is_refused_and_nothing_typed_is_lost(client, session, page_of):
    (rosa,) = enrol(session.edition)

    answer = client.post(page_of, sent(session, {rosa: "x"}))

    assert kept(session) == {}
    assert "Esa marca no existe." in text_of(answer)


def test_all_present_without_javascript_is_a_page_with_all_chosen(
    client, session, page_of, coordinator
):
    rosa, irma = enrol(session.edition, 2)
    mark(session, coordinator, {rosa: "a"})

    page = client.get(f"{page_of}?todas=si").content.decode()

    assert f'name="marca-{irma.pk}" value="p" aria-label="Presente" checked' in page
    assert f'name="marca-{rosa.pk}" value="a" aria-label="Faltó" checked' in page
    assert kept(session)[irma.pk] == ""


def test_a_trainer_of_the_edition_marks_it_wherever_it_is(client, session, make_account, puno):
    person = PersonFactory()
    trainer = make_account("trainer", regional_network=puno, person=person)
    sign_in(client, trainer)
    address = reverse("session-attendance", args=[session.pk])
    assert client.get(address).status_code == 403

    EditionTrainerFactory(edition=session.edition, person=person)

    assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_roster(
    client, session, page_of, count, django_assert_num_queries
):
    lines = enrol(session.edition, count)

    with django_assert_num_queries(PAGE_QUERIES):
        client.get(page_of)
    with django_assert_num_queries(POST_QUERIES):
        client.post(page_of, sent(session, dict.fromkeys(lines, "p")))


PAGE_QUERIES, POST_QUERIES = 13, 22


# --- Evidence -----------------------------------------------------------------------------------
def photo():
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Laberinto, casa de Rosa"
    Image.new("RGB", (40, 40), "white").save(content, "JPEG", exif=exif)
    return SimpleUploadedFile("hoja.jpg", content.getvalue(), "image/jpeg")


def test_the_photo_of_the_sheet_is_kept_once_and_without_where_it_was_taken(
    client, session, coordinator
):
    address = reverse("session-record", args=[session.pk])
    sign_in(client, coordinator).post(address, {"record": photo()})
    client.post(address, {"record": photo()})

    record = SessionRecord.objects.get()
    answer = client.get(reverse("document-download", args=[record.document.pk]))

    assert b"Laberinto" not in b"".join(answer.streaming_content)


def test_the_photo_is_opened_by_who_runs_or_teaches_the_edition_and_by_nobody_else(
    session, national, coordinator, other_region_coordinator, trainer, leader
):
    record = SessionRecord.objects.create(
        session=session,
        document=Document.objects.create(
            kind=Document.Kind.EVIDENCE, stored_name="x", original_name="x", size=1, sha256="0" * 64
        ),
    )

    seen = {
        user: Document.objects.visible_to(user).filter(pk=record.document.pk).exists()
        for user in (national, coordinator, trainer, other_region_coordinator, leader)
    }

    assert list(seen.values()) == [True, True, True, False, False]


def test_a_file_that_is_no_picture_is_refused_at_its_field(client, session, coordinator):
    upload = SimpleUploadedFile("hoja.jpg", b"no es una foto", "image/jpeg")

    answer = sign_in(client, coordinator).post(
        reverse("session-record", args=[session.pk]), {"record": upload}
    )

    assert not SessionRecord.objects.exists()
    assert "field__error" in answer.content.decode()
