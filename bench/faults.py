"""`python -m bench.faults [NAME…]`: kill what the portal stands on, and count what is missing.

Every fault prints a line of JSON {id, n, faults, lost, dup, verdict}: n things were entrusted to
the portal while `faults` processes were killed; `lost` are missing afterwards, `dup` are there too
often or by half. Anything but 0 and 0 is red, and the exit code says so.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg2

from bench import files
from bench.client import TOKEN, Importer, cookie_header
from bench.memory import command_of, tree
from bench.portal import Portal, portal
from network.serve.environment import ROOT

PEOPLE = 8000  # more than a page prepares at once: their workbook is made by a job
ORGANISATIONS = PEOPLE // 18
IMPORTED_ROWS = 5000
CERTIFICATES = 300
# The portal gives up on a server that falls five times in a row.
ROUNDS = 3
READY_SECONDS = 120
# Two minutes of silence, a minute between sweeps, and the work itself.
JOB_SECONDS = 400
TABLES = (
    "members_person",
    "members_personevent",
    "members_phone",
    "members_membership",
    "base_importbatch",
    "base_importedrow",
)
NEWEST_JOB = "SELECT id FROM base_job ORDER BY created_at DESC LIMIT 1"
OPEN_TRANSACTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Outcome:
    id: str
    n: int
    faults: int
    lost: int
    dup: int

    def as_json(self) -> str:
        verdict = "red" if self.lost or self.dup else "green"
        return json.dumps(asdict(self) | {"verdict": verdict})


# --- Looking -------------------------------------------------------------------------------------
def rows_of(running: Portal, statement: str) -> list[tuple[Any, ...]]:
    address = running.variables["DATABASE_OWNER_URL"]
    with closing(psycopg2.connect(address)) as own, own.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def counts(running: Portal) -> list[int]:
    return [rows_of(running, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def status(running: Portal, path: str, cookies: dict[str, str] | None = None) -> int:
    web = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    try:
        web.request("GET", path, headers={"Cookie": cookie_header(cookies or {})})
        return web.getresponse().status
    except OSError:
        return 0
    finally:
        web.close()


def eventually(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.2)
    return False


def is_back(running: Portal) -> bool:
    return eventually(lambda: status(running, "/salud/") == http.HTTPStatus.OK, READY_SECONDS)


def is_settled(running: Portal) -> bool:
    """No transaction is open: the server has noticed who went away."""
    return rows_of(running, OPEN_TRANSACTIONS) == [(0,)]


def service(running: Portal, words: str) -> int:
    """The first process of the portal whose command holds these words."""
    return next(pid for pid in tree(running.process.pid) if words in command_of(pid))


# --- Imports: all the rows or none ---------------------------------------------------------------
def import_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to the process that writes a list, at any moment of it."""

    def kill(importing: "subprocess.Popen[bytes]") -> None:
        importing.kill()

    return _import_under("import-killed", running, kill)


def database_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """PostgreSQL stopped at once, as a power cut would, while a list is written."""

    def kill(importing: "subprocess.Popen[bytes]") -> None:
        os.kill(service(running, "/postgres -D"), signal.SIGQUIT)

    return _import_under("database-killed", running, kill)


def _import_under(
    name: str, running: Portal, kill: Callable[["subprocess.Popen[bytes]"], None]
) -> Outcome:
    """Write a list once undisturbed, to learn how long it takes; then other ones, disturbed."""
    first = _first_number(name)
    begun = time.monotonic()
    _import(running, first).wait()
    takes, rng = time.monotonic() - begun, Random(name)
    lost = dup = 0
    for number in range(1, ROUNDS + 1):
        before = counts(running)
        importing = _import(running, first + number * IMPORTED_ROWS)
        time.sleep(takes * rng.uniform(0.3, 1))
        kill(importing)
        importing.wait()
        if not (is_back(running) and eventually(lambda: is_settled(running), READY_SECONDS)):
            lost += IMPORTED_ROWS
        grown = [after - once for once, after in zip(before, counts(running), strict=True)]
        people, batches = grown[0], grown[TABLES.index("base_importbatch")]
        is_none, is_all = not any(grown), (people, batches) == (IMPORTED_ROWS, 1)
        dup += 0 if is_none or is_all else max(people, 1)
    return Outcome(name, ROUNDS * IMPORTED_ROWS, ROUNDS, lost, dup)


