"""A row and its fate as plain values: for the page, the command and the file that is kept."""

from typing import Any

from network.base.imports.mapping import Plan
from network.base.imports.rows import Row


def told_row(plan: Plan, row: Row) -> dict[str, Any]:
    """Columns go by the headings of her workbook, so that she finds them."""
    return {
        "sheet": plan.sheet_name,
        "row": row.number,
        "outcome": row.outcome,
        "name": plan.declaration.row_name(row.texts),
        "errors": [
            {
                "column": plan.heading_of(problem.column) if problem.column else "",
                "name": problem.column,
                "value": problem.value,
                "message": problem.message,
            }
            for problem in row.problems
        ],
        "changes": [
            {
                "column": plan.heading_of(change.column),
                "before": change.before,
                "after": change.after,
            }
            for change in row.changes
        ],
        "questions": [question.key for question in row.questions],
        "candidates": [candidate._asdict() for candidate in row.candidates],
    }
