"""What is measured or made ready with the portal's own code, in its environment.

`python -m bench.inside NAME [ARGUMENT…]` does one of them and prints what came of it as JSON.
"""

import io
import json
import os
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "network.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from xlsxwriter import Workbook  # noqa: E402

from bench.memory import Watch, resident_mb, tree  # noqa: E402
from bench.trainings import count_matrix, fill_trainings  # noqa: E402
from members import synthetic  # noqa: E402
from members.models import (  # noqa: E402
    Organisation,
    Person,
    RegionalNetwork,
    Role,
    RoleAssignment,
    User,
)
from network.base import jobs  # noqa: E402
from network.base.contracts import declared  # noqa: E402
from network.base.errors import Refused  # noqa: E402
from network.base.exporting.order import FileOrder, order_file  # noqa: E402
from network.base.exporting.reading import read_rows  # noqa: E402
from network.base.exporting.workbook import write_workbook  # noqa: E402
from network.base.fields import index_of  # noqa: E402
from network.base.imports.engine import Request, file_digest, run_import  # noqa: E402
from network.base.imports.mapping import plan_sheets  # noqa: E402
from network.base.imports.reader import open_book  # noqa: E402
from network.base.tables import Format  # noqa: E402
from trainings.certificate_card import card_png  # noqa: E402
from trainings.certificates import check as check_of  # noqa: E402
from trainings.issuing import enqueue_batch  # noqa: E402
from trainings.models import Certificate  # noqa: E402

NATIONAL, REGIONAL = "nacional@ejemplo.pe", "regional@ejemplo.pe"
BIG_TABLES = ("members_person", "members_membership", "members_phone")


def cast(people: str) -> dict[str, Any]:
    """Two coordinators who have signed in, and the rows that the measures ask for."""
    network = RegionalNetwork.objects.filter(affiliations__isnull=False).first()
    number = int(people) // 2
    document = synthetic.dni(number, series=1)
    in_order = Person.objects.on_record().order_by("name_key", "pk")
    deep = in_order[int(people) * 3 // 4]
    rare = Person.objects.filter(document_kind="dni", maternal_surname__gt="").order_by("pk")[
        number // 2
    ]
    return {
        "national": _cookies(NATIONAL, Role.NATIONAL_COORDINATOR),
        "regional": _cookies(REGIONAL, Role.REGIONAL_COORDINATOR, regional_network=network),
        "document": document,
        "document_index": bytes(index_of(Person, "document_index", document, "dni")).hex(),
        "rare": rare.search_key,
        "deep_id": str(deep.pk),
        "deep_key": deep.name_key,
        "organisation": str(Organisation.objects.order_by("pk")[0].pk),
    }


def _cookies(email: str, role: str, **scope: Any) -> dict[str, str]:
    user, _new = User.objects.get_or_create(email=email, defaults={"name": email, "password": "!"})
    starts_on = timezone.localdate()
    RoleAssignment.objects.get_or_create(
        user=user, role=role, **scope, defaults={"starts_on": starts_on}
    )
    # Loaded only here: what it brings along would count as memory of every measure.
    from tests.factories.accounts import sign_in  # noqa: PLC0415

    client = sign_in(Client(), user)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def plans(cookies: str, *paths: str) -> dict[str, Any]:
    """How PostgreSQL reads the big tables for these pages: by which indexes, or row by row."""
    client = Client()
    client.cookies.load(json.loads(cookies))
    indexes: set[str] = set()
    walked: set[str] = set()
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            client.get(path, HTTP_HOST="127.0.0.1")
        for query in queries.captured_queries:
            if not query["sql"].startswith("SELECT") or "members_" not in query["sql"]:
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            indexes |= set(re.findall(r"(?:using|Index Scan on) (members_\w+)", plan))
            walked |= {t for t in re.findall(r"Seq Scan on (\w+)", plan) if t in BIG_TABLES}
    return {"indexes": sorted(indexes), "walked": sorted(walked)}


# --- Files out -----------------------------------------------------------------------------------
def _order(form: Format, kind: str) -> FileOrder:
    return order_file(
        declared("exports")["people"],
        format=form,
        query=QueryDict(),
        by=User.objects.get(email=NATIONAL),
        is_personal=kind == "personal",
        purpose="other",
        purpose_words="para medir cuánto tarda",
    )


def copy_of_file(kind: str) -> dict[str, Any]:
    """The same query by COPY, straight from PostgreSQL to nowhere."""
    table = _order(Format.CSV, kind).table
    seconds = []
    with connection.cursor() as cursor, Path(os.devnull).open("wb") as nowhere:
        cursor.execute("SET statement_timeout = 0")
        statement = cursor.mogrify(table.sql, table.params).decode()
        for _round in range(2):
            begun = time.perf_counter()
            cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv)", nowhere)
            seconds.append(time.perf_counter() - begun)
    return {"seconds": min(seconds)}


def workbook(folder: str) -> dict[str, Any]:
    with (Path(folder) / "ours.xlsx").open("wb") as target:
        return _measured(lambda: write_workbook(_order(Format.XLSX, "plain"), target))


