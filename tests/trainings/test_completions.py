"""Who completed: the proposal, the approval in one act, and taking it back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from members.actions.accounts import deactivate_account
from network.base.errors import Refused
from tests.factories.accounts import sign_in
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EnrolmentFactory,
    SessionFactory,
    TestScoreFactory,
)
from tests.pages import text_of
from trainings.actions.certificates import issue_certificates
from trainings.actions.completions import Decision, approve_completions, void_completion
from trainings.certificates import Content
from trainings.models import Completion, CourseVersion
from trainings.proposals import proposals_shown_to
from trainings.validity import valid_until

pytestmark = pytest.mark.django_db
YES, NO = Completion.Result.COMPLETED, Completion.Result.NOT_COMPLETED


@pytest.fixture
def edition(madre_de_dios):
    version = CourseVersionFactory(validity="rolling", valid_months=12)
    edition = EditionFactory(
        version=version,
        regional_network=madre_de_dios,
        starts_on=timezone.localdate() - timedelta(days=5),
    )
    for days in range(2):
        SessionFactory(edition=edition, held_on=edition.starts_on + timedelta(days=days))
    return edition


def line(edition, marks="pp", **values):
    enrolment = EnrolmentFactory(edition=edition, **values)
    for session, mark in zip(edition.sessions.in_order(), marks, strict=True):
        when = {} if mark != "-" else {"marked_at": None, "received_at": None}
        AttendanceFactory(session=session, enrolment=enrolment, mark=mark.replace("-", ""), **when)
    return enrolment


def approve(edition, by, *decisions):
    return approve_completions(edition=edition, by=by, decisions=[Decision(*d) for d in decisions])


def proposed(edition, user):
    return {p.enrolment.pk: p.result for p in proposals_shown_to(user, edition)}


# --- The proposal -------------------------------------------------------------------------------
def test_the_rule_proposes_who_completes_who_does_not_and_who_cannot_be_told(edition, coordinator):
    yes, no, open_line = line(edition), line(edition, "pa"), line(edition, "p-")

    assert proposed(edition, coordinator) == {yes.pk: YES, no.pk: NO, open_line.pk: ""}


def test_not_marked_is_never_proposed_as_not_completed(edition, coordinator):
    """Trap: unmarked counted as absent."""
    enrolment = line(edition, "--")

    assert proposed(edition, coordinator) == {enrolment.pk: ""}


def test_the_test_is_asked_where_the_course_asks_it(edition, coordinator):
    version = edition.version
    version.needs_test, version.pass_mark = True, 60
    version.save()
    without, below, above = line(edition), line(edition), line(edition)
    TestScoreFactory(enrolment=below, score=11)
    TestScoreFactory(enrolment=above, score=12)

    assert proposed(edition, coordinator) == {without.pk: NO, below.pk: NO, above.pk: YES}


# --- Approving ----------------------------------------------------------------------------------
def test_an_approval_keeps_hours_validity_reason_and_who(edition, coordinator):
    yes, no = line(edition), line(edition, "pa")

    approved = approve(edition, coordinator, (yes.pk, YES), (no.pk, NO))

    done, undone = Completion.objects.get(enrolment=yes), Completion.objects.get(enrolment=no)
    last = edition.starts_on + timedelta(days=1)
    assert approved.written == 2
    assert (done.person, done.hours, done.planned_hours, done.completed_on) == (
        yes.person,
        8,
        8,
        last,
    )
    assert done.valid_until == date(last.year + 1, last.month, last.day)
    assert (done.approved_by, done.is_exception, done.reason) == (coordinator, False, "")
    assert (undone.valid_until, undone.reason) == (None, "Vino a 4 de 8 horas; hacen falta 6.4.")


def test_approving_again_changes_nothing(edition, coordinator, national):
    yes = line(edition)
    approve(edition, coordinator, (yes.pk, YES))
    before = list(Completion.objects.values())

    again = approve(edition, national, (yes.pk, YES))

    assert (again.written, again.already) == (0, 1)
    assert list(Completion.objects.values()) == before


def test_the_author_is_not_changed_on_approval_nor_lost_with_her_account(
    edition, coordinator, national
):
    """Traps: author changed on approval; author lost when the account is deleted."""
    enrolment = line(edition, enrolled_by=coordinator)
    enrolment.marks.update(marked_by=coordinator)

    approve(edition, national, (enrolment.pk, YES))
    deactivate_account(user=coordinator, by=national)

    enrolment.refresh_from_db()
    assert enrolment.enrolled_by.name == coordinator.name
    assert {mark.marked_by for mark in enrolment.marks.all()} == {coordinator}
    assert Completion.objects.get().approved_by == national
    with pytest.raises(ProtectedError), transaction.atomic():
        coordinator.delete()


def test_an_exception_needs_a_reason_and_is_marked(edition, coordinator):
    no = line(edition, "pa")

    with pytest.raises(Refused, match="distinto de lo propuesto"):
        approve(edition, coordinator, (no.pk, YES))
    approve(edition, coordinator, (no.pk, YES, "Recuperó la sesión en su comunidad"))

    done = Completion.objects.get()
    assert (done.is_exception, done.reason) == (True, "Recuperó la sesión en su comunidad")


def test_one_refusal_keeps_nothing_of_the_others(edition, coordinator):
    yes, walk_in = line(edition), line(edition, person=None, walk_in_name="Rosa Quispe")

    with pytest.raises(Refused, match="Rosa Quispe llegó sin estar en el registro"):
        approve(edition, coordinator, (yes.pk, YES), (walk_in.pk, YES))

    assert not Completion.objects.exists()


def test_someone_outside_the_edition_is_refused(edition, coordinator):
    with pytest.raises(Refused, match="No está inscrita"):
        approve(edition, coordinator, (EnrolmentFactory().pk, YES))


def test_a_person_without_email_or_phone_completes_the_whole_flow(edition, coordinator, felicitas):
    """Trap: the e-mail as identity."""
    enrolment = line(edition, person=felicitas)

    approve(edition, coordinator, (enrolment.pk, YES))

    assert Completion.objects.get().person == felicitas


def test_whoever_renews_early_loses_nothing(edition, coordinator):
    """Trap: a second completion after the first is one more row, and the months are added."""
    person = PersonFactory()
    held = timezone.localdate() + timedelta(days=30)
    CompletionFactory(
        enrolment=EnrolmentFactory(edition=EditionFactory(version=edition.version), person=person),
        completed_on=edition.starts_on - timedelta(days=200),
        valid_until=held,
    )
    enrolment = line(edition, person=person)

    approve(edition, coordinator, (enrolment.pk, YES))

    ends = Completion.objects.get(enrolment=enrolment).valid_until
    assert (ends.year - held.year, ends.month) == (1, held.month)
    assert Completion.objects.filter(person=person).count() == 2


def test_a_refresher_renews_what_she_holds_and_keeps_its_own_course(
    edition, coordinator, madre_de_dios
):
    person = PersonFactory()
    held = timezone.localdate() + timedelta(days=30)
    CompletionFactory(
        enrolment=EnrolmentFactory(edition=EditionFactory(version=edition.version), person=person),
        completed_on=edition.starts_on - timedelta(days=200),
        valid_until=held,
    )
    refresher = CourseVersionFactory(
        course=CourseFactory(renews=edition.course), validity="rolling", valid_months=12, hours=4
    )
    short = EditionFactory(
        version=refresher, regional_network=madre_de_dios, starts_on=edition.starts_on
    )
    SessionFactory(edition=short)
    enrolment = line(short, "p", person=person)

    approve(short, coordinator, (enrolment.pk, YES))

    done = Completion.objects.get(enrolment=enrolment)
    assert done.course == refresher.course
    assert (done.valid_until.year - held.year, done.valid_until.month) == (1, held.month)


def test_changing_the_rule_later_changes_nothing_that_was_approved(edition, coordinator):
    """Trap: validity changes for what was issued when a template is edited."""
    yes = line(edition)
    approve(edition, coordinator, (yes.pk, YES))
    before = Completion.objects.get().valid_until

    edition.version.valid_months = 6
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.version.save()

    assert Completion.objects.get().valid_until == before


# --- Taking back --------------------------------------------------------------------------------
def test_a_decision_is_taken_back_with_a_reason_and_decided_again(edition, coordinator):
    no = line(edition, "pa")
    approve(edition, coordinator, (no.pk, NO))
    completion = Completion.objects.get()

    with pytest.raises(Refused, match="motivo"):
        void_completion(completion=completion, reason=" ", by=coordinator)
    void_completion(completion=completion, reason="Se leyó mal la hoja", by=coordinator)
    assert Completion.objects.get().void_reason == "Se leyó mal la hoja"

    approve(edition, coordinator, (no.pk, YES, "Sí vino"))
    again = Completion.objects.get()
    assert (again.pk, again.result, again.voided_at) == (completion.pk, YES, None)


def test_hours_that_are_not_the_course_s_need_a_reason_and_are_those_printed(edition, coordinator):
    yes, no = line(edition), line(edition, "pa")
    CourseVersion.objects.update(hours=16)
    decisions = [Decision(yes.pk, YES), Decision(no.pk, NO)]

    with pytest.raises(Refused, match="del curso: 16. Sus sesiones suman 8") as refusal:
        approve_completions(edition=edition, decisions=decisions, by=coordinator)
    approve_completions(
        edition=edition, decisions=decisions, by=coordinator, hours_reason="Se dio en un día"
    )

    assert refusal.value.field == "hours_reason"
    completion = Completion.objects.get(enrolment=yes)
    assert completion.reason == "Se dio en un día"
    assert "Se dio" not in Completion.objects.get(enrolment=no).reason
    (certificate,) = issue_certificates(
        completions=[completion], by=None, issued_on=timezone.localdate()
    ).new
    assert Content.of(certificate.content).hours_in_words == "8 horas"


def test_nobody_completes_an_edition_without_sessions(coordinator):
    enrolment = EnrolmentFactory()

    with pytest.raises(Refused, match="no tiene sesiones"):
        approve(enrolment.edition, coordinator, (enrolment.pk, YES, "Vino siempre"))


def test_another_decision_is_refused_while_one_stands(edition, coordinator):
    yes = line(edition)
    approve(edition, coordinator, (yes.pk, YES))

    with pytest.raises(Refused, match="ya está aprobada"):
        approve(edition, coordinator, (yes.pk, NO, "Error"))


def test_a_decision_with_a_certificate_is_not_taken_back(edition, coordinator):
    completion = CompletionFactory(enrolment=line(edition))
    CertificateFactory(completion=completion)

    with pytest.raises(Refused, match="constancia"):
        void_completion(completion=completion, reason="Error", by=coordinator)


def test_a_result_whose_hours_changed_since_is_flagged(client, edition, coordinator):
    moved, same = line(edition), line(edition)
    approve(edition, coordinator, (moved.pk, YES), (same.pk, YES))
    moved.marks.update(mark="a")
    sign_in(client, coordinator)

    page = client.get(reverse("edition-completion", args=[edition.pk]))

    standing = {p.enrolment.pk: p.has_moved for p in page.context["standing"]}
    assert standing == {moved.pk: True, same.pk: False}
    assert "Sus marcas cambiaron después" in text_of(page)


def test_once_its_certificate_is_annulled_a_decision_is_taken_back(edition, coordinator):
    completion = CompletionFactory(enrolment=line(edition))
    CertificateFactory(completion=completion, revoked_on=timezone.localdate(), revocation="error")

    voided = void_completion(completion=completion, reason="Error", by=coordinator)

    assert voided.voided_at is not None


# --- The pages ----------------------------------------------------------------------------------
@pytest.fixture
def address(client, edition, coordinator):
    sign_in(client, coordinator)
    return reverse("edition-completion", args=[edition.pk])


def chosen(*decisions, step="revisar"):
    data = {"paso": step}
    for enrolment, result, reason in decisions:
        data |= {f"decide-{enrolment.pk}": result, f"reason-{enrolment.pk}": reason}
    return data


def test_the_page_warns_that_the_hours_are_not_the_course_s(client, edition, address):
    yes = line(edition)
    CourseVersion.objects.update(hours=16)

    assert "Sus sesiones suman 8, y eso dirá la constancia" in text_of(client.get(address))
    refused = client.post(address, chosen((yes, YES, "")))
    assert "Escribe por qué" in text_of(refused)
    client.post(
        address, chosen((yes, YES, ""), step="guardar") | {"hours_reason": "Se dio en un día"}
    )

    assert Completion.objects.get().reason == "Se dio en un día"


def test_the_preview_says_how_many_and_keeps_nothing(client, edition, address):
    yes, no = line(edition), line(edition, "pa")
    decisions = ((yes, YES, ""), (no, NO, ""))

    preview = text_of(client.post(address, chosen(*decisions)))

    assert "1 completa, 1 no." in preview
    assert "Vino a 4 de 8 horas; hacen falta 6.4." in preview
    assert not Completion.objects.exists()

    client.post(address, chosen(*decisions, step="guardar"))
    assert set(Completion.objects.values_list("enrolment", "result")) == {
        (yes.pk, YES),
        (no.pk, NO),
    }


def test_an_exception_without_a_reason_is_told_at_its_field(client, edition, address):
    no = line(edition, "pa")

    page = client.post(address, chosen((no, YES, ""))).content.decode()

    assert f'id="id_reason-{no.pk}_error"' in page
    assert not Completion.objects.exists()


def test_a_walk_in_is_named_with_what_has_to_be_done(client, edition, address):
    line(edition, person=None, walk_in_name="Rosa Quispe")

    page = text_of(client.get(address))

    assert "di antes quién es cada una" in page
    assert "Rosa Quispe" in page


def test_the_page_takes_a_decision_back(client, edition, address, coordinator):
    enrolment = line(edition)
    approve(edition, coordinator, (enrolment.pk, YES))
    completion = Completion.objects.get()

    client.post(reverse("completion-void", args=[completion.pk]), {"reason": "Error al leer"})

    assert Completion.objects.get().voided_at is not None


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_roster(
    client, edition, address, coordinator, count, django_assert_num_queries
):
    for _each in range(count):
        line(edition)
        done = line(edition)
        approve(edition, coordinator, (done.pk, YES))

    with django_assert_num_queries(PAGE_QUERIES):
        client.get(address)


PAGE_QUERIES = 17


def test_an_old_record_nobody_verified_lengthens_nothing(edition, coordinator):
    yes = line(edition)
    CompletionFactory(
        enrolment=None,
        person=yes.person,
        organisation=None,
        version=None,
        course=edition.course,
        origin="paper",
        is_verified=False,
        completed_on=edition.ends_on - timedelta(days=400),
        valid_until=edition.ends_on + timedelta(days=30),
    )
    approve(edition, coordinator, (yes.pk, YES))

    hers = Completion.objects.get(enrolment=yes)
    assert hers.valid_until == valid_until(edition.version, hers.completed_on)