def _first_number(name: str) -> int:
    """Each fault brings in people of its own."""
    return files.FIRST_NUMBER + list(FAULTS).index(name) * (ROUNDS + 1) * IMPORTED_ROWS


def _import(running: Portal, first: int) -> "subprocess.Popen[bytes]":
    file = running.folder / f"{first}.csv"
    files.write_csv(file, IMPORTED_ROWS, ORGANISATIONS, first=first)
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_file", "people", str(file), "--commit"],
        cwd=ROOT,
        env=os.environ | running.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def import_job_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to the worker that writes a list: it is written again, once, and whole."""
    name, lost, dup = "import-job-killed", 0, 0
    importer = Importer(running.port, cast["national"])
    for number in range(ROUNDS):
        first = _first_number(name) + number * IMPORTED_ROWS
        file = running.folder / f"{first}.csv"
        files.write_csv(file, IMPORTED_ROWS, ORGANISATIONS, first=first)
        url = importer.look(file, JOB_SECONDS)
        before = counts(running)
        importer.bring_in(url)
        ((job,),) = rows_of(running, NEWEST_JOB)
        was_cut = _kill_worker_at(running, job)
        is_done = eventually(lambda job=job: _state(running, job) == "ready", JOB_SECONDS)
        grown = [after - once for once, after in zip(before, counts(running), strict=True)]
        people, batches = grown[0], grown[TABLES.index("base_importbatch")]
        lost += max(IMPORTED_ROWS - people, 0) + (not was_cut) + (not is_done)
        dup += max(people - IMPORTED_ROWS, 0) + max(batches - 1, 0)
    return Outcome(name, ROUNDS * IMPORTED_ROWS, ROUNDS, lost, dup)


# --- Processes -----------------------------------------------------------------------------------
def supervisor_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to the supervisor: nothing of it goes on, and a new start finds everything."""
    before, below = counts(running), tree(running.process.pid)
    running.process.kill()
    running.process.wait()
    eventually(lambda: not any(map(_is_alive, below)), READY_SECONDS)
    orphans = [pid for pid in below if _is_alive(pid)]
    for pid in orphans:
        os.kill(pid, signal.SIGKILL)
    if orphans:  # they may have left locks behind
        return Outcome("supervisor-killed", sum(before), 1, 0, len(orphans))
    running.start()
    lost = sum(abs(a - b) for a, b in zip(before, counts(running), strict=True))
    return Outcome("supervisor-killed", sum(before), 1, lost, len(orphans))


def _is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def broker_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to Valkey: every page answers meanwhile, and a job asked for meanwhile is done."""
    asked = lost = 0
    for _round in range(ROUNDS):
        os.kill(service(running, "valkey-server"), signal.SIGKILL)
        for path in ("/personas/", "/organizaciones/", "/trabajos/", "/") * 3:
            asked += 1
            lost += status(running, path, cast["national"]) != http.HTTPStatus.OK
        lost += not is_back(running)
    os.kill(service(running, "valkey-server"), signal.SIGKILL)
    job = _ask_workbook(running, cast)
    lost += not eventually(lambda: _state(running, job) == "ready", JOB_SECONDS)
    return Outcome("broker-killed", asked + 1, ROUNDS + 1, lost, 0)


def export_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to the worker that writes a workbook: it is written again, and once."""
    is_back(running)
    files_before = _offered(running)
    job = _ask_workbook(running, cast)
    was_cut = _kill_worker_at(running, job)
    is_done = eventually(lambda: _state(running, job) == "ready", JOB_SECONDS)
    lost = 0 if was_cut and is_done else 1
    extra = len(_offered(running) - files_before) - 1
    return Outcome("export-killed", 1, 1, lost, max(extra, 0))


