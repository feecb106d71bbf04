"""Pages of certificates for staff, the batch that issues and prints, and transcripts."""

import csv
import io
import os
import subprocess
import sys
import time
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from members.models import Person, Role
from network.base.jobs import open_result, run
from network.base.models import AccessLogEntry, Job
from tests.factories.accounts import sign_in
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    CompletionFactory,
    EditionFactory,
    EnrolmentFactory,
    SignatoryFactory,
)
from tests.pages import text_of
from trainings.actions.certificates import issue_certificates, revoke_certificate
from trainings.certificate_pdf import certificate_pdf
from trainings.certificates import Content
from trainings.issuing import enqueue_batch
from trainings.models import Certificate, CertificateSeries, Completion, Signatory
from trainings.transcripts import transcript_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PAPER_BYTES = 60 * 1000


@pytest.fixture
def edition(madre_de_dios):
    return EditionFactory(regional_network=madre_de_dios)


def completions(edition, organisation, count):
    return [
        CompletionFactory(
            enrolment=EnrolmentFactory(
                edition=edition,
                organisation=organisation,
                person=PersonFactory(given_names=f"Rosa {number:03d}"),
            )
        )
        for number in range(count)
    ]


def issued(*rows):
    return issue_certificates(completions=rows, by=None, issued_on=TODAY).new


# --- The paper -----------------------------------------------------------------------------------
def test_the_paper_is_small_the_same_each_time_and_says_what_was_frozen():
    certificate = issued(CompletionFactory())[0]
    content = Content.of(certificate.content)

    paper = certificate_pdf(content, code=certificate.code, base_url="https://portal.ejemplo.pe")

    assert len(paper) <= PAPER_BYTES
    assert paper == certificate_pdf(
        content, code=certificate.code, base_url="https://portal.ejemplo.pe"
    )
    (page,) = PdfReader(io.BytesIO(paper)).pages
    text = " ".join(page.extract_text().split())
    assert content.name in text
    assert content.course in text
    assert certificate.printed_code in text
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)
    fonts = page["/Resources"]["/Font"].values()
    assert all("/FontFile2" in font.get_object()["/FontDescriptor"] for font in fonts)


def test_a_paper_of_demonstration_says_so():
    certificate = issued(CompletionFactory(is_demo=True))[0]

    paper = certificate_pdf(
        Content.of(certificate.content), code=certificate.code, base_url="https://portal.ejemplo.pe"
    )

    assert "DATOS DE DEMOSTRACIÓN" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()


def test_who_takes_a_paper_leaves_a_trace(client, national):
    certificate = issued(CompletionFactory())[0]
    sign_in(client, national)

    answer = client.get(reverse("certificate-paper", args=[certificate.pk]))

    assert answer["Content-Type"] == "application/pdf"
    trace = AccessLogEntry.objects.get(action="download")
    assert (trace.user, trace.subject, trace.subject_id) == (
        national,
        "trainings.certificate",
        str(certificate.pk),
    )


# --- An edition's --------------------------------------------------------------------------------
def test_an_edition_shows_who_lacks_one_and_who_has(client, coordinator, edition, rio_claro):
    first, second = completions(edition, rio_claro, 2)
    certificate = issued(first)[0]
    sign_in(client, coordinator)

    text = text_of(client.get(reverse("edition-certificates", args=[edition.pk])))

    assert "Completaron y no tienen constancia (1)" in text
    assert "Emitir 1 constancia" in text
    assert "Ya tienen la suya (1)" in text
    assert certificate.printed_code in text


def test_issuing_is_previewed_and_then_done_once(
    client, coordinator, edition, rio_claro, django_capture_on_commit_callbacks
):
    rows = completions(edition, rio_claro, 2)
    SignatoryFactory(name="Rosa Mamani")
    sign_in(client, coordinator)
    address = reverse("certificates-issue", args=[edition.pk])
    chosen = {"completions": [row.pk for row in rows]}

    preview = client.post(address, chosen | {"paso": "revisar"})

    assert "Emitir 2 constancias" in text_of(preview)
    assert "Rosa Mamani" in text_of(preview)
    assert not Certificate.objects.exists()
    answer = client.post(address, chosen | {"paso": "guardar"})
    assert answer.url == reverse("job-list")
    assert Job.objects.get().params["completions"] == [str(row.pk) for row in rows]


