"""What trainings ask of the network: sheets to type, invitations to settle, results to approve."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network.base.dates import day
from network.base.turns import Turn
from trainings import agenda

# Of one kind; the page of trainings lists them all.
MOST = 8


def sheets_to_type(user: Any, today: date) -> Iterator[Turn]:
    """Sessions of past days without marks, or with some missing."""
    for session in agenda.sheets_not_typed(user, today)[:MOST]:
        yield Turn(
            act=_("Anotar la asistencia del %(day)s: %(course)s")
            % {"day": day(session.held_on), "course": session.edition.version.course.called},
            why=_("%(edition)s: faltan marcas de esa sesión.") % {"edition": session.edition},
            url=reverse("session-attendance", args=[session.pk]),
            due_on=session.held_on,
            due_words=_("Desde el %(day)s") % {"day": day(session.held_on)},
        )


def invitations_to_settle(user: Any, today: date) -> Iterator[Turn]:
    """Editions that begin within 30 days with women who have not said yes."""
    for edition in agenda.unconfirmed(user, today)[:MOST]:
        count = edition.unconfirmed_count
        yield Turn(
            act=ngettext(
                "Preguntar a %(count)s invitada si va",
                "Preguntar a %(count)s invitadas si van",
                count,
            )
            % {"count": count},
            why=str(edition),
            url=f"{reverse('edition-roster', args=[edition.pk])}?estado=invited",
            due_on=edition.starts_on,
            due_words=_("Empieza el %(day)s") % {"day": day(edition.starts_on)},
        )


def results_to_approve(user: Any, today: date) -> Iterator[Turn]:
    """Editions that ended with women on whom nobody decided."""
    for edition in agenda.to_approve(user, today)[:MOST]:
        count = edition.undecided_count
        yield Turn(
            act=ngettext(
                "Aprobar quién completó: falta %(count)s",
                "Aprobar quiénes completaron: faltan %(count)s",
                count,
            )
            % {"count": count},
            why=_("%(edition)s terminó el %(day)s.")
            % {"edition": edition, "day": day(edition.ends_on)},
            url=reverse("edition-completion", args=[edition.pk]),
        )


TURNS = (sheets_to_type, invitations_to_settle, results_to_approve)
