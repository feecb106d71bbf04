"""Jobs: one process at a time, three attempts, progress seen at once, files offered for a week."""

import io
import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from members.models import Person, RoleAssignment
from network.base.errors import Refused
from network.base.jobs import KINDS, JobKind, enqueue, new_result, purge, run, stalled, sweep
from network.base.models import AccessLogEntry, Job
from network.base.tasks import purge_spool, sweep_jobs
from tests.factories.accounts import sign_in, sign_in_with
from tests.factories.members import MembershipFactory, PersonFactory

# A job works beside its own transaction, and so sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture
def kind(monkeypatch):
    """Register a function as the jobs of kind "try"."""

    def register(function, may_take=lambda job: True) -> None:
        monkeypatch.setitem(KINDS, "try", JobKind(function, may_take))

    register(lambda work: None)
    return register


@pytest.fixture
def new_job(national, kind):
    def make(**fields) -> Job:
        return Job.objects.create(**{"kind": "try", "title": "Prueba", "owner": national, **fields})

    return make


@pytest.fixture
def spool() -> Path:
    return Path(storages["spool"].path(""))


# --- Doing one -----------------------------------------------------------------------------------
def test_job_starts_when_its_transaction_is_in(national, kind):
    with transaction.atomic():
        job = enqueue(kind="try", title="Prueba", params={}, owner=national)
        assert Job.objects.get().state == "queued"

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 1)
    assert job.finished_at is not None


def test_rolled_back_transaction_leaves_no_job(national, kind):
    with transaction.atomic():
        enqueue(kind="try", title="Prueba", params={}, owner=national)
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


def test_unknown_kind_is_a_mistake_of_the_caller(national):
    with pytest.raises(LookupError, match="nonsense"):
        enqueue(kind="nonsense", title="", params={}, owner=national)


def test_broker_that_is_away_leaves_the_job_to_the_sweep(national, kind, monkeypatch):
    def away(*args: object) -> None:
        raise OSError("broker")

    monkeypatch.setattr("network.base.tasks.run_job.delay", away)

    job = enqueue(kind="try", title="Prueba", params={}, owner=national)

    assert Job.objects.get().state == "queued"
    assert list(stalled(timezone.now() + timedelta(minutes=3))) == [job]


def test_result_is_kept_and_a_file_is_offered_for_a_week(new_job, kind):
    kind(lambda work: {"file": "results/x", "rows": work.params["rows"]})
    job = new_job(params={"rows": 7})

    run(job.pk)

    job.refresh_from_db()
    assert job.result == {"file": "results/x", "rows": 7}
    assert job.expires_at - job.finished_at == timedelta(days=7)


def test_progress_is_seen_from_inside_an_open_transaction(new_job, kind):
    seen = []

    def work_along(work):
        with transaction.atomic():
            PersonFactory()
            work.progress(3, 10)
            seen.append(_read_elsewhere(work.job.pk))
            work.progress(4)
            seen.append(_read_elsewhere(work.job.pk))

    kind(work_along)

    run(new_job().pk)

    assert seen == [(3, 10), (4, 10)]


def _read_elsewhere(pk) -> tuple[int, int]:
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        cursor = other.cursor()
        cursor.execute("SELECT done_count, total_count FROM base_job WHERE id = %s", [pk])
        return cursor.fetchone()


@pytest.mark.parametrize("state", ["ready", "failed"])
def test_finished_job_is_not_done_again(new_job, kind, state):
    done = []
    kind(done.append)

    run(new_job(state=state).pk)

    assert done == []


def test_job_that_is_gone_is_nobodys_trouble():
    run("01a20773-8977-7f46-a652-2488dc5203dd")


def test_job_at_work_is_not_started_by_another_process(new_job, kind):
    attempts = []

    def work_along(work):
        attempts.append(work.job.attempts)
        run(work.job.pk)  # what a redelivered task does, in another process

    kind(work_along)
    job = new_job()

    run(job.pk)

    assert attempts == [1]
    job.refresh_from_db()
    assert job.state == "ready"


