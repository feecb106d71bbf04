"""Figures as people meet them: which ones she may ask, for what period, whole and in parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from network.base.access import can
from network.base.contracts import declared
from network.base.figures import Figure, Part, PublicCount, Question, Ratio, days_of, suppress


@dataclass(frozen=True)
class Answer:
    """One figure with its number, and the rows behind it for whoever may see them."""

    figure: Figure
    value: Any
    url: str
    rows_url: str

    @property
    def is_of_today(self) -> bool:
        return self.figure.counting is not None and not self.figure.counting.dated


def figures_for(user: Any) -> list[Figure]:
    """Those whose number this person may ask, in the order the apps declare them."""
    return [
        figure
        for figure in declared("figures").values()
        if can(user, figure.permission or figure.list_permission)
    ]


def answer(figure: Figure, question: Question) -> Answer:
    page = reverse("figure-detail", args=[figure.name])
    said = urlencode(list(days_of(question)))
    return Answer(
        figure=figure,
        value=figure.compute(question),
        url=f"{page}?{said}" if said else page,
        rows_url=figure.rows_url(question),
    )


@dataclass(frozen=True)
class PartShown:
    """A part as this person may see it: its number, or that it is too few to be told."""

    label: str
    value: Any
    shown: PublicCount | None
    rows_url: str


def parts_shown(figure: Figure, question: Question, split: str) -> list[PartShown]:
    """Every part. Whoever may not see the rows is not told parts of one to four people."""
    if figure.counting is None:
        return []
    parts = figure.counting.by(question, split)
    may_see_rows = can(question.user, figure.list_permission) if figure.list_permission else False
    hidden = {} if may_see_rows else _withheld(parts)
    return [
        PartShown(
            label=part.label,
            value=part.value,
            shown=hidden.get(part.key),
            rows_url=figure.rows_url(question.also(split, part.key)),
        )
        for part in parts
    ]


def _withheld(parts: list[Part]) -> Mapping[str, PublicCount]:
    """Only whole numbers are counts of people or of what they did; an average tells nobody."""
    counts = {part.key: part.value for part in parts if isinstance(part.value, int)}
    return {key: count for key, count in suppress(counts).items() if count.value is None}


def as_json(figure: Figure, question: Question) -> dict[str, Any]:
    value = figure.compute(question)
    if isinstance(value, Ratio):
        value = {"numerator": value.numerator, "denominator": value.denominator}
    elif value is not None and not isinstance(value, int):
        value = float(value)
    return {
        "name": figure.name,
        "title": str(figure.title),
        "unit": str(figure.unit),
        "definition": str(figure.definition),
        "value": value,
    }


def period_in_words(first: date | None, last: date | None) -> str:
    if first and last:
        return _("del %(first)s al %(last)s") % _said(first, last)
    if first:
        return _("desde el %(first)s") % _said(first, last)
    return _("hasta el %(last)s") % _said(first, last) if last else _("desde el comienzo")


def _said(first: date | None, last: date | None) -> dict[str, str]:
    return {
        "first": f"{first:%d/%m/%Y}" if first else "",
        "last": f"{last:%d/%m/%Y}" if last else "",
    }
