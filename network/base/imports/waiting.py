"""The rows that were not imported, as she sent them: wrong cells in colour, with what to do."""

import io
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _

from network.base.imports.mapping import Plan
from network.base.imports.rows import Outcome, Row

NAME_LENGTH = 31  # Excel's limit for the name of a sheet


class WaitingWorkbook:
    """Written row by row, while the engine runs. Corrected in Excel, it can be imported again."""

    def __init__(self) -> None:
        self._target = io.BytesIO()
        settings.SPOOL_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._book = xlsxwriter.Workbook(
            self._target, {"constant_memory": True, "tmpdir": str(settings.SPOOL_ROOT)}
        )
        self._text = self._book.add_format({"num_format": "@"})
        self._wrong = self._book.add_format({"num_format": "@", "bg_color": "#f9d8cf"})
        self._heading = self._book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        self._sheets: dict[int, tuple[Any, int]] = {}
        self._is_closed = False

    def __enter__(self) -> "WaitingWorkbook":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def add(self, plan: Plan, row: Row) -> None:
        sheet, line = self._sheet(plan)
        wrong = {problem.column: problem.message for problem in row.problems}
        places = {name: i for i, name in enumerate(plan.columns) if name}
        for index in range(len(plan.headings)):
            name = plan.columns[index]
            text = row.texts.get(name, "") if name else _cell(row.cells, index)
            is_wrong = name != "" and name in wrong
            sheet.write_string(line, index, text, self._wrong if is_wrong else self._text)
            if is_wrong:
                sheet.write_comment(line, index, wrong[name])
        elsewhere = [message for name, message in wrong.items() if name not in places]
        told = " ".join([*elsewhere, *_told(plan, row)])
        sheet.write_string(line, len(plan.headings), told, self._text)
        self._sheets[plan.sheet] = (sheet, line + 1)

    def content(self) -> bytes:
        self._close()
        return self._target.getvalue()

    def _sheet(self, plan: Plan) -> tuple[Any, int]:
        if plan.sheet not in self._sheets:
            name = "".join(c for c in plan.sheet_name if c not in "[]:*?/\\'")[:NAME_LENGTH]
            sheet = self._book.add_worksheet(name or None)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(plan.headings) - 1, 20)
            sheet.set_column(len(plan.headings), len(plan.headings), 70)
            for index, heading in enumerate([*plan.headings, _("Por qué espera")]):
                sheet.write_string(0, index, heading, self._heading)
            self._sheets[plan.sheet] = (sheet, 1)
        return self._sheets[plan.sheet]

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            if not self._sheets:
                self._book.add_worksheet()
            self._book.close()


def _cell(cells: list[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _told(plan: Plan, row: Row) -> Iterable[str]:
    if row.outcome == Outcome.PARKED:
        for candidate in row.candidates:
            yield _("Se parece a: %(who)s (%(why)s).") % {
                "who": candidate.text,
                "why": candidate.why,
            }
    else:
        for problem in row.problems:
            if problem.column in plan.columns:
                yield f"{plan.heading_of(problem.column)}: {problem.message}"