def test_nobody_chosen_is_told_at_the_field(client, coordinator, edition, rio_claro):
    completions(edition, rio_claro, 1)
    sign_in(client, coordinator)

    answer = client.post(reverse("certificates-issue", args=[edition.pk]), {"paso": "guardar"})

    assert "Elige al menos a una." in text_of(answer)


def test_pressing_again_when_all_have_theirs_says_so(client, coordinator, edition, rio_claro):
    rows = completions(edition, rio_claro, 1)
    issued(*rows)
    sign_in(client, coordinator)
    chosen = {"completions": [rows[0].pk], "paso": "guardar"}

    answer = client.post(reverse("certificates-issue", args=[edition.pk]), chosen, follow=True)

    assert "Todas las que tienen derecho ya tienen su constancia." in text_of(answer)
    assert not Job.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_queries(
    client, coordinator, edition, rio_claro, count, django_assert_num_queries
):
    issued(*completions(edition, rio_claro, count))
    CertificateSeries.objects.update(last_number=100)
    completions(edition, rio_claro, count)
    sign_in(client, coordinator)
    client.get(reverse("certificate-list"))

    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("certificate-list"))
    with django_assert_num_queries(EDITION_QUERIES):
        client.get(reverse("edition-certificates", args=[edition.pk]))


LIST_QUERIES, EDITION_QUERIES = 6, 13


# --- One certificate -----------------------------------------------------------------------------
def test_the_page_of_one_shows_content_copies_and_what_can_be_done(client, national):
    certificate = issued(CompletionFactory(valid_until=TODAY + timedelta(days=9)))[0]
    sign_in(client, national)
    address = reverse("certificate-detail", args=[certificate.pk])

    page = client.get(address)

    assert "Felícitas Apaza Condori" in text_of(page)
    assert "Está como se emitió." in text_of(page)
    assert "https://wa.me/?text=" in page.content.decode()
    refused = client.post(reverse("certificate-reissue", args=[certificate.pk]), {"reason": "x"})
    assert "Corrige antes su ficha" in text_of(refused)
    person = certificate.completion.person
    person.given_names = "Felicia"
    person.save()
    sent = client.post(reverse("certificate-reissue", args=[certificate.pk]), {"reason": "nombre"})
    copy = Certificate.objects.get(copy=2)
    assert sent.url == reverse("certificate-detail", args=[copy.pk])
    assert "Reemplazada" in text_of(client.get(address))
    client.post(
        reverse("certificate-revoke", args=[copy.pk]), {"category": "request", "note": "llamó"}
    )
    text = text_of(client.get(reverse("certificate-detail", args=[copy.pk])))
    assert "Ella lo pidió" in text
    assert "llamó" in text


def test_who_was_annulled_by_mistake_is_offered_again_and_not_chosen(
    client, coordinator, edition, rio_claro
):
    annulled, due = completions(edition, rio_claro, 2)
    certificate = issued(annulled)[0]
    revoke_certificate(certificate=certificate, category="error", note="", by=coordinator)
    sign_in(client, coordinator)

    page = client.get(reverse("edition-certificates", args=[edition.pk]))

    assert set(page.context["due"]) == {annulled, due}
    assert page.context["form"].initial["completions"] == [due]


@pytest.mark.django_db(transaction=True)
def test_whoever_runs_the_edition_issues_to_women_of_other_regions(
    client, coordinator, edition, flor_de_cuarzo
):
    (completion,) = completions(edition, flor_de_cuarzo, 1)
    sign_in(client, coordinator)
    page = client.get(reverse("edition-certificates", args=[edition.pk]))

    client.post(
        reverse("certificates-issue", args=[edition.pk]),
        {"completions": [completion.pk], "paso": "guardar"},
    )

    assert page.context["due"] == [completion]
    certificate = Certificate.objects.get(completion=completion)
    assert client.get(reverse("certificate-detail", args=[certificate.pk])).status_code == 200


