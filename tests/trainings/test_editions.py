"""Editions: planned, corrected, opened, closed, cancelled; who teaches, organises and pays."""

from datetime import time, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from network.base.errors import Refused
from network.base.ids import new_id
from network.partners.models import Institution, Programme
from tests.factories.accounts import UserFactory
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    CourseVersionFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    SessionFactory,
)
from trainings.actions.editions import (
    EditionFacts,
    add_edition,
    add_institution,
    add_trainer,
    cancel_edition,
    close_edition,
    correct_edition,
    open_edition,
    remove_funding,
    remove_institution,
    remove_quota,
    remove_trainer,
    reopen_edition,
    set_funding,
    set_quota,
)
from trainings.models import Edition, EditionFunding, EditionInstitution, EditionTrainer, Quota

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def facts(version, first=TODAY, days=13, **more):
    return EditionFacts(version, first, first + timedelta(days=days), **more)


# --- Planning and correcting --------------------------------------------------------------------
def test_editions_of_a_course_are_numbered_on_whatever_the_version(national):
    first = CourseVersionFactory()
    second = CourseVersionFactory(course=first.course, number=2)
    other = CourseVersionFactory()

    made = [
        add_edition(id=new_id(), facts=facts(version), by=national).number
        for version in (first, second, other)
    ]

    assert made == [1, 2, 1]


def test_the_same_form_sent_twice_is_one_edition(national):
    version, form_id = CourseVersionFactory(), new_id()

    first = add_edition(id=form_id, facts=facts(version), by=national)

    assert add_edition(id=form_id, facts=facts(version), by=national) == first
    assert Edition.objects.count() == 1


def test_an_id_of_another_edition_is_refused(national):
    kept = EditionFactory()

    with pytest.raises(Refused, match="Abre otra vez la página"):
        add_edition(id=kept.pk, facts=facts(CourseVersionFactory()), by=national)


