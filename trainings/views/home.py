"""Where work with trainings begins."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.access import Permission
from members.models import User
from members.requests import SignedInRequest
from network.base.access import can, requires
from trainings import agenda
from trainings.editions import STATE_PILLS
from trainings.models import Edition, Session

MOST = 20

# Pages of other topics: label, name of the address, permission.
WAYS = (
    (_("Ediciones"), "edition-list", Permission.TRAINING_VIEW),
    (_("Cursos"), "course-list", Permission.TRAINING_VIEW),
    (_("Matriz de formación"), "matrix", Permission.TRAINING_VIEW),
    (_("Inscripciones"), "roster-list", Permission.ROSTER_VIEW),
    (_("Constancias"), "certificate-list", Permission.ROSTER_VIEW),
    (_("Registros en papel"), "training-record-list", Permission.ROSTER_VIEW),
    (_("Manual"), "manual-list", Permission.TRAINING_VIEW),
)


@require_safe
@requires(Permission.TRAINING_VIEW)
def training_home(request: SignedInRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    upcoming = list(agenda.next_editions(user, today)[:MOST])
    monday, sunday = agenda.week_of(today)
    context = {
        "today": today,
        "monday": monday,
        "sunday": sunday,
        "ways": [
            (label, reverse(name)) for label, name, permission in WAYS if can(user, permission)
        ],
        "sessions": _with_address(agenda.sessions_this_week(user, today)[:MOST], user),
        "unconfirmed": list(agenda.unconfirmed(user, today)[:MOST]),
        "sheets": _with_address(agenda.sheets_not_typed(user, today)[:MOST], user),
        "to_approve": [
            (edition, reverse("edition-completion", args=[edition.pk]))
            for edition in agenda.to_approve(user, today)[:MOST]
        ],
        "upcoming": [
            (edition, STATE_PILLS[edition.state], edition.State(edition.state).label)
            for edition in upcoming
        ],
    }
    return render(request, "trainings/home.html", context)


def _page_of(edition: Edition) -> str:
    return reverse("edition-detail", args=[edition.pk])


def _with_address(sessions: Iterable[Session], user: User) -> list[tuple[Session, str]]:
    """Where attendance is taken, for whoever may; else the page of the edition."""
    may_mark = can(user, Permission.ATTENDANCE_MARK)
    return [
        (
            session,
            reverse("session-attendance", args=[session.pk])
            if may_mark
            else _page_of(session.edition),
        )
        for session in sessions
    ]