def test_the_certificate_of_who_left_the_record_leads_to_the_public_answer(client, national):
    certificate = issued(CompletionFactory())[0]
    Person.objects.update(withdrawn_at=timezone.now())
    sign_in(client, national)

    answer = client.get(reverse("certificate-detail", args=[certificate.pk]))

    assert answer.url == reverse("certificate-check", args=[certificate.printed_code])
    assert client.get(reverse("certificate-paper", args=[certificate.pk])).status_code == 404


def test_the_name_on_the_page_is_the_one_issued_and_the_list_has_todays(client, national):
    certificate = issued(CompletionFactory())[0]
    person = certificate.completion.person
    person.given_names = "Felicia"
    person.save()
    sign_in(client, national)

    page = text_of(client.get(reverse("certificate-detail", args=[certificate.pk])))

    assert "Felícitas Apaza Condori" in page
    assert "Felicia" in text_of(client.get(reverse("certificate-list")))


def test_a_leader_sees_hers_and_may_not_issue_or_annul(client, leader, edition, rio_claro):
    certificate = issued(*completions(edition, rio_claro, 1))[0]
    sign_in(client, leader)

    assert client.get(reverse("certificate-detail", args=[certificate.pk])).status_code == 200
    for name in ("certificate-reissue", "certificate-revoke"):
        assert client.post(reverse(name, args=[certificate.pk])).status_code == 403


def test_who_signs_is_added_once_and_ended(client, national):
    sign_in(client, national)
    page = client.get(reverse("signatory-list"))
    facts = {
        "id": page.context["form"]["id"].value(),
        "name": "Rosa Mamani",
        "post": "Presidenta",
        "order": 1,
        "starts_on": "01/01/2026",
    }
    for _twice in range(2):
        client.post(reverse("signatory-list"), facts)

    rosa = Signatory.objects.get()
    refused = client.post(reverse("signatory-end", args=[rosa.pk]), {"last_day": "01/01/2025"})
    assert "anterior" in text_of(refused)
    client.post(reverse("signatory-end", args=[rosa.pk]), {"last_day": "01/06/2026"})
    rosa.refresh_from_db()
    assert rosa.ends_on == date(2026, 6, 1)


# --- Lists and figures ---------------------------------------------------------------------------
def exported(client, name, query=""):
    answer = client.post(f"{reverse('export', args=[name])}?{query}", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.django_db(transaction=True)
def test_the_list_counts_what_its_file_holds(client, national, edition, rio_claro):
    """Trap: an export of only the current page. It holds what the filter counts."""
    valid, expired, ended = issued(
        CompletionFactory(),
        CompletionFactory(completed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1)),
        CompletionFactory(),
    )
    revoke_certificate(certificate=ended, category="error", note="", by=national)
    sign_in(client, national)

    for query, count in (
        ("", 3),
        ("estado=valid", 1),
        ("estado=expired", 1),
        ("estado=annulled", 1),
    ):
        listing = client.get(f"{reverse('certificate-list')}?{query}").context["listing"]
        rows = exported(client, "certificates", query)
        assert (listing.total, len(rows)) == (count, count), query
    assert {row["Estado hoy"] for row in rows} == {"Anulada"}
    assert not any("Felícitas" in value for value in rows[0].values())


def test_a_code_is_found_in_the_list_as_it_is_printed(client, national):
    certificate, _other = issued(CompletionFactory(), CompletionFactory())
    sign_in(client, national)

    listing = client.get(reverse("certificate-list"), {"q": certificate.printed_code.lower()})

    assert [row.key for row in listing.context["listing"].rows] == [certificate.pk]


