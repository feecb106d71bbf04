"""Where work begins: whose turn it is, how many we are, the organisations in reach."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.access import Permission
from members.boards import president_terms
from members.figures import organisations_counted, women_by_organisation
from network.base.access import can, requires
from network.base.figures import Question, public_figures
from network.base.turns import Turn, turns_of

MOST_TURNS = 12
MOST_ORGANISATIONS = 30


@require_safe
@requires(Permission.STAFF_HOME)
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    turns = turns_of(request.user, today)
    context = {
        "greeting": _greeting(timezone.localtime().hour),
        "first_name": str(request.user).split()[0],
        "today": today,
        "turn_count": len(turns),
        "turn_rest": max(len(turns) - MOST_TURNS, 0),
        "turns": [(turn, *_due(turn, today)) for turn in turns[:MOST_TURNS]],
        "figures": _figures(request.user),
        "organisations": _organisations(request.user, today),
    }
    return render(request, "home/staff.html", context)


def _greeting(hour: int) -> str:
    if hour < 12:
        return _("Buenos días")
    return _("Buenas tardes") if hour < 19 else _("Buenas noches")


def _due(turn: Turn, today: date) -> tuple[str, str]:
    """State of the pill and its words."""
    if turn.due_on is None:
        return "none", turn.due_words or _("Sin fecha")
    left = turn.due_on - today
    if left < timedelta(0):
        return "late", turn.due_words
    return ("ours" if left <= timedelta(days=30) else "none"), turn.due_words


def _figures(user: Any) -> list[dict[str, Any]]:
    """What is counted in her reach; each number opens to its rows for whoever may see them."""
    return [
        {
            "value": figure.count(user),
            "label": figure.title,
            "definition": figure.definition,
            "href": figure.rows_url(Question(user=user)),
        }
        for figure in public_figures().values()
        if can(user, figure.list_permission)
    ]


def _organisations(user: Any, today: date) -> dict[str, Any]:
    """Affiliated organisations in reach with their women today and when the presidency ends."""
    found = organisations_counted(user).select_related("district").order_by("name_key", "pk")
    rows = list(found[: MOST_ORGANISATIONS + 1])
    shown = rows[:MOST_ORGANISATIONS]
    women = women_by_organisation(user, shown)
    terms = president_terms(shown, today)
    return {
        "rows": [
            {"organisation": row, "women": women.get(row.pk, 0), "term": terms.get(row.pk)}
            for row in shown
        ],
        "has_more": len(rows) > MOST_ORGANISATIONS,
    }
