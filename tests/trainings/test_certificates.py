"""Issuing, mending and annulling certificates. Traps of other systems are named in the tests."""

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from psycopg2.errors import LockNotAvailable

from members.models import Role
from network.base.errors import Refused
from tests.factories.accounts import sign_in
from tests.factories.trainings import (
    CompletionFactory,
    CourseVersionFactory,
    EditionFactory,
    EnrolmentFactory,
)
from trainings.actions import certificates as actions
from trainings.actions.certificates import (
    SignatoryFacts,
    add_signatory,
    end_signatory,
    issue_certificates,
    reissue_certificate,
    revoke_certificate,
)
from trainings.certificates import Content, check, digest, is_intact
from trainings.codes import ALPHABET, new_code, printed, read_code
from trainings.models import Certificate, CertificateSeries, Completion, CourseVersion

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def issue(*completions, on=TODAY, by=None):
    return issue_certificates(completions=completions, by=by, issued_on=on).new


def issue_one(on=TODAY, by=None, **facts) -> Certificate:
    return issue(CompletionFactory(**facts), on=on, by=by)[0]


# --- Codes ---------------------------------------------------------------------------------------
def test_a_code_is_eight_letters_of_crockford():
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("ILOU")


@pytest.mark.parametrize(
    "text",
    ["7K4Q92TX", "RNM-7K4Q-92TX", "rnm 7k4q 92tx", " 7k4q-92tx ", "RNM–7K4Q–92TX", "rnm7k4q92tx"],
)
def test_a_code_is_read_as_people_write_it(text):
    assert read_code(text) == "7K4Q92TX"
    assert printed("7K4Q92TX") == "RNM-7K4Q-92TX"


def test_letters_that_look_like_numbers_are_read_as_those():
    assert read_code("RNM-OI1L-00AB") == "01110 0AB".replace(" ", "")


@pytest.mark.parametrize(
    "text", ["", "RNM", "7K4Q92T", "7K4Q92TXX", "7K4Q92T!", "<script>", "ñ" * 8]
)
def test_what_cannot_be_a_code_is_none(text):
    assert read_code(text) == ""


# --- Issuing -------------------------------------------------------------------------------------
def test_what_was_true_that_day_is_frozen(national):
    version = CourseVersionFactory(hours=Decimal("8"), number=2, course__name="Trabajo seguro")
    edition = EditionFactory(
        version=version, starts_on=date(2026, 5, 22), ends_on=date(2026, 6, 12)
    )
    add_signatory(
        pk=UUID(int=1),
        facts=SignatoryFacts("Rosa Mamani", "Presidenta", date(2026, 1, 1)),
        by=national,
    )

    certificate = issue_one(
        by=national,
        enrolment=EnrolmentFactory(edition=edition),
        completed_on=date(2026, 6, 12),
        valid_until=date(2028, 6, 12),
    )

    content = Content.of(certificate.content)
    assert (content.name, content.course, content.course_version, content.hours_in_words) == (
        "Felícitas Apaza Condori",
        "Trabajo seguro",
        2,
        "8 horas",
    )
    assert content.dates_in_words == "del 22 de mayo al 12 de junio de 2026"
    assert content.last_day == certificate.valid_until == date(2028, 6, 12)
    assert [(s.name, s.post) for s in content.signatories] == [("Rosa Mamani", "Presidenta")]
    assert content.number == certificate.number_in_words == "2026-000001"
    assert certificate.issued_by == national
    assert is_intact(Certificate.objects.get(pk=certificate.pk))


@pytest.mark.parametrize(
    "facts",
    [
        {"result": "not_completed", "reason": "Faltó"},
        {"is_verified": False},
        {"voided_at": timezone.now()},
        {"enrolment__person__trashed_at": timezone.now()},
        {"enrolment__person__withdrawn_at": timezone.now()},
    ],
)
def test_only_an_achieved_and_verified_completion_of_a_woman_on_record_gives_right(facts):
    completion = CompletionFactory(**facts)

    issued = issue_certificates(completions=[completion], by=None, issued_on=TODAY)

    assert (issued.new, issued.refused) == ((), (completion,))


def test_repeating_issues_nothing_new():
    completions = CompletionFactory.create_batch(3)
    first = issue(*completions)

    again = issue_certificates(completions=completions, by=None, issued_on=TODAY)

    assert (again.new, again.already) == ((), 3)
    assert set(Certificate.objects.all()) == set(first)


def test_numbers_have_no_gap_and_a_batch_rolled_back_gives_its_back():
    issue(*CompletionFactory.create_batch(2))
    with transaction.atomic():
        issue(*CompletionFactory.create_batch(5))
        transaction.set_rollback(True)

    issue(*CompletionFactory.create_batch(2))

    numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]
    assert CertificateSeries.objects.get(year=2026).last_number == 4