def test_job_of_a_killed_process_is_done_by_the_next(new_job, kind):
    job = new_job(state="running", attempts=1, progressed_at=NOW - timedelta(minutes=5))

    run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 2)


def test_job_that_killed_three_processes_is_given_up_with_a_sentence(new_job, kind):
    done = []
    kind(done.append)
    job = new_job(state="running", attempts=3)

    run(job.pk)

    job.refresh_from_db()
    assert (done, job.state) == ([], "failed")
    assert "tres veces" in job.error


def test_refusal_ends_the_job_with_its_sentence(new_job, kind):
    def refuse(work):
        raise Refused("La lista cambió.")

    kind(refuse)
    job = new_job()

    run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "La lista cambió.")


def test_fault_of_ours_ends_the_job_and_is_logged(new_job, kind, caplog):
    def fail(work):
        raise ValueError("secreto")

    kind(fail)
    job = new_job()

    run(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "secreto" not in job.error
    assert "secreto" in caplog.text


def test_database_that_goes_away_leaves_the_job_for_the_sweep(new_job, kind, caplog):
    def lose(work):
        raise OperationalError("server closed the connection")

    kind(lose)
    job = new_job()

    run(job.pk)

    assert list(stalled(timezone.now() + timedelta(minutes=3))) == [job]
    kind(lambda work: None)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 2)


def test_job_speaks_the_language_of_its_owner(new_job, kind, national):
    national.language = "en"
    national.save()
    spoken = []
    kind(lambda work: spoken.append(translation.get_language()))

    run(new_job().pk)

    assert spoken == ["en"]


# --- The sweep -----------------------------------------------------------------------------------
def test_sweep_hurries_only_open_jobs_that_fell_silent(new_job, kind):
    silent = timezone.now() - timedelta(minutes=3)
    dead = new_job(state="running", progressed_at=silent)
    forgotten = new_job()
    Job.objects.filter(pk=forgotten.pk).update(created_at=silent)
    fresh = new_job()
    busy = new_job(state="running", progressed_at=timezone.now())
    new_job(state="failed", progressed_at=silent)

    sweep_jobs()

    states = dict(Job.objects.values_list("pk", "state"))
    assert [states[job.pk] for job in (dead, forgotten)] == ["ready", "ready"]
    assert [states[job.pk] for job in (fresh, busy)] == ["queued", "running"]
    assert sweep(timezone.now()) == 0


# --- The spool -----------------------------------------------------------------------------------
def old(path: Path) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text("x")
    an_age_ago = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(path, (an_age_ago, an_age_ago))
    return path


def test_purge_deletes_what_nobody_is_offered(new_job, spool):
    now = timezone.now()
    offered, keys, expired = (old(spool / "results" / name) for name in ("a", "b", "c"))
    upload = old(spool / "imports" / "d")
    fresh = old(spool / "imports" / "e")
    os.utime(fresh)
    files = {"file": "results/a", "keys": "results/b"}
    new_job(state="ready", result=files, expires_at=now + timedelta(days=1))
    new_job(state="ready", result={"file": "results/c"}, expires_at=now - timedelta(hours=1))

    purge_spool()

    there = [path.exists() for path in (offered, keys, expired, upload, fresh)]
    assert there == [True, True, False, False, True]


def test_purge_forgets_jobs_after_a_month(new_job):
    now = timezone.now()
    new_job(state="ready", finished_at=now - timedelta(days=31))
    recent = new_job(state="ready", finished_at=now - timedelta(days=29))
    waiting = new_job()

    purge(now)

    assert set(Job.objects.all()) == {recent, waiting}


