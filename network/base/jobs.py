"""Background jobs: a row says what must happen, Celery hurries it, a sweep restarts what stopped.

    @job("export")
    def prepare(work: Work) -> dict[str, Any]:
        ...; work.progress(done, total); ...
        return {"rows": 9000}

    enqueue(kind="export", title="Personas", params={"name": "people"}, owner=request.user)

The module of a job is imported by its app's tasks.py, so that the worker knows it. A job may run
again after a crash, so running it twice must do no more than running it once: let what it writes
carry `work.job.pk`, or find that it is done already. `Refused` ends a job with its sentence.

The returned dict is kept in `Job.result`. Some of its keys mean something here: "file", a name in
the spool made by `new_result`, which her page offers for seven days as "file_name", or for one day
when "is_personal"; its "media_type", a workbook's unless told; "keys", another such name; and
"url", where the page of a job that made no file leads. Files of jobs are sealed at rest.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from psycopg2 import extensions

from network.base.errors import Refused
from network.base.models import Job
from network.base.sealed_files import SealedReader, SealedWriter

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
SILENCE = timedelta(minutes=2)  # an open job that says nothing for so long is looked after
OFFERED = timedelta(days=7)
OFFERED_PERSONAL = timedelta(hours=24)
PASSING = timedelta(hours=24)  # any other file of the spool
# No job lasts so long: what lies beside the folders of the spool was left by a process that died
# while it wrote a workbook, and is not sealed.
LEFT_BEHIND = timedelta(hours=1)
REMEMBERED = timedelta(days=30)
LOOKS_AT = "looks_at"
OPEN = (Job.State.QUEUED, Job.State.RUNNING)
# Waiting mends these, trying at once does not.
PASSING_TROUBLE = (
    OperationalError,
    InterfaceError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
)


@dataclass(frozen=True)
class Work:
    """What the function of a job is given."""

    job: Job
    pulse: extensions.cursor

    @property
    def params(self) -> dict[str, Any]:
        return self.job.params

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is. Seen at once by others, also from inside a transaction."""
        self.pulse.execute(
            "UPDATE base_job SET done_count = %s, total_count = coalesce(%s, total_count),"
            " progressed_at = now() WHERE id = %s",
            [done, total, self.job.pk],
        )


Run = Callable[[Work], dict[str, Any] | None]
Check = Callable[[Job], bool]


@dataclass(frozen=True)
class JobKind:
    """`may_take` is asked again at each download: is every row of the file still hers to see?"""

    run: Run
    may_take: Check


KINDS: dict[str, JobKind] = {}


def job(kind: str, *, may_take: Check = lambda job: True) -> Callable[[Run], Run]:
    """Register the function that does jobs of a kind."""

    def register(run: Run) -> Run:
        KINDS[kind] = JobKind(run, may_take)
        return run

    return register


@transaction.atomic
def enqueue(*, kind: str, title: str, params: dict[str, Any], owner: Any) -> Job:
    """Ask for a job. It starts once the transaction is in; if the broker is away, a little later.

    `params` is JSON and holds ids, never a person's data. "again" in it is the address where the
    same can be asked for once more.
    """
    if kind not in KINDS:
        raise LookupError(f"No job of kind {kind!r}; is its module imported by a tasks.py?")
    # What she looked at when she asked is what the job reaches.
    if owner.looks_at:
        params = params | {LOOKS_AT: owner.looks_at}
    row = Job.objects.create(kind=kind, title=title, params=params, owner=owner)
    transaction.on_commit(lambda: hurry(row.pk), robust=True)
    return row


def hurry(pk: UUID) -> None:
    from network.base.tasks import run_job  # noqa: PLC0415  # the tasks import this module

    run_job.delay(str(pk))


# --- Doing one -----------------------------------------------------------------------------------
def run(pk: UUID | str) -> None:
    """Do an open job unless another process is at it. The third attempt that dies is the last."""
    with _claim(pk) as pulse:
        if pulse is None:
            return
        pulse.execute(
            "UPDATE base_job SET state = 'running', attempts = attempts + 1, progressed_at = now()"
            " WHERE id = %s AND state IN ('queued', 'running') AND attempts < %s",
            [pk, MOST_ATTEMPTS],
        )
        claimed = pulse.rowcount == 1
        row = Job.objects.select_related("owner").filter(pk=pk, state__in=OPEN).first()
        if row is None:
            return
        if claimed:
            _attempt(row, pulse)
        else:
            _fail(row, _("Se intentó tres veces y no terminó. Pide otra vez, con menos filas."))