def test_each_year_counts_from_one():
    issue_one()

    assert issue_one(on=date(2027, 1, 4)).number_in_words == "2027-000001"


def test_a_code_that_is_taken_is_not_given_again(monkeypatch):
    taken = issue_one().code
    codes = iter([taken, "00000001"])
    monkeypatch.setattr(actions, "new_code", lambda: next(codes))

    assert issue_one().code == "00000001"


def test_issuing_costs_the_same_queries_for_one_and_for_many(django_assert_num_queries):
    for count in (1, 3):
        completions = CompletionFactory.create_batch(count)
        with django_assert_num_queries(12):
            issue(*completions)


# --- Traps ---------------------------------------------------------------------------------------
def test_trap_second_certificate_after_expiry():
    """frappe/lms refuses it: here both stay, and the newer is the current one."""
    completion = CompletionFactory(completed_on=date(2024, 1, 10), valid_until=date(2025, 1, 10))
    old = issue(completion, on=date(2024, 1, 15))[0]
    again = CompletionFactory(
        enrolment__person=completion.person,
        enrolment__edition__version=completion.version,
        completed_on=date(2026, 11, 1),
        valid_until=date(2027, 11, 1),
    )

    new = issue(again)[0]

    assert new.number_in_words != old.number_in_words
    assert check(old.code, TODAY).answer == Certificate.Answer.EXPIRED
    assert check(new.code, TODAY).answer == Certificate.Answer.VALID
    assert set(Certificate.objects.current()) == {old, new}


def test_trap_validity_changes_when_the_rule_is_edited():
    """customcert: an edited template moves the dates of what was issued."""
    completion = CompletionFactory(valid_until=date(2027, 11, 1), completed_on=date(2026, 11, 1))
    certificate = issue(completion)[0]

    with pytest.raises(IntegrityError, match="completed under this version"), transaction.atomic():
        CourseVersion.objects.filter(pk=completion.version_id).update(
            validity="rolling", valid_months=1, hours=Decimal("99")
        )
    with pytest.raises(IntegrityError, match="certificate stands"), transaction.atomic():
        Completion.objects.filter(pk=completion.pk).update(valid_until=date(2026, 11, 2))

    told = check(certificate.code, TODAY)
    assert told.answer == Certificate.Answer.VALID
    assert (told.content.last_day, told.content.hours) == (date(2027, 11, 1), "8.00")


@pytest.mark.parametrize(
    "change",
    [
        {"content": {}},
        {"valid_until": date(2099, 1, 1)},
        {"code": "00000000"},
        {"number": 77},
        {"copy_reason": "otra"},
    ],
)
def test_a_certificate_is_never_rewritten(change):
    certificate = issue_one()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**change)

    assert error.value.__cause__.diag.constraint_name == "trainings_certificate_frozen"


def test_trap_deleting_is_not_revoking(national):
    """customcert#119: an annulled code answers so, and only an unknown one does not exist."""
    certificate = issue_one()

    revoke_certificate(certificate=certificate, category="error", note="prueba", by=national)

    told = check(certificate.code, TODAY)
    assert told.answer == Certificate.Answer.ANNULLED
    assert check("ZZZZZZZZ", TODAY) is None
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).delete()


def test_trap_author_lost_when_the_account_is_deleted(national):
    """akvo: records went with the account. Here they keep who issued them."""
    certificate = issue_one(by=national)
    national.is_active = False
    national.save()

    certificate.refresh_from_db()
    assert certificate.issued_by.name == national.name
    with pytest.raises((ProtectedError, IntegrityError)), transaction.atomic():
        national.delete()


def test_trap_holder_can_edit_her_own_certificate(client, make_account):
    """frappe/lms shares it with write access: here a member's POST is refused."""
    certificate = issue_one()
    member = make_account(Role.MEMBER, person=certificate.completion.person)
    sign_in(client, member)

    for act in ("corregir", "anular"):
        answer = client.post(f"/formacion/constancias/{certificate.pk}/{act}/", {"reason": "x"})
        assert answer.status_code == 403

    certificate.refresh_from_db()
    assert (certificate.revoked_on, certificate.replaced_by) == (None, None)


# --- Mending a name ------------------------------------------------------------------------------
def test_a_mended_name_is_copy_two_of_the_same_number(national):
    certificate = issue_one()
    person = certificate.completion.person
    person.maternal_surname = "Kunturi"
    person.save()

    copy = reissue_certificate(certificate=certificate, by=national, reason="Error de digitación")

    certificate.refresh_from_db()
    assert (copy.number, copy.copy, copy.code != certificate.code) == (certificate.number, 2, True)
    assert (copy.valid_until, copy.issued_by) == (certificate.valid_until, national)
    assert Content.of(copy.content).name == "Felícitas Apaza Kunturi"
    assert Content.of(certificate.content).name == "Felícitas Apaza Condori"
    assert copy.content_sha256 == digest(copy.content)
    told = check(certificate.code, TODAY)
    assert (told.answer, told.newest, told.has_new_name) == ("replaced", copy, True)
    assert check(copy.code, TODAY).answer == "valid"