def plain_workbook(folder: str) -> dict[str, Any]:
    """The same rows by XlsxWriter alone: texts, no formats, no second sheet."""

    def write() -> int:
        number = 0
        with Workbook(Path(folder) / "plain.xlsx", {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(read_rows(_order(Format.XLSX, "plain").table)):
                for place, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write_string(number, place, str(cell))
        return number + 1

    return _measured(write)


# --- Files in ------------------------------------------------------------------------------------
def bring_in(file: str, mode: str) -> dict[str, Any]:
    """A list through the engine: `preview`, or `commit`."""
    content = Path(file).read_bytes()

    def run() -> dict[str, int]:
        with open_book(content, file) as book:
            plans = plan_sheets(book.sheets, [declared("imports")["people"]])
            request = Request(Path(file).name, file_digest(content), tuple(plans))
            by = User.objects.get(email=NATIONAL)
            return run_import(book=book, request=request, by=by, commit=mode == "commit").counts

    return _measured(run)


def refuse(file: str) -> dict[str, Any]:
    """A file that means harm: the sentence it is refused with, or the rows read from it."""
    content = Path(file).read_bytes()

    def run() -> str:
        try:
            with open_book(content, file) as book:
                return (
                    f"{sum(1 for sheet in book.sheets for _line in book.lines(sheet.index))} filas"
                )
        except Refused as refusal:
            return str(refusal.message)

    return _measured(run)


def fuzz(count: str, seed: str) -> dict[str, Any]:
    """Odd workbooks through the pages, into a registry with two organisations."""
    from bench.workbooks import run, summed  # noqa: PLC0415  # as in _cookies

    Organisation.objects.bulk_create(
        [Organisation(name="Piedra Viva"), Organisation(name="Río Claro")]
    )
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(_cookies(NATIONAL, Role.NATIONAL_COORDINATOR))
    return summed(list(run(client, range(int(seed), int(seed) + int(count)))))


# --- Certificates --------------------------------------------------------------------------------
def _due(count: int) -> list[Any]:
    """So many women who completed a course and have no certificate of it."""
    # Loaded only here: what they bring along would count as memory of every measure.
    from tests.factories import trainings as made  # noqa: PLC0415

    people = list(Person.objects.on_record()[:count])
    version = made.CourseVersionFactory(
        course=made.CourseFactory(code=f"medida-{uuid4().hex[:8]}", name=f"Medida {uuid4()}")
    )
    completions = []
    while len(completions) < count:
        edition = made.EditionFactory(version=version, number=len(completions) + 1)
        for person in people[: count - len(completions)]:
            enrolment = made.EnrolmentFactory(edition=edition, person=person, organisation=None)
            completions.append(made.CompletionFactory(enrolment=enrolment))
    return completions


def ask_certificates(count: str) -> dict[str, Any]:
    """Ask for them as the page does; the worker of the portal does the rest."""
    job = _batch(_due(int(count)))
    return {"job": str(job.pk), "completions": job.params["completions"]}


def _batch(completions: list[Any]) -> Any:
    by = User.objects.get(email=NATIONAL)
    return enqueue_batch(
        completions=completions, title="Medida", by=by, base_url="http://127.0.0.1", again=""
    )


def certificates(count: str) -> dict[str, Any]:
    """Issue them, print them and put them into a ZIP, in this process as the worker does it."""
    _cookies(NATIONAL, Role.NATIONAL_COORDINATOR)
    jobs.hurry = lambda pk: None  # this process does it, not the worker
    completions = _due(int(count))
    job = _batch(completions)
    said = _measured(lambda: jobs.run(job.pk))
    job.refresh_from_db()
    with jobs.open_result(job, job.result["file"]) as content:
        archive = zipfile.ZipFile(io.BytesIO(content.read()))
    before = Certificate.objects.count()
    jobs.run(_batch(completions).pk)
    check = check_of(Certificate.objects.first().code, timezone.localdate())
    return said | {
        "answer": job.state,
        "rows": job.result["rows"],
        "largest_kb": max(entry.file_size for entry in archive.infolist()) / 1000,
        "picture_kb": len(card_png(check)) / 1000,
        "again": Certificate.objects.count() - before,
    }


def _measured(run: Callable[[], Any]) -> dict[str, Any]:
    """Seconds, and the most memory that this process and the ones it started ever held."""
    with Watch(lambda: resident_mb(tree(os.getpid()))) as memory:
        begun = time.perf_counter()
        answer = run()
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "peak_mb": memory.peak_mb, "answer": answer}


WORKS: dict[str, Callable[..., dict[str, Any]]] = {
    work.__name__: work
    for work in (
        cast,
        plans,
        copy_of_file,
        workbook,
        plain_workbook,
        bring_in,
        refuse,
        fuzz,
        fill_trainings,
        count_matrix,
        certificates,
        ask_certificates,
    )
}

if __name__ == "__main__":
    print(json.dumps(WORKS[sys.argv[1]](*sys.argv[2:]), ensure_ascii=False))