# --- Transcript ----------------------------------------------------------------------------------
@pytest.fixture
def learned(felicitas, rio_claro):
    """Two valid, one expired, one voided, one historic."""

    def completed(**facts):
        return CompletionFactory(
            enrolment=EnrolmentFactory(person=felicitas, organisation=rio_claro), **facts
        )

    completed(hours=Decimal("8"), valid_until=TODAY + timedelta(days=30))
    completed(hours=Decimal("4.5"))
    completed(hours=Decimal("2"), completed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    completed(hours=Decimal("99"), voided_at=timezone.now())
    CompletionFactory(
        enrolment=None,
        origin="paper",
        is_verified=False,
        person=felicitas,
        organisation=rio_claro,
        version=None,
        course=Completion.objects.first().course,
        completed_on=date(2015, 1, 1),
        completed_precision="y",
        hours=None,
    )
    return felicitas


def test_a_transcript_sums_what_is_verified_and_keeps_the_rest_apart(learned):
    transcript = transcript_of(learned, Completion.objects.all(), TODAY)

    assert transcript.hours == Decimal("14.5")
    assert sum(theme.hours for theme in transcript.hours_by_theme) == transcript.hours
    assert (len(transcript.valid), len(transcript.expired)) == (2, 1)
    assert len(transcript.unverified) == 1
    assert transcript.unverified[0].completed == "2015"
    assert transcript.next_renewal.completion.valid_until == TODAY + timedelta(days=30)


def test_a_renewed_course_is_renewed_by_its_later_day(felicitas):
    first = CompletionFactory(enrolment__person=felicitas, valid_until=TODAY + timedelta(days=5))
    CompletionFactory(
        enrolment__person=felicitas,
        enrolment__edition__version=first.version,
        valid_until=TODAY + timedelta(days=400),
    )

    renewal = transcript_of(felicitas, Completion.objects.all(), TODAY).next_renewal

    assert renewal.completion.valid_until == TODAY + timedelta(days=400)


@pytest.mark.django_db(transaction=True)
def test_figures_of_a_transcript_equal_its_file(client, coordinator, learned):
    sign_in(client, coordinator)

    page = client.get(reverse("person-transcript", args=[learned.pk]))
    rows = exported(client, "transcripts", f"persona={learned.pk}")

    transcript = page.context["transcript"]
    verified = [row for row in rows if row["Verificado"] == "Sí"]
    assert len(rows) == len(transcript.entries) + len(transcript.unverified) == 4
    assert sum(Decimal(row["Horas"].replace(",", ".")) for row in verified) == transcript.hours
    assert "14.5 horas en cursos que completó" in text_of(page).replace("14,5", "14.5")
    assert "Histórico no verificado (1)" in text_of(page)


def test_the_paper_of_a_transcript_says_the_same(client, coordinator, learned):
    sign_in(client, coordinator)

    paper = client.get(reverse("person-transcript-paper", args=[learned.pk])).content

    text = " ".join(" ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(paper)).pages)
    assert "14.5 horas en total" in text.replace("14,5", "14.5")
    assert "no verificado" in text
    assert AccessLogEntry.objects.filter(subject="trainings.transcript").count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_transcript_costs_the_same_queries(
    client, coordinator, felicitas, rio_claro, count, django_assert_num_queries
):
    for _number in range(count):
        enrolment = EnrolmentFactory(person=felicitas, organisation=rio_claro)
        CompletionFactory(enrolment=enrolment)
    sign_in(client, coordinator)
    address = reverse("person-transcript", args=[felicitas.pk])
    client.get(address)

    with django_assert_num_queries(TRANSCRIPT_QUERIES):
        client.get(address)


TRANSCRIPT_QUERIES = 6


# --- The batch -----------------------------------------------------------------------------------
def batch(rows, by) -> Job:
    return enqueue_batch(
        completions=rows, title="Constancias", by=by, base_url="https://portal.ejemplo.pe", again=""
    )


def archive_of(job: Job) -> zipfile.ZipFile:
    with open_result(job, job.result["file"]) as content:
        return zipfile.ZipFile(io.BytesIO(content.read()))


@pytest.mark.django_db(transaction=True)
def test_a_batch_issues_and_prints_and_its_file_is_sealed(client, coordinator, edition, rio_claro):
    rows = completions(edition, rio_claro, 3)

    job = batch(rows, coordinator)

    job.refresh_from_db()
    assert (job.state, job.result["rows"]) == ("ready", 3)
    with archive_of(job) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
        assert archive.read(archive.namelist()[0]).startswith(b"%PDF")
    path = storages["spool"].path(job.result["file"])
    assert b"%PDF" not in Path(path).read_bytes()
    sign_in(client, coordinator)
    answer = client.get(reverse("job-download", args=[job.pk]))
    answer.close()
    assert answer["Content-Type"] == "application/zip"
    assert job.expires_at - job.finished_at == timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_a_batch_again_gives_the_same_certificates(coordinator, edition, rio_claro):
    rows = completions(edition, rio_claro, 3)
    batch(rows, coordinator)

    again = batch(rows, coordinator)

    again.refresh_from_db()
    assert again.result["rows"] == Certificate.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_batch_run_again_does_not_issue_what_was_annulled_since(coordinator, edition, rio_claro):
    job = batch(completions(edition, rio_claro, 2), coordinator)
    annulled = Certificate.objects.first()
    revoke_certificate(certificate=annulled, category="error", note="", by=coordinator)
    Job.objects.update(state=Job.State.QUEUED)

    run(job.pk)

    assert Certificate.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_file_with_a_woman_who_left_since_is_not_given(client, coordinator, edition, rio_claro):
    rows = completions(edition, rio_claro, 2)
    job = batch(rows, coordinator)
    rows[0].person.withdrawn_at = timezone.now()
    rows[0].person.save()
    sign_in(client, coordinator)

    answer = client.get(reverse("job-download", args=[job.pk]))

    assert answer.url == reverse("job-list")


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_another_region_issues_nothing(other_region_coordinator, edition, rio_claro):
    job = batch(completions(edition, rio_claro, 1), other_region_coordinator)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "No hay constancias que imprimir" in job.error
    assert not Certificate.objects.exists()


CHILD = """
import sys, time
from tests import services
import os, django
django.setup()
from network.base.jobs import KINDS, run
import trainings.tasks
from trainings import issuing
write = issuing.issue_certificates
def slowly(**given):
    issued = write(**given)
    time.sleep(0.3)
    return issued
issuing.issue_certificates = slowly
issuing.CHUNK = 4
run(sys.argv[1])
"""


@pytest.mark.django_db(transaction=True)
def test_a_batch_killed_in_the_middle_issues_each_exactly_once(
    coordinator, edition, rio_claro, monkeypatch
):
    rows = completions(edition, rio_claro, 20)
    monkeypatch.setattr("network.base.jobs.hurry", lambda pk: None)
    job = batch(rows, coordinator)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "network.settings_test",
        "DATABASE_URL": database_url(),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(job.pk)],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while Certificate.objects.count() < 4 and time.monotonic() < deadline:
        assert child.poll() is None, child.stderr.read().decode()
        time.sleep(0.02)
    child.kill()
    child.wait()
    child.stderr.close()
    cut = Certificate.objects.count()
    assert 0 < cut < 20

    run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.result["rows"]) == ("ready", 2, 20)
    held = Certificate.objects.values_list("completion_id", flat=True)
    assert sorted(held) == sorted(row.pk for row in rows)
    numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 21))
    assert CertificateSeries.objects.get().last_number == 20
    with archive_of(job) as archive:
        assert len(set(archive.namelist())) == 20


def database_url() -> str:
    own = connection.settings_dict
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def test_a_member_has_no_page_of_certificates(client, make_account, felicitas):
    sign_in(client, make_account(Role.MEMBER, person=felicitas))

    assert client.get(reverse("certificate-list")).status_code == 403