def test_the_oldest_copy_leads_to_the_newest(national):
    certificate = first = issue_one()
    for surname in ("Kunturi", "Quispe"):
        first.completion.person.maternal_surname = surname
        first.completion.person.save()
        certificate = reissue_certificate(certificate=certificate, by=national, reason="nombre")

    assert check(first.code, TODAY).newest == certificate
    assert certificate.copy == 3


def test_a_copy_is_not_made_when_nothing_is_to_be_mended(national):
    certificate = issue_one()

    with pytest.raises(Refused, match="Corrige antes su ficha"):
        reissue_certificate(certificate=certificate, by=national, reason="se perdió")

    assert Certificate.objects.count() == 1


def test_pressing_twice_makes_one_copy(national):
    certificate = issue_one()
    certificate.completion.person.maternal_surname = "Kunturi"
    certificate.completion.person.save()
    reissue_certificate(certificate=certificate, by=national, reason="nombre")

    with pytest.raises(Refused, match="ya no vale"):
        reissue_certificate(certificate=certificate, by=national, reason="nombre")

    assert Certificate.objects.count() == 2


# --- Annulling -----------------------------------------------------------------------------------
def test_annulling_keeps_the_day_the_category_and_who(national):
    certificate = issue_one()

    revoke_certificate(
        certificate=certificate, category="identity", note="era su hermana", by=national
    )
    certificate.refresh_from_db()
    first = (certificate.revoked_on, certificate.revocation, certificate.revoked_by)
    revoke_certificate(certificate=certificate, category="error", note="otra", by=national)

    certificate.refresh_from_db()
    assert first == (timezone.localdate(), "identity", national)
    assert certificate.revocation == "identity"


def test_annulling_needs_a_reason(national):
    certificate = issue_one()

    with pytest.raises(Refused, match="Di por qué") as refusal:
        revoke_certificate(certificate=certificate, category="", note="", by=national)

    assert refusal.value.field == "category"


def test_what_gave_no_right_is_taken_back_with_its_certificate(national):
    certificate = issue_one()

    revoke_certificate(certificate=certificate, category="rule", note="", by=national)

    completion = Completion.objects.get()
    assert completion.voided_at is not None
    assert completion.void_reason == "Se anuló su constancia: no cumplía lo que pide el curso"
    assert issue(completion) == ()
    assert check(certificate.code, TODAY).is_taken_back


def test_who_lost_the_paper_to_an_error_gets_another_number(national):
    completion = CompletionFactory()
    first = issue(completion)[0]

    revoke_certificate(certificate=first, category="error", note="", by=national)
    second = issue(completion)[0]

    completion.refresh_from_db()
    assert (second.number, second.copy) == (first.number + 1, 1)
    assert completion.voided_at is None
    assert not check(first.code, TODAY).is_taken_back


# --- Who signs -----------------------------------------------------------------------------------
def test_a_regional_signatory_signs_what_her_network_ran(national, madre_de_dios, puno):
    for number, network in enumerate((None, madre_de_dios, puno), start=1):
        facts = SignatoryFacts(f"S{number}", "Firma", date(2026, 1, 1), number, network)
        add_signatory(pk=UUID(int=number), facts=facts, by=national)

    certificate = issue_one(enrolment__edition__regional_network=madre_de_dios)

    assert [s.name for s in Content.of(certificate.content).signatories] == ["S1", "S2"]


def test_who_ended_no_longer_signs_and_old_ones_keep_her(national):
    facts = SignatoryFacts("Rosa", "Presidenta", date(2026, 1, 1))
    pk = UUID(int=1)
    rosa = add_signatory(pk=pk, facts=facts, by=national)
    assert add_signatory(pk=pk, facts=facts, by=national) == rosa
    old = issue_one()

    end_signatory(signatory=rosa, last_day=TODAY - timedelta(days=1), by=national)

    assert Content.of(issue_one().content).signatories == ()
    assert len(Content.of(Certificate.objects.get(pk=old.pk).content).signatories) == 1
    with pytest.raises(Refused, match="anterior"):
        end_signatory(signatory=rosa, last_day=date(2025, 1, 1), by=national)


# --- Two at once ---------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_whoever_issues_meanwhile_waits_for_the_numbers():
    issue_one()
    take = "UPDATE trainings_certificateseries SET last_number = last_number + 1"

    with (
        closing(connection.get_new_connection(connection.get_connection_params())) as other,
        other.cursor() as cursor,
        transaction.atomic(),
    ):
        cursor.execute("SET lock_timeout = '200ms'")
        issue_one()
        with pytest.raises(LockNotAvailable):
            cursor.execute(take)