@contextmanager
def _claim(pk: UUID | str) -> Iterator[extensions.cursor | None]:
    """A connection beside the work's own, which holds the job as long as this process lives.

    PostgreSQL lets go of the lock when the process dies, however it dies: no time limit has to
    guess whether a silent job is dead.
    """
    with closing(connection.get_new_connection(connection.get_connection_params())) as own:
        own.autocommit = True
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"job {pk}"])
            is_ours = cursor.fetchone()[0]
            yield cursor if is_ours else None


def _attempt(row: Job, pulse: extensions.cursor) -> None:
    row.owner.looks_at = row.params.get(LOOKS_AT, "")
    try:
        with translation.override(row.owner.language):
            result = KINDS[row.kind].run(Work(row, pulse))
    except Refused as refusal:
        _fail(row, refusal.message)
    except PASSING_TROUBLE:
        log.exception("Job %s waits for the next sweep", row.pk)
    except Exception:
        log.exception("Job %s failed", row.pk)
        _fail(row, _("El portal falló al prepararlo. Ya quedó anotado; pide otra vez más tarde."))
    else:
        _finish(row, result or {})


def _finish(row: Job, result: dict[str, Any]) -> None:
    now = timezone.now()
    offered = OFFERED_PERSONAL if result.get("is_personal") else OFFERED
    Job.objects.filter(pk=row.pk, state=Job.State.RUNNING).update(
        state=Job.State.READY,
        result=result,
        finished_at=now,
        expires_at=now + offered if "file" in result else None,
    )


def _fail(row: Job, sentence: str) -> None:
    Job.objects.filter(pk=row.pk, state__in=OPEN).update(
        state=Job.State.FAILED, error=sentence, finished_at=timezone.now()
    )


# --- Looking after all of them -------------------------------------------------------------------
def stalled(now: datetime) -> QuerySet[Job]:
    """Open jobs that have said nothing for a while: their worker died, or never heard of them."""
    silent_since = now - SILENCE
    return Job.objects.filter(state__in=OPEN).filter(
        Q(progressed_at__lt=silent_since) | Q(progressed_at=None, created_at__lt=silent_since)
    )


def sweep(now: datetime) -> int:
    """Hurry the stalled ones once more. Those still at work are not disturbed by it."""
    found = list(stalled(now).values_list("pk", flat=True))
    for pk in found:
        hurry(pk)
    return len(found)


def new_result(row: Job) -> tuple[str, SealedWriter]:
    """A new file of a job in the spool: its name, and where to write it."""
    name = f"results/{secrets.token_urlsafe(24)}"
    path = Path(storages["spool"].path(name))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return name, SealedWriter(path, bound_to=_file_of(row, name))


def open_result(row: Job, name: str) -> SealedReader:
    """A file of a job, opened while it is read. Raises OSError or SealError when it cannot be."""
    return SealedReader(Path(storages["spool"].path(name)), bound_to=_file_of(row, name))


def _file_of(row: Job, name: str) -> str:
    return f"{row.pk}:{name}"


def purge(now: datetime) -> int:
    """Delete what the spool no longer owes to anyone, and the jobs nobody asks about any more."""
    Job.objects.filter(finished_at__lt=now - REMEMBERED).delete()
    offered = {
        name
        for result in offered_jobs(now).values_list("result", flat=True)
        for key, name in result.items()
        if key in {"file", "keys"}
    }
    root = Path(storages["spool"].path(""))
    gone = 0
    for path in root.rglob("*"):
        kept_for = LEFT_BEHIND if path.parent == root else PASSING
        is_owed = str(path.relative_to(root)) in offered
        if path.is_file() and not is_owed and _age(path, now) > kept_for:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _age(path: Path, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - path.stat().st_mtime)


def offered_jobs(now: datetime) -> QuerySet[Job]:
    """Jobs whose file can be downloaded."""
    return Job.objects.filter(state=Job.State.READY, expires_at__gt=now)
