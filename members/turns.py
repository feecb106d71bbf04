"""What the registry asks of a coordinator: boards to renew, posts to fill, access to give."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission
from members.boards import (
    days_left_in_words,
    ending_terms,
    presidents_without_access,
    vacancies_of,
    with_vacancies,
)
from members.models import Office
from network.base.access import can
from network.base.turns import Turn

SOON = timedelta(days=60)
# Of one kind; the page of boards lists them all.
MOST = 8
MOST_TERMS = 200


def _board_url(office: Office) -> str:
    if office.regional_network is None:
        return reverse("board", kwargs={"organisation": office.organisation_id})
    return reverse("board", kwargs={"network": office.regional_network.code})


def terms_to_renew(user: Any, today: date) -> Iterator[Turn]:
    """Terms that end within 60 days and nobody was chosen for, board by board."""
    if not can(user, Permission.BOARD_EDIT):
        return
    boards: dict[tuple[str, date], list[Office]] = defaultdict(list)
    for office in ending_terms(user, today, today + SOON)[:MOST_TERMS]:
        boards[_board_url(office), office.ends_on or today].append(office)
    for (url, last_day), offices in boards.items():
        posts = [office.get_post_display().lower() for office in offices]
        yield Turn(
            act=ngettext(
                "Renovar %(count)s cargo de la junta de %(body)s",
                "Renovar %(count)s cargos de la junta de %(body)s",
                len(offices),
            )
            % {"count": len(offices), "body": _called(offices[0])},
            why=_("El %(day)s termina el periodo: %(posts)s.")
            % {"day": date_format(last_day, "d/m/Y"), "posts": ", ".join(posts)},
            url=url,
            due_on=last_day,
            due_words=days_left_in_words((last_day - today).days),
        )


def _called(office: Office) -> str:
    return office.organisation.called if office.organisation else str(office.body)


def posts_to_fill(user: Any, today: date) -> Iterator[Turn]:
    """Affiliated organisations whose board lacks an expected post."""
    if not can(user, Permission.BOARD_EDIT):
        return
    organisations = list(with_vacancies(user, today).order_by("name_key", "pk")[:MOST])
    vacant = vacancies_of(organisations, today)
    for organisation in organisations:
        posts = [str(post.label).lower() for post in vacant[organisation.pk]]
        yield Turn(
            act=_("Completar la junta de %(body)s") % {"body": organisation.called},
            why=_("Falta: %(posts)s.") % {"posts": ", ".join(posts)},
            url=reverse("board", kwargs={"organisation": organisation.pk}),
        )


def presidents_to_let_in(user: Any, today: date) -> Iterator[Turn]:
    """Presidents of organisations in reach that cannot work in the portal yet, in one line."""
    if not can(user, Permission.BOARD_EDIT):
        return
    offices = list(presidents_without_access(user, today)[: MOST + 1])
    if offices:
        bodies = ", ".join(
            office.organisation.called for office in offices[:MOST] if office.organisation
        )
        yield Turn(
            act=_("Pedir acceso para las presidentas que no entran al portal"),
            why=_("Presiden %(bodies)s.")
            % {"bodies": bodies + ("…" if len(offices) > MOST else "")},
            url=reverse("board-list"),
        )


TURNS = (terms_to_renew, posts_to_fill, presidents_to_let_in)
