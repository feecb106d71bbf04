"""What would happen, gathered while the engine runs: counts, the first rows of each kind, and a
workbook of the rows that wait."""

from collections import Counter
from typing import Any

from network.base.imports.drafts import Draft, changed
from network.base.imports.engine import Progress, Result, run_import
from network.base.imports.mapping import Plan
from network.base.imports.reader import open_book
from network.base.imports.rows import WAITING, Outcome, Question, Row
from network.base.imports.told import told_row
from network.base.imports.waiting import WaitingWorkbook

# Rows of each kind shown on the page; the rest is counted, and those that wait are in the workbook.
SHOWN_ROWS = 200
SHOWN_NUMBERS = 5


class Gathered:
    """Called by the engine with every row."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.questions: dict[str, dict[str, Any]] = {}
        self.shown: Counter[str] = Counter()
        self.corrected = 0
        self.asking = 0
        self.waiting = WaitingWorkbook()

    def __call__(self, plan: Plan, row: Row) -> None:
        if row.outcome in WAITING:
            self.waiting.add(plan, row)
        for question in row.questions:
            self._ask(row, question)
        if row.questions and row.outcome == Outcome.PARKED:
            self.asking += 1
            return
        is_corrected = bool(row.typed) and row.outcome != Outcome.REFUSED
        self.corrected += is_corrected
        kind = "corrected" if is_corrected else str(row.outcome)
        if self.shown[kind] >= SHOWN_ROWS:
            return
        self.shown[kind] += 1
        self.rows.append(told_row(plan, row) | _cells_to_mend(plan, row))

    def _ask(self, row: Row, question: Question) -> None:
        """Asked once, whatever the number of rows; some of them are shown."""
        asked = self.questions.setdefault(question.key, _asked(question))
        asked["rows"] += 1
        if len(asked["numbers"]) < SHOWN_NUMBERS:
            asked["numbers"].append(row.number)

    def told(self, result: Result) -> dict[str, Any]:
        return {
            "counts": result.counts,
            "read": result.read,
            "imported": result.imported,
            "corrected": self.corrected,
            "asking": self.asking,
            "rows": self.rows,
            "questions": sorted(self.questions.values(), key=lambda asked: -asked["rows"]),
        }


def look(draft: Draft, *, by: Any, progress: Progress | None = None) -> Draft:
    """Run the import and take it back; the draft keeps what was seen."""
    gathered, result = run_draft(draft, by=by, commit=False, progress=progress)
    return changed(draft, preview=gathered.told(result), job_id="")


def run_draft(
    draft: Draft, *, by: Any, commit: bool, progress: Progress | None = None, key: str = ""
) -> tuple[Gathered, Result]:
    gathered = Gathered()
    with gathered.waiting, open_book(draft.content(), draft.file_name) as book:
        result = run_import(
            book=book,
            request=draft.request,
            by=by,
            commit=commit,
            each=gathered,
            progress=progress,
            key=key,
        )
        draft.keep_waiting_file(gathered.waiting.content())
    return gathered, result


def _asked(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "about": question.about,
        "text": question.text,
        "likely": [one._asdict() for one in question.likely],
        "others": [one._asdict() for one in question.others],
        "none_of_them": question.none_of_them,
        "rows": 0,
        "numbers": [],
    }


def _cells_to_mend(plan: Plan, row: Row) -> dict[str, Any]:
    """The controls a row needs: a box for each wrong or corrected cell, by its key."""
    wrong = {problem.column: problem for problem in row.problems if problem.column}
    cells = []
    for column in dict.fromkeys([*wrong, *row.typed]):
        problem = wrong.get(column)
        cells.append(
            {
                "key": f"{row.sheet}:{row.number}:{column}",
                "heading": plan.heading_of(column),
                "value": row.texts.get(column, ""),
                "typed": row.typed.get(column, row.texts.get(column, "")),
                "is_corrected": column in row.typed,
                "message": problem.message if problem else "",
            }
        )
    return {"cells": cells, "key": f"{row.sheet}:{row.number}"}
