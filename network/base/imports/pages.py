"""The review page's rows, tabs and column lists, as its templates take them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network.base.imports.drafts import Draft
from network.base.imports.mapping import columns_of, repeated_headings
from network.base.imports.preview import SHOWN_ROWS
from network.base.imports.rows import SOMEONE_ELSE, Outcome

LOOK, NEW, SAME, ALL = "mirar", "nuevas", "iguales", "todas"
SIGNS = {
    Outcome.NEW: ("done", "plus"),
    Outcome.CHANGED: ("current", "sync"),
    Outcome.UNCHANGED: ("none", "dash"),
    Outcome.PARKED: ("late", "clock"),
    Outcome.REFUSED: ("late", "alert"),
}


def review_page(draft: Draft, chosen: str) -> dict[str, Any]:
    """Counts, tabs and the rows of the chosen tab; parked rows have a panel of their own."""
    seen = draft.preview or {}
    counts, rows = seen["counts"], seen["rows"]
    to_look_at = counts[Outcome.CHANGED] + counts[Outcome.REFUSED]
    corrected = [row for row in rows if row["cells"] and row["outcome"] != Outcome.REFUSED]
    also = sum(row["outcome"] in {Outcome.NEW, Outcome.UNCHANGED} for row in corrected)
    tabs = [
        (LOOK, _("Para mirar"), to_look_at + also),
        (NEW, _("Nuevas"), counts[Outcome.NEW]),
        (SAME, _("Sin cambios"), counts[Outcome.UNCHANGED]),
        (ALL, _("Todas"), seen["read"]),
    ]
    if chosen not in {name for name, _label, _count in tabs}:
        chosen = LOOK
    shown = [_line(draft, row) for row in rows if _is_in(chosen, row)]
    parked = [_line(draft, row) for row in rows if row["outcome"] == Outcome.PARKED]
    asked, asking = seen["questions"], seen["asking"]
    count = next(count for name, _label, count in tabs if name == chosen)
    return {
        "counts": counts,
        "read": seen["read"],
        "imported": seen["imported"],
        "waits": counts[Outcome.PARKED] + counts[Outcome.REFUSED],
        "tabs": [
            {"label": label, "count": number, "url": f"?ver={name}", "is_current": name == chosen}
            for name, label, number in tabs
        ],
        "rows": shown[:SHOWN_ROWS],
        "not_shown": max(
            0, count - len(shown[:SHOWN_ROWS]) - (chosen == ALL) * (len(parked) + asking)
        ),
        "parked": parked,
        "parked_count": counts[Outcome.PARKED] - asking,
        "parked_not_shown": counts[Outcome.PARKED] - asking - len(parked),
        "questions": [_question(draft, one) for one in asked[:SHOWN_ROWS]],
        "questions_not_shown": max(0, len(asked) - SHOWN_ROWS),
        "has_several_sheets": len(draft.plans) > 1,
        "sheets": _sheets(draft),
    }


def _is_in(tab: str, row: dict[str, Any]) -> bool:
    outcome = row["outcome"]
    if outcome == Outcome.PARKED:
        return False
    return {
        LOOK: outcome in {Outcome.CHANGED, Outcome.REFUSED} or bool(row["cells"]),
        NEW: outcome == Outcome.NEW,
        SAME: outcome == Outcome.UNCHANGED,
        ALL: True,
    }[tab]


def _line(draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
    outcome = Outcome(row["outcome"])
    is_corrected = outcome != Outcome.REFUSED and any(c["is_corrected"] for c in row["cells"])
    state, sign = ("done", "check") if is_corrected else SIGNS[outcome]
    decided = draft.decisions.get(row["key"], "")
    choices = [("", _("Decidir después"))]
    choices += [
        (one["id"], _("Es ella: actualizar") if len(row["candidates"]) == 1 else one["text"])
        for one in row["candidates"]
        if one["id"]
    ]
    choices.append((SOMEONE_ELSE, _("Es otra")))
    mendable = {cell["key"].rsplit(":", 1)[1] for cell in row["cells"]}
    return row | {
        "state": state,
        "sign": sign,
        "label": _("Corregida aquí") if is_corrected else outcome.label,
        "choices": [(value, label, value == decided) for value, label in choices],
        "loose_errors": [e for e in row["errors"] if e["name"] not in mendable],
    }


def _question(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    """With the choices as a select takes them: what is likely, then the others, then none."""
    decided = draft.decisions.get(asked["key"], "")

    def choices(candidates: list[dict[str, str]]) -> list[tuple[str, str, bool]]:
        return [(one["id"], one["text"], one["id"] == decided) for one in candidates if one["id"]]

    return asked | {
        "likely_choices": choices(asked["likely"]),
        "other_choices": choices(asked["others"]),
        "is_none": decided == SOMEONE_ELSE,
    }


def _sheets(draft: Draft) -> str:
    names = ", ".join(f"«{plan.sheet_name}»" for plan in draft.plans)
    return ngettext("hoja %s", "hojas %s", len(draft.plans)) % names


def columns_page(draft: Draft) -> dict[str, Any]:
    """How every sheet is read, to be corrected."""
    sheets = []
    for plan in draft.plans:
        known = columns_of(plan.declaration)
        options = [(column.name, str(column.heading)) for column in known.values()]
        sheets.append(
            {
                "plan": plan,
                "title": plan.declaration.title,
                "problems": plan.problems(),
                "repeated": repeated_headings(plan),
                "unknown": plan.unknown(),
                "headings": [
                    {
                        "key": f"{plan.sheet}:{index}",
                        "text": heading,
                        "options": [(value, text, value == column) for value, text in options],
                    }
                    for index, (heading, column) in enumerate(
                        zip(plan.headings, plan.columns, strict=True)
                    )
                    if heading
                ],
            }
        )
    return {
        "sheets": sheets,
        "unread": draft.unread_sheets,
        "problems": [problem for sheet in sheets for problem in sheet["problems"]],
        "needs_a_look": any(sheet["problems"] or sheet["repeated"] for sheet in sheets),
        "unknown_count": sum(len(sheet["unknown"]) for sheet in sheets),
    }
