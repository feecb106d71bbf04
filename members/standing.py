"""The standing of an organisation as PostgreSQL says it, in the words of `Affiliation`.

A list and its files show the reason of a status for any number of rows; a test holds these words
equal to `Period.in_words`.
"""

from datetime import date

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, Expression, F, Func, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from members.models import Affiliation


class _Written(Func):
    """A date as `to_char` writes it."""

    function = "to_char"
    output_field = CharField()


def _text(words: str) -> Value:
    return Value(words, output_field=CharField())


def _day(column: str) -> Expression:
    return _Written(F(column), _text("DD/MM/YYYY"))


def _start() -> Expression:
    """The first day as far as it is known, like `Period.start_in_words`."""
    months = [When(starts_on__month=n, then=_text(str(name))) for n, name in MONTHS.items()]
    year = _Written(F("starts_on"), _text("YYYY"))
    return Case(
        When(starts_precision="y", then=year),
        When(starts_precision="m", then=Concat(Case(*months), _text(" de "), year)),
        default=_day("starts_on"),
        output_field=CharField(),
    )


def _in_words(today: date) -> Expression:
    until = Case(
        When(
            ends_on__isnull=False,
            then=Concat(_text(_(" hasta el %(day)s") % {"day": ""}), _day("ends_on")),
        ),
        default=_text(""),
        output_field=CharField(),
    )
    return Case(
        When(
            starts_on__gt=today,
            then=Concat(_text(_("empieza el %(day)s") % {"day": ""}), _day("starts_on")),
        ),
        When(
            ends_on__lt=today,
            then=Concat(_text(_("terminó el %(day)s") % {"day": ""}), _day("ends_on")),
        ),
        When(starts_on=None, then=Concat(_text(_("vigente")), until)),
        default=Concat(_text(_("vigente desde %(start)s") % {"start": ""}), _start(), until),
        output_field=CharField(),
    )


def standing_in_words(today: date) -> Expression:
    """For rows of organisations: why each counts today, or since when it no longer does."""
    told = Affiliation.objects.filter(organisation=OuterRef("pk")).annotate(
        told=Concat(
            Coalesce("regional_network__name", _text(_("Red nacional"))),
            _text(": "),
            _in_words(today),
            output_field=CharField(),
        )
    )
    current = (
        told.on(today)
        .order_by()
        .values("organisation")
        .annotate(all=StringAgg("told", "; ", order_by="told"))
        .values("all")
    )
    coming = told.filter(starts_on__gt=today).order_by("starts_on", "pk").values("told")
    ended = told.filter(ends_on__lt=today).order_by("-ends_on", "pk").values("told")
    return Coalesce(
        Subquery(current),
        Subquery(coming[:1]),
        Subquery(ended[:1]),
        _text(_("Sin afiliación")),
        output_field=CharField(),
    )