def test_purge_of_a_spool_not_yet_made_is_quiet(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(storages["spool"], "location", str(tmp_path / "none"), raising=False)

    assert purge(timezone.now()) == 0


def test_result_files_are_private_and_not_guessable(new_job, spool):
    job = new_job()
    (name, one), (other, two) = new_result(job), new_result(job)
    one.close()
    two.close()

    path = spool / name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(path.name) >= 32
    assert name != other


def test_purge_soon_takes_what_a_killed_writer_left_in_clear(spool):
    left, fresh = spool / "tmp-sheet-1", spool / "tmp-sheet-2"
    for path in (left, fresh):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("Apaza")
    an_age_ago = (timezone.now() - timedelta(minutes=61)).timestamp()
    os.utime(left, (an_age_ago, an_age_ago))

    purge_spool()

    assert [left.exists(), fresh.exists()] == [False, True]
    fresh.unlink()


# --- Long workbooks ------------------------------------------------------------------------------
PURPOSE = {"purpose": "training", "purpose_words": "Taller de seguridad en Mazuko"}


@pytest.fixture
def long_file(monkeypatch, client, coordinator, rio_claro):
    """A workbook with personal data, asked for by the regional coordinator, prepared by a job."""
    monkeypatch.setattr("network.base.views.DIRECT_ROWS", 1)
    for surname in ("Apaza", "Ccopa"):
        MembershipFactory(organisation=rio_claro, person__paternal_surname=surname)
    sign_in(client, coordinator)
    client.post("/exportar/people/?orden=-name", {"format": "xlsx", "is_personal": "on", **PURPOSE})
    return Job.objects.get()


def test_long_workbook_is_prepared_and_offered_on_her_page(client, long_file, coordinator):
    page = client.get("/trabajos/").content.decode()
    answer = client.get(f"/trabajos/{long_file.pk}/bajar/")

    assert f"/trabajos/{long_file.pk}/bajar/" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    heading, *rows = book.get_sheet_by_index(0).to_python()
    assert [row[heading.index("Apellido paterno")] for row in rows] == ["Ccopa", "Apaza"]
    assert (long_file.state, long_file.done_count, long_file.total_count) == ("ready", 0, 2)
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    traces = AccessLogEntry.objects.order_by("pk").values_list("action", "row_count", "user")
    assert list(traces) == [("export", 2, coordinator.pk), ("download", 2, coordinator.pk)]


def test_file_of_a_job_is_only_its_owners(long_file, national, client):
    address = f"/trabajos/{long_file.pk}/bajar/"

    assert sign_in(Client(), national).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert str(long_file.pk) not in sign_in(Client(), national).get("/trabajos/").content.decode()
    assert client.post(address).status_code == 405


def test_file_that_expired_is_not_found_and_can_be_asked_for_again(client, long_file):
    Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(f"/trabajos/{long_file.pk}/bajar/").status_code == 404
    page = client.get("/trabajos/").content.decode()
    assert "Venció" in page
    assert 'href="/exportar/people/?orden=-name"' in page


def test_consent_withdrawn_since_takes_the_file_away(client, long_file):
    Person.objects.filter(paternal_surname="Apaza").update(withdrawn_at=timezone.now())

    answer = client.get(f"/trabajos/{long_file.pk}/bajar/")

    assert answer.url == "/trabajos/"
    assert AccessLogEntry.objects.filter(action="download").count() == 0


def test_role_that_ended_since_takes_the_file_away(client, long_file):
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleAssignment.objects.update(starts_on=yesterday, ends_on=yesterday)

    answer = client.get(f"/trabajos/{long_file.pk}/bajar/")

    assert answer.status_code in {302, 403}
    assert AccessLogEntry.objects.filter(action="download").count() == 0


def test_code_on_her_phone_does_not_open_the_file_of_her_other_roles(long_file, coordinator):
    on_phone = sign_in_with(Client(), coordinator, "code")

    answer = on_phone.get(f"/trabajos/{long_file.pk}/bajar/")

    assert answer.url == "/trabajos/"
    assert AccessLogEntry.objects.filter(action="download").count() == 0


def test_new_people_since_leave_the_file_as_it_is(client, long_file, rio_claro):
    MembershipFactory(organisation=rio_claro)

    answer = client.get(f"/trabajos/{long_file.pk}/bajar/")

    assert answer.getvalue().startswith(b"PK")


def test_page_renews_itself_only_while_something_works(client, national, new_job):
    sign_in(client, national)
    quiet = client.get("/trabajos/").content.decode()
    new_job(state="running", done_count=3240, total_count=5000)
    new_job()

    busy = client.get("/trabajos/").content.decode()
    fragment = client.get("/trabajos/", headers={"HX-Request": "true"}).content.decode()

    assert "hx-trigger" not in quiet
    assert "http-equiv" not in quiet
    assert "3,240 de 5,000" in busy
    assert "En espera" in busy
    assert '<noscript><meta http-equiv="refresh"' in busy
    assert fragment.lstrip().startswith('<div id="trabajos"')


def test_failed_job_says_why_and_where_to_ask_again(client, national, new_job):
    new_job(state="failed", error="La lista cambió.", params={"again": "/exportar/people/"})

    page = sign_in(client, national).get("/trabajos/").content.decode()

    assert "La lista cambió." in page
    assert 'href="/exportar/people/"' in page


def test_job_without_file_leads_to_its_page(client, national, new_job):
    new_job(state="ready", result={"url": "/importar/1/"})

    assert 'href="/importar/1/"' in sign_in(client, national).get("/trabajos/").content.decode()


def test_long_workbook_is_sealed_on_the_disk(client, long_file, spool):
    """No part of it is a zip, nor tells whose rows it holds, until she takes it."""
    kept = [(spool / long_file.result[key]).read_bytes() for key in ("file", "keys")]

    assert not any(mark in blob for blob in kept for mark in (b"PK\x03\x04", b"xl/worksheets"))
    ids = [str(pk).encode() for pk in Person.objects.values_list("pk", flat=True)]
    assert not any(pk in blob for blob in kept for pk in ids)
    answer = client.get(f"/trabajos/{long_file.pk}/bajar/")
    assert answer.getvalue()[:4] == b"PK\x03\x04"
    assert int(answer["Content-Length"]) == long_file.result["size"]


def test_workbook_of_another_job_does_not_open_in_its_place(client, long_file, spool, caplog):
    client.post("/exportar/people/", {"format": "xlsx", "is_personal": "on", **PURPOSE})
    other = Job.objects.exclude(pk=long_file.pk).get()
    mine, hers = (spool / job.result["file"] for job in (long_file, other))
    mine.write_bytes(hers.read_bytes())

    answer = client.get(f"/trabajos/{long_file.pk}/bajar/", follow=True)

    assert "Ese archivo ya no se puede abrir" in answer.content.decode()
    assert not AccessLogEntry.objects.filter(action="download").exists()


def test_workbook_that_is_gone_is_told_in_words(client, long_file, spool):
    (spool / long_file.result["file"]).unlink()

    answer = client.get(f"/trabajos/{long_file.pk}/bajar/", follow=True)

    assert "Ese archivo ya no se puede abrir" in answer.content.decode()


def test_workbook_with_personal_columns_is_offered_one_day_and_then_deleted(
    client, long_file, spool
):
    assert long_file.expires_at - long_file.finished_at == timedelta(hours=24)
    paths = [spool / long_file.result[key] for key in ("file", "keys")]

    purge(long_file.expires_at - timedelta(minutes=1))
    assert all(path.exists() for path in paths)
    purge(long_file.expires_at + timedelta(minutes=1))

    assert not any(path.exists() for path in paths)


def test_workbook_without_personal_columns_is_offered_a_week(client, long_file):
    client.post("/exportar/people/", {"format": "xlsx"})

    job = Job.objects.exclude(pk=long_file.pk).get()
    assert job.expires_at - job.finished_at == timedelta(days=7)
