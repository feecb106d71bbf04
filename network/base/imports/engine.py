"""Brings a workbook in. Preview and commit are one function; a preview is rolled back at the end.

Rows go in blocks: read, cleaned cell by cell, then handed to the app's `write`, which works on the
whole block at once. Everything happens in one transaction: all the good rows, or none.
"""

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import pghistory
from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils.translation import gettext as _
from psycopg2 import errors

from network.base.accesslog import Action, record_access
from network.base.contracts import ImportColumn
from network.base.errors import Refused
from network.base.imports.ahead import ahead
from network.base.imports.mapping import Plan, columns_of
from network.base.imports.reader import Book
from network.base.imports.records import Record, keep_records
from network.base.imports.rows import ERASE, ERASE_WORD, Outcome, Question, Row
from network.base.models import ImportBatch

BLOCK_ROWS = 4000
# Texts of one column whose meaning is remembered.
REMEMBERED_TEXTS = 5000
CELL_FAULTS = frozenset(
    "#N/A #N/D #REF! #¡REF! #VALUE! #¡VALOR! #DIV/0! #¡DIV/0! #NAME? #¿NOMBRE? #NULL! #¡NULO! "
    "#NUM! #¡NUM!".split()
)
USUAL_COLLECTION = gc.get_threshold()
IMPORTED = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)

Progress = Callable[[int, int], None]
RowSink = Callable[[Plan, Row], None]


@dataclass(frozen=True)
class Request:
    """A file to be imported, and what was decided about it.

    `corrections` and `decisions` are keyed "sheet:row:column" and "sheet:row"; the answer to a
    `Question`, by its key.
    """

    file_name: str
    sha256: str
    plans: tuple[Plan, ...]
    corrections: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of the rows: counts that add up, and for a commit what can be undone."""

    counts: dict[str, int]
    batch_id: UUID | None = None

    @property
    def read(self) -> int:
        return sum(self.counts.values())

    @property
    def imported(self) -> int:
        return sum(self.counts[outcome] for outcome in IMPORTED)


@dataclass
class Run:
    """One passage of a file through the engine, as an app's `write` sees it.

    `state` is the app's own, kept from block to block. A block may be written twice, whole and
    then in parts, when the database refuses a row of it: `state` must bear that.
    """

    by: Any
    batch: ImportBatch
    decisions: Mapping[str, str]
    state: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def decision(self, row: Row) -> str:
        return self.decisions.get(f"{row.sheet}:{row.number}", "")

    def answer(self, question: Question) -> str:
        """The id of one of its choices, SOMEONE_ELSE, or nothing yet."""
        return self.decisions.get(question.key, "")

    def created(self, row: Row, model: type[models.Model], pk: UUID) -> None:
        self.records.append(Record(row.number, model, pk, True, {}, {}))

    def updated(
        self,
        row: Row,
        model: type[models.Model],
        pk: UUID,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> None:
        """`before` and `after` hold the columns that changed, as Django's attributes."""
        self.records.append(Record(row.number, model, pk, False, before, after))


def file_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def run_import(
    *,
    book: Book,
    request: Request,
    by: Any,
    commit: bool,
    each: RowSink | None = None,
    progress: Progress | None = None,
    channel: str = "web",
    key: str = "",
) -> Result:
    """Bring the planned sheets in; without `commit`, take it all back at the end and only tell.

    `each` is called with every row once its fate is known. A `key` is committed once: a second
    time only tells that it was. Refused, with nothing written, when
    nothing can be read or someone else is changing the same records.
    """
    _refuse_unreadable(request.plans)
    counts = dict.fromkeys(Outcome.values, 0)
    total = sum(book.sheets[plan.sheet].row_count for plan in request.plans)
    context = {"user": str(by.pk) if by else None, "action": "import", "file": request.file_name}
    with (
        _seldom_collected(),
        _told_when_locked(),
        transaction.atomic(),
        pghistory.context(**context) as whole,
    ):
        if commit:
            _one_at_a_time()
            if key and (done := ImportBatch.objects.filter(mapping__key=key).first()):
                return Result({name: done.counts[name] for name in Outcome.values}, done.pk)
        run = Run(by, _batch(request, by, str(whole.id), key), request.decisions)
        for plan in request.plans:
            with closing(ahead(_blocks(plan, book, request, run))) as blocks:
                for block in blocks:
                    _write(plan, block, run)
                    for row in block:
                        counts[row.outcome or Outcome.REFUSED] += 1
                        if each:
                            each(plan, row)
                    if progress:
                        progress(sum(counts.values()), total)
        if not commit:
            transaction.set_rollback(True)
            return Result(counts)
        _finish(run.batch, counts, channel)
    return Result(counts, run.batch.pk)


def _refuse_unreadable(plans: tuple[Plan, ...]) -> None:
    if not plans:
        raise Refused(
            _("No se reconoce ninguna lista. Baja la plantilla y mira cómo se llaman las columnas.")
        )
    if problems := [problem for plan in plans for problem in plan.problems()]:
        raise Refused(" ".join(problems))


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A block of rows is many objects and no cycles: looking for some doubles the time."""
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*USUAL_COLLECTION)


@contextmanager
def _told_when_locked() -> Iterator[None]:
    """Waiting for a record that someone else holds is no fault, and has an end."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
            raise
        raise Refused(
            _("Otra persona está cambiando las mismas fichas. Prueba otra vez en un minuto.")
        ) from error


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('network.base.imports'))")
        if not cursor.fetchone()[0]:
            raise Refused(_("Otra importación está en marcha. Prueba otra vez en unos minutos."))


