"""Age bands of the programme's indicators; age is taken at the end of the period."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, CharField, Func, IntegerField, Q, Value, When
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.base.figures import UNKNOWN, Question

AGES = ((15, "0-14"), (18, "15-17"), (25, "18-24"), (30, "25-29"), (36, "30-35"), (60, "36-59"))
AGE_LABELS = {
    "0-14": _("menos de 15"),
    **{code: code.replace("-", " a ") for _limit, code in AGES[1:]},
    "60+": _("60 o más"),
    UNKNOWN: _("no se sabe"),
}


def age_band(born_on: str, precision: str) -> Callable[[Question], Case]:
    """The band of whoever was born on the day at that path, null when nobody knows it. Of a birth
    year alone, the years completed in it."""

    def band(question: Question) -> Case:
        day: date = question.last or timezone.localdate()
        years = Func(
            Value("year"),
            Func(Value(day), born_on, function="age"),
            function="date_part",
            template="%(function)s(%(expressions)s)::int",
            output_field=IntegerField(),
        )
        age = Case(
            When(**{precision: "y"}, then=Value(day.year) - ExtractYear(born_on)), default=years
        )
        return Case(
            When(Q(**{f"{born_on}__isnull": True}), then=Value(None)),
            *(When(_Under(age, limit), then=Value(code)) for limit, code in AGES),
            default=Value("60+"),
            output_field=CharField(),
        )

    return band


class _Under(Func):
    """age < limit, as a condition."""

    template = "(%(expressions)s)"
    arg_joiner = " < "
    conditional = True
    output_field = BooleanField()

    def __init__(self, age: Any, limit: int) -> None:
        super().__init__(age, Value(limit))