def certificates_killed(running: Portal, cast: dict[str, Any]) -> Outcome:
    """SIGKILL to the worker that issues and prints: each woman gets her certificate, and one."""
    lost = dup = 0
    for _round in range(ROUNDS):
        is_back(running)
        asked = running.inside("ask_certificates", str(CERTIFICATES))
        was_cut = _kill_worker_at(running, asked["job"])
        is_done = eventually(lambda job=asked["job"]: _state(running, job) == "ready", JOB_SECONDS)
        ids = ", ".join(f"'{pk}'" for pk in asked["completions"])
        held = rows_of(
            running,
            "SELECT count(*), count(DISTINCT completion_id) FROM trainings_certificate"
            f" WHERE completion_id IN ({ids})",
        )
        ((issued, women),) = held
        lost += CERTIFICATES - women + (not was_cut) + (not is_done)
        dup += issued - women
    ((gap,),) = rows_of(
        running,
        "SELECT coalesce(max(number), 0) - count(*) FROM trainings_certificate WHERE copy = 1",
    )
    return Outcome("certificates-killed", ROUNDS * CERTIFICATES, ROUNDS, lost + abs(gap), dup)


def _kill_worker_at(running: Portal, job: str) -> bool:
    """Kill the worker while it is at the job; False when that came too late."""
    eventually(lambda: _state(running, job) == "running", JOB_SECONDS)
    for pid in reversed(tree(service(running, "celery -q -A network worker"))):
        os.kill(pid, signal.SIGKILL)
    return _state(running, job) == "running"


def _ask_workbook(running: Portal, cast: dict[str, Any]) -> str:
    """Ask for the workbook of all people, as she does on the page; the job's id."""
    before = {row[0] for row in rows_of(running, "SELECT id FROM base_job")}
    web = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    headers = {
        "Cookie": cookie_header({**cast["national"], "csrf": TOKEN}),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = urlencode({"format": "xlsx", "csrfmiddlewaretoken": TOKEN})
    web.request("POST", "/exportar/people/", form, headers)
    answer = web.getresponse()
    web.close()
    new = [row[0] for row in rows_of(running, "SELECT id FROM base_job") if row[0] not in before]
    if len(new) != 1:
        raise RuntimeError(f"no job: {answer.status}")
    return str(new[0])


def _state(running: Portal, job: str) -> str:
    found = rows_of(running, f"SELECT state FROM base_job WHERE id = '{job}'")
    return str(found[0][0])


def _offered(running: Portal) -> set[str]:
    """Files that somebody can download."""
    statement = "SELECT result ->> 'file' FROM base_job WHERE state = 'ready' AND result ? 'file'"
    return {row[0] for row in rows_of(running, statement)}


FAULTS: dict[str, Callable[[Portal, dict[str, Any]], Outcome]] = {
    "import-killed": import_killed,
    "database-killed": database_killed,
    "import-job-killed": import_job_killed,
    "broker-killed": broker_killed,
    "export-killed": export_killed,
    "certificates-killed": certificates_killed,
    "supervisor-killed": supervisor_killed,
}


def outcomes(names: list[str]) -> Iterator[Outcome]:
    with portal() as running:
        running.start()
        running.manage("populate", "--people", str(PEOPLE))
        cast = running.inside("cast", str(PEOPLE))
        for name in names:
            yield FAULTS[name](running, cast)


def main() -> None:
    is_red = False
    for outcome in outcomes(sys.argv[1:] or list(FAULTS)):
        print(outcome.as_json(), flush=True)
        is_red = is_red or bool(outcome.lost or outcome.dup)
    sys.exit(is_red)


if __name__ == "__main__":
    main()