def _batch(request: Request, by: Any, context: str, key: str) -> ImportBatch:
    """`context` is what history calls this import: whatever carries another was changed later."""
    return ImportBatch.objects.create(
        name="+".join(dict.fromkeys(plan.kind for plan in request.plans)),
        file_name=request.file_name[:200],
        file_sha256=request.sha256,
        mapping={
            "plans": [plan.as_json() for plan in request.plans],
            "context": context,
            "key": key,
        },
        committed_by=by,
    )


def _finish(batch: ImportBatch, counts: dict[str, int], channel: str) -> None:
    batch.counts = {"read": sum(counts.values()), **counts}
    batch.save(update_fields=["counts"])
    record_access(
        by=batch.committed_by,
        action=Action.IMPORT,
        subject=batch.name,
        subject_id=batch.pk,
        filters={"sha256": batch.file_sha256},
        row_count=sum(counts[outcome] for outcome in IMPORTED),
        channel=channel,
    )


# --- From lines to rows --------------------------------------------------------------------------
def _blocks(plan: Plan, book: Book, request: Request, run: Run) -> Iterator[list[Row]]:
    """What `prepare` asks of the database is asked here and now, the rest as blocks are made."""
    prepare = plan.declaration.prepare(run) if plan.declaration.prepare else None
    return _prepared_blocks(_rows(plan, book, request), prepare)


def _prepared_blocks(
    rows: Iterator[Row], prepare: Callable[[list[Row]], None] | None
) -> Iterator[list[Row]]:
    while block := list(islice(rows, BLOCK_ROWS)):
        if prepare:
            prepare([row for row in block if row.outcome is None])
        yield block


def _rows(plan: Plan, book: Book, request: Request) -> Iterator[Row]:
    reader = _RowReader(plan, request.corrections)
    for number, cells in book.lines(plan.sheet):
        if number > plan.heading_row and (row := reader.read(number, cells)) is not None:
            yield row


class _RowReader:
    """Reads the cells of one sheet by the rules of their columns."""

    def __init__(self, plan: Plan, corrections: Mapping[str, str]) -> None:
        known = columns_of(plan.declaration)
        corrected = {key.split(":", 2)[2] for key in corrections}
        self.sheet = plan.sheet
        self.used = [(i, name) for i, name in enumerate(plan.columns) if name]
        # With each column, the texts it has read: organisations, kinds and districts repeat.
        self.columns: list[tuple[ImportColumn, dict[str, Any]]] = [
            (column, {})
            for name, column in known.items()
            if name in plan.columns or name in corrected
        ]
        self.required = [column for column in known.values() if column.is_required]
        self.corrections: dict[int, dict[str, str]] = {}
        for key, text in corrections.items():
            sheet, number, column = key.split(":", 2)
            if int(sheet) == plan.sheet and column in known:
                self.corrections.setdefault(int(number), {})[column] = text

    def read(self, number: int, cells: list[str]) -> Row | None:
        """None for a row that says nothing in the columns that are imported."""
        width = len(cells)
        texts = {name: cells[i] for i, name in self.used if i < width and cells[i]}
        row = Row(self.sheet, number, cells, texts)
        for name, mended in self.corrections.get(number, {}).items():
            row.typed[name] = texts.get(name, "")
            texts[name] = mended
        if not any(texts.values()):
            return None
        for column, remembered in self.columns:
            if text := texts.get(column.name):
                if text in remembered:
                    row.values[column.name] = remembered[text]
                else:
                    self._clean(row, column, text, remembered)
        for column in self.required:
            if not texts.get(column.name):
                row.refuse(column.name, _("Falta este dato."))
        return row

    def _clean(self, row: Row, column: ImportColumn, text: str, remembered: dict[str, Any]) -> None:
        try:
            value = _value(column, text)
        except Refused as refusal:
            row.refuse(column.name, refusal.message)
            return
        row.values[column.name] = value
        if len(remembered) < REMEMBERED_TEXTS:
            remembered[text] = value


def _value(column: ImportColumn, text: str) -> Any:
    if text.upper() == ERASE_WORD:
        if not column.can_be_erased:
            raise Refused(_("Este dato no se puede borrar desde una lista."))
        return ERASE
    if text in CELL_FAULTS:
        raise Refused(_("La celda tiene un error de Excel. Escribe el dato."))
    return column.clean(text)


# --- From rows to tables -------------------------------------------------------------------------
def _write(plan: Plan, block: list[Row], run: Run) -> None:
    """Hand the block to the app; a row the database itself refuses is found by halving."""
    run.records.clear()
    _write_or_halve(plan, [row for row in block if row.outcome is None], run)
    keep_records(run.batch, run.records)
    for row in block:
        row.prepared = None  # it may know the row: the two would stay in memory


def _write_or_halve(plan: Plan, rows: list[Row], run: Run) -> None:
    if not rows:
        return
    written = len(run.records)
    try:
        with transaction.atomic():
            plan.declaration.write(rows, run)
    except IntegrityError as error:
        del run.records[written:]
        for row in rows:
            row.forget()
        if len(rows) == 1:
            rows[0].refuse("", _sentence(error))
            return
        middle = len(rows) // 2
        _write_or_halve(plan, rows[:middle], run)
        _write_or_halve(plan, rows[middle:], run)


def _sentence(error: IntegrityError) -> str:
    """What the broken constraint says, in the user's words."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    return _("El registro no acepta esta fila. Revisa sus datos.")