@pytest.mark.django_db(transaction=True)
def test_two_editions_planned_at_once_get_two_numbers():
    version, by, together = CourseVersionFactory(), UserFactory(), Barrier(3)

    def send():
        together.wait()
        add_edition(id=new_id(), facts=facts(version), by=by)
        connection.close()

    threads = [Thread(target=send) for _one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Edition.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_an_edition_does_not_end_before_it_begins(national):
    with pytest.raises(Refused) as refused:
        add_edition(id=new_id(), facts=facts(CourseVersionFactory(), days=-1), by=national)

    assert refused.value.field == "ends_on"


@pytest.mark.parametrize(("days", "field"), [(3, "starts_on"), (-3, "ends_on")])
def test_dates_that_leave_a_session_outside_are_refused_naming_it(days, field, national):
    edition = EditionFactory()
    day = edition.starts_on if days > 0 else edition.ends_on
    session = SessionFactory(edition=edition, held_on=day, topic="Mercurio")
    moved = facts(edition.version, edition.starts_on + timedelta(days=days))

    with pytest.raises(Refused) as refused:
        correct_edition(edition=edition, facts=moved, by=national)

    assert refused.value.field == field
    assert refused.value.message == (
        f"La sesión del {session.held_on:%d/%m/%Y} (Mercurio) quedaría fuera de la edición."
        " Muévela antes."
    )


def test_seats_do_not_fall_below_those_promised(national):
    edition = EditionFactory(seats=5)
    EnrolmentFactory.create_batch(3, edition=edition)

    with pytest.raises(Refused, match="Ya hay 3 con su cupo") as refused:
        correct_edition(edition=edition, facts=facts(edition.version, seats=2), by=national)
    correct_edition(edition=edition, facts=facts(edition.version, seats=3), by=national)

    edition.refresh_from_db()
    assert (refused.value.field, edition.seats) == ("seats", 3)


def test_an_edition_does_not_change_its_course(national):
    with pytest.raises(Refused, match="no cambia de curso"):
        correct_edition(edition=EditionFactory(), facts=facts(CourseVersionFactory()), by=national)


def test_the_version_stays_once_somebody_completed_with_it(national):
    completion = CompletionFactory()
    edition = completion.enrolment.edition
    newer = CourseVersionFactory(course=edition.course, number=2)

    with pytest.raises(Refused, match="Ya se decidió quién completó"):
        correct_edition(edition=edition, facts=facts(newer), by=national)


# --- Its life -----------------------------------------------------------------------------------
def test_an_edition_opens_once(national):
    edition = EditionFactory(opened_on=TODAY - timedelta(days=9))

    open_edition(edition=edition, by=national)

    edition.refresh_from_db()
    assert edition.opened_on == TODAY - timedelta(days=9)


def test_closing_asks_about_sessions_that_are_not_marked(national):
    edition = EditionFactory()
    SessionFactory(edition=edition, topic="Mercurio")

    with pytest.raises(Refused, match=r"Faltan marcas en: .* \(Mercurio\)") as refused:
        close_edition(edition=edition, by=national)
    close_edition(edition=edition, despite_unmarked=True, by=national)
    close_edition(edition=edition, by=national)

    edition.refresh_from_db()
    assert (refused.value.field, edition.closed_on) == ("despite_unmarked", TODAY)


def test_a_session_marked_only_in_part_is_asked_about_too(national):
    edition = EditionFactory()
    session = SessionFactory(edition=edition)
    AttendanceFactory(session=session)
    AttendanceFactory(session=session, mark="", marked_at=None, received_at=None)

    with pytest.raises(Refused, match="Faltan marcas"):
        close_edition(edition=edition, by=national)


def test_a_whole_marked_edition_closes_unasked(national):
    session = SessionFactory()
    AttendanceFactory(session=session)

    close_edition(edition=session.edition, by=national)

    assert Edition.objects.get(pk=session.edition_id).closed_on == TODAY


def test_an_edition_with_a_session_to_come_does_not_close(national):
    edition = EditionFactory()
    SessionFactory(edition=edition, held_on=TODAY + timedelta(days=2))

    with pytest.raises(Refused, match="Todavía falta la sesión"):
        close_edition(edition=edition, despite_unmarked=True, by=national)


def test_cancelling_needs_a_reason_and_twice_is_once(national):
    edition = EditionFactory()

    with pytest.raises(Refused, match="Escribe por qué se cancela"):
        cancel_edition(edition=edition, reason="  ", by=national)
    cancel_edition(edition=edition, reason="Lluvias", by=national)
    cancel_edition(edition=edition, reason="Otra cosa", by=national)

    edition.refresh_from_db()
    assert (edition.cancelled_on, edition.cancel_reason) == (TODAY, "Lluvias")


def test_what_is_over_is_opened_again_before_it_is_changed(national):
    edition = EditionFactory()
    cancel_edition(edition=edition, reason="Lluvias", by=national)

    with pytest.raises(Refused, match="cancelada. Reábrela"):
        correct_edition(edition=edition, facts=facts(edition.version), by=national)
    reopen_edition(edition=edition, by=national)
    correct_edition(edition=edition, facts=facts(edition.version, venue="Local"), by=national)

    edition.refresh_from_db()
    assert (edition.cancelled_on, edition.cancel_reason, edition.venue) == (None, "", "Local")


@pytest.mark.parametrize(
    ("row", "taken"),
    [
        ({}, 0),
        ({"opened_on": TODAY}, 0),
        ({"opened_on": TODAY, "seats": 1}, 1),
        ({"opened_on": TODAY, "seats": 2}, 1),
        ({"seats": 1}, 1),
        ({"starts_on": TODAY}, 0),
        ({"starts_on": TODAY - timedelta(days=20)}, 0),
        ({"closed_on": TODAY}, 0),
        ({"cancelled_on": TODAY, "cancel_reason": "Lluvias", "closed_on": TODAY}, 0),
        ({"opened_on": TODAY + timedelta(days=1)}, 0),
    ],
)
def test_the_state_in_a_list_is_the_state_on_its_page(row, taken):
    edition = EditionFactory(**{"starts_on": TODAY + timedelta(days=3), **row})
    EnrolmentFactory.create_batch(taken, edition=edition)

    listed = Edition.objects.with_state(TODAY).get()

    assert listed.state == edition.state_on(TODAY, taken)


# --- Who teaches, organises and pays ------------------------------------------------------------
def test_a_trainer_is_added_once_and_her_part_is_what_was_said_last(national):
    edition, zenobia = EditionFactory(), PersonFactory()

    add_trainer(edition=edition, person=zenobia, part="lead", by=national)
    add_trainer(edition=edition, person=zenobia, part="guest", by=national)

    assert list(EditionTrainer.objects.values_list("person", "part")) == [(zenobia.pk, "guest")]


def test_a_trainer_with_a_session_is_not_taken_off(national):
    row = EditionTrainerFactory()
    session = SessionFactory(edition=row.edition, trainer=row.person)

    with pytest.raises(Refused, match="Pon antes a otra formadora"):
        remove_trainer(row=row, by=national)
    session.trainer = None
    session.save()
    remove_trainer(row=row, by=national)

    assert EditionTrainer.objects.count() == 0


def programme(code="GEN"):
    return Programme.objects.create(name=f"Programa {code}", code=code)


def test_shares_do_not_pass_one_hundred_and_the_refusal_says_what_is_left(national):
    edition, first = EditionFactory(), programme()
    set_funding(edition=edition, programme=first, share=Decimal(60), by=national)

    with pytest.raises(Refused) as refused:
        set_funding(edition=edition, programme=programme("EU"), share=Decimal(50), by=national)
    set_funding(edition=edition, programme=first, share=Decimal(100), by=national)

    assert (refused.value.field, refused.value.message) == (
        "share",
        "Las partes no pasan de 100 %: las demás ya suman 60 %.",
    )
    assert list(EditionFunding.objects.values_list("share", flat=True)) == [Decimal(100)]


def test_only_one_institution_leads(national):
    edition = EditionFactory()
    ong = Institution.objects.create(name="Solidaridad", kind="ngo")
    ministry = Institution.objects.create(name="Ministerio de Energía", kind="ministry")
    add_institution(edition=edition, institution=ong, is_lead=True, by=national)

    with pytest.raises(Refused, match="Solo una institución convoca") as refused:
        add_institution(edition=edition, institution=ministry, is_lead=True, by=national)
    row = add_institution(edition=edition, institution=ministry, is_lead=False, by=national)

    assert refused.value.field == "is_lead"
    remove_institution(row=row, by=national)
    assert list(EditionInstitution.objects.values_list("institution", flat=True)) == [ong.pk]


def test_a_quota_is_of_an_organisation_or_of_a_region(national, rio_claro, madre_de_dios):
    edition = EditionFactory()

    for whose in ({}, {"organisation": rio_claro, "regional_network": madre_de_dios}):
        with pytest.raises(Refused, match="Elige una organización o una red regional"):
            set_quota(edition=edition, seats=3, by=national, **whose)
    set_quota(edition=edition, organisation=rio_claro, seats=3, by=national)
    row = set_quota(edition=edition, organisation=rio_claro, seats=4, by=national)

    assert list(Quota.objects.values_list("seats", flat=True)) == [4]
    remove_quota(row=row, by=national)
    assert Quota.objects.count() == 0


def test_parts_of_an_edition_that_is_over_stay(national, rio_claro):
    edition = EditionFactory()
    rows = {
        remove_funding: set_funding(
            edition=edition, programme=programme(), share=Decimal(1), by=national
        ),
        remove_quota: set_quota(edition=edition, organisation=rio_claro, seats=1, by=national),
        remove_trainer: EditionTrainerFactory(edition=edition),
    }
    close_edition(edition=edition, by=national)

    for remove, row in rows.items():
        with pytest.raises(Refused, match="cerrada. Reábrela"):
            remove(row=row, by=national)


def test_a_session_in_words_has_its_topic(national):
    edition = EditionFactory()
    SessionFactory(edition=edition, starts_at=time(9), ends_at=time(13))

    with pytest.raises(Refused) as refused:
        close_edition(edition=edition, by=national)

    assert f"Faltan marcas en: {edition.starts_on:%d/%m/%Y}." in refused.value.message
