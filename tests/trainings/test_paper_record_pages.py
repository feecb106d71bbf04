"""Pages of old paper records: their source, their verification, and what it changes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from network.base.contracts import declared
from network.base.errors import Refused
from network.base.figures import Question
from network.documents.models import Document
from tests.documents.samples import picture, upload
from tests.factories.accounts import sign_in
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.trainings import (
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    RequirementFactory,
)
from tests.factories.workbooks import xlsx
from tests.pages import text_of
from tests.trainings.clients import file_rows
from trainings.actions.certificates import issue_certificates
from trainings.actions.records import add_evidence, doubt_record, verify_record
from trainings.coverage import count_coverage
from trainings.models import Completion, CourseAlias

pytestmark = pytest.mark.django_db
NOTEBOOK = "Cuaderno de actas 2019, folio 12"


@pytest.fixture
def make_record(rio_claro):
    course = CourseFactory(name="Trabajo seguro en el pallaqueo")
    CourseVersionFactory(course=course)

    def make(**values):
        person = MembershipFactory(
            person=PersonFactory(sex="f"), organisation=values.get("organisation") or rio_claro
        ).person
        return CompletionFactory(
            **{
                "enrolment": None,
                "version": None,
                "course": course,
                "person": person,
                "organisation": rio_claro,
                "origin": "paper",
                "is_verified": False,
                "source": NOTEBOOK,
                "completed_on": timezone.localdate() - timedelta(days=100),
            }
            | values
        )

    return make


@pytest.fixture
def record(make_record):
    return make_record()


def number(name):
    return declared("figures")[name].compute(Question())


def page(record, what="detail"):
    return reverse(f"training-record-{what}", args=[record.pk])


# --- Verifying -----------------------------------------------------------------------------------
def test_verifying_makes_it_count_and_says_who(record, coordinator, rio_claro):
    requirement = RequirementFactory(course=record.course)
    assert (number("completions"), number("completions_unverified")) == (0, 1)

    verify_record(record=record, by=coordinator)

    record.refresh_from_db()
    assert (record.is_verified, record.approved_by) == (True, coordinator)
    assert (number("completions"), number("completions_unverified")) == (1, 0)
    cells = count_coverage([requirement], timezone.localdate(), [rio_claro.pk]).cells
    cell = cells[rio_claro.pk][requirement.pk]
    assert (cell.covered, cell.unverified) == (1, 0)


def test_verifying_again_changes_nothing(record, coordinator, national):
    verify_record(record=record, by=coordinator)
    before = Completion.objects.values().get()

    verify_record(record=record, by=national)

    assert Completion.objects.values().get() == before


def test_nothing_is_verified_that_says_nowhere_where_it_comes_from(make_record, coordinator):
    record = make_record(source="")

    with pytest.raises(Refused, match="de dónde sale"):
        verify_record(record=record, by=coordinator)


def test_what_an_edition_decided_is_not_verified_here(coordinator):
    with pytest.raises(Refused, match="se decide en su edición"):
        verify_record(record=CompletionFactory(), by=coordinator)


def test_a_verification_is_taken_back_unless_a_certificate_stands_on_it(record, coordinator):
    verify_record(record=record, by=coordinator)
    doubt_record(record=record, by=coordinator)

    record.refresh_from_db()
    assert (record.is_verified, record.approved_by) == (False, None)

    verify_record(record=record, by=coordinator)
    CertificateFactory(completion=Completion.objects.get())
    with pytest.raises(Refused, match="Tiene constancia"):
        doubt_record(record=record, by=coordinator)


def test_no_certificate_is_issued_for_what_nobody_verified(record, national):
    issued = issue_certificates(completions=[record], by=national, issued_on=timezone.localdate())

    assert (issued.new, [c.pk for c in issued.refused]) == ((), [record.pk])


def test_the_page_says_where_it_comes_from_and_lets_who_approves_verify(
    client, record, coordinator, leader
):
    sign_in(client, leader)
    told = text_of(client.get(page(record)))
    assert NOTEBOOK in told
    assert "Histórico no verificado" in told
    assert "Lo verifica la coordinación." in told
    assert client.post(page(record, "verify")).status_code == 403

    sign_in(client, coordinator)
    answer = client.post(page(record, "verify"), {"act": "verify"}, follow=True)
    assert "Verificado: desde ahora cuenta" in text_of(answer)
    assert Completion.objects.get().is_verified

    client.post(page(record, "verify"), {"act": "doubt"})
    assert not Completion.objects.get().is_verified


def test_another_region_does_not_see_the_record(client, record, other_region_coordinator):
    sign_in(client, other_region_coordinator)

    assert client.get(page(record)).status_code == 404


def test_a_record_is_annulled_with_its_reason_and_counts_nowhere(client, record, coordinator):
    sign_in(client, coordinator)

    assert client.post(page(record, "void"), {"reason": ""}).status_code == 200
    client.post(page(record, "void"), {"reason": "Era de su prima"})

    assert Completion.objects.get().void_reason == "Era de su prima"
    assert number("completions_unverified") is None or number("completions_unverified") == 0


# --- The paper -----------------------------------------------------------------------------------
def test_a_photo_is_kept_for_all_records_of_the_same_paper(client, make_record, leader):
    record, same, other = make_record(), make_record(), make_record(source="Otro cuaderno")
    sign_in(client, leader)
    assert "También para otro registro" in text_of(client.get(page(record, "evidence")))

    client.post(page(record, "evidence"), {"upload": upload(picture()), "for_all": "on"})

    document = Document.objects.get()
    found = Completion.objects.filter(evidence=document)
    assert set(found) == {record, same}
    assert other not in found
    assert "Ver el papel" in text_of(client.get(page(same)))
    address = reverse("document-download", args=[document.pk])
    assert b"".join(client.get(address).streaming_content).startswith(b"\xff\xd8")


def test_the_paper_is_read_by_who_brings_records_in_and_by_nobody_else(
    record, national, leader, trainer, coordinator, other_region_coordinator, auditor
):
    document = add_evidence(record=record, upload=upload(picture()), by=leader)

    accounts = (national, leader, coordinator, trainer, other_region_coordinator, auditor)
    seen = [Document.objects.visible_to(account).filter(pk=document.pk) for account in accounts]
    assert [rows.exists() for rows in seen] == [True, True, True, False, False, False]


def test_the_paper_of_what_was_verified_is_not_changed(record, coordinator):
    verify_record(record=record, by=coordinator)

    with pytest.raises(Refused, match="su papel no se cambia"):
        add_evidence(record=record, upload=upload(picture()), by=coordinator)


# --- Lists and the record of her courses ---------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_questions_whatever_its_length(
    client, make_record, coordinator, count, django_assert_max_num_queries
):
    for _one in range(count):
        make_record()
    sign_in(client, coordinator)
    client.get(reverse("training-record-list"))

    with django_assert_max_num_queries(12):
        told = text_of(client.get(reverse("training-record-list")))

    assert told.count(NOTEBOOK) == count


def test_her_transcript_keeps_it_apart_with_its_source(client, record, coordinator):
    sign_in(client, coordinator)

    told = text_of(client.get(reverse("person-transcript", args=[record.person_id])))

    assert NOTEBOOK in told


def test_a_likeness_is_confirmed_on_the_page_before_anything_counts(client, record, coordinator):
    headings = ["persona_id", "Curso", "Fecha", "Fuente"]
    rows = [[str(record.person_id), "Trabajo segurro", str(y), "Acta"] for y in (2018, 2019)]
    content = upload(xlsx([headings, *rows], sheet="Papel"), "papel.xlsx")
    sign_in(client, coordinator)

    review = client.post(reverse("import-start"), {"file": content}, follow=True)

    address = review.redirect_chain[-1][0]
    told = text_of(review)
    assert "Por confirmar: 1" in told
    assert "Trabajo segurro" in told
    (question,) = review.context["questions"]
    answer = {f"pregunta:{question['key']}": str(record.course_id)}
    again = client.post(address, answer | {"act": "import"}, follow=True)
    assert Completion.objects.count() == 1
    assert "Importar 2 de 2 filas" in text_of(again)

    client.post(address, answer | {"act": "import"})

    assert Completion.objects.filter(course=record.course).count() == 3
    assert CourseAlias.objects.get().course == record.course


# --- Who left the record -------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["withdrawn_at", "trashed_at"])
def test_who_left_the_record_is_in_no_list_file_or_paper(client, make_record, coordinator, how):
    record = make_record()
    document = add_evidence(record=record, upload=upload(picture()), by=coordinator)
    name = record.person.listed_name
    setattr(record.person, how, timezone.now())
    record.person.save()

    pages = [
        sign_in(client, coordinator).get(reverse("training-record-list")).content.decode(),
        str(file_rows(coordinator, "training_records", is_personal=True)),
    ]

    assert [name in text or str(record.person.pk) in text for text in pages] == [False, False]
    assert not Document.objects.visible_to(coordinator).filter(pk=document.pk).exists()
    assert client.get(page(record)).status_code == 404
