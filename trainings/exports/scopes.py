"""How far whoever asks for a list of trainings reaches, and names that may still be said."""

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Concat, Trim

from members.access import Scope, scope_of
from network.base.contracts import Asked


def scope_asked(asked: Asked) -> Scope:
    return Scope(everything=True) if asked.user is None else scope_of(asked.user, asked.permission)


def listed_name(enrolment: str) -> Case:
    """Her name as lists show it, a walk-in's as she said it. Of whoever is in the trash or took
    back her consent the row stays and the name does not, so that totals are those of the page."""
    person = f"{enrolment}__person"
    surnames = Concat(f"{person}__paternal_surname", Value(" "), f"{person}__maternal_surname")
    full = Concat(Trim(surnames), Value(", "), f"{person}__given_names")
    return Case(
        When(Q(**{person: None}), then=F(f"{enrolment}__walk_in_name")),
        When(Q(**{f"{person}__trashed_at": None, f"{person}__withdrawn_at": None}), then=full),
        default=Value(""),
        output_field=CharField(),
    )


def named_or_none(enrolment: str, path: str) -> Case:
    """A value of hers, under the same rule."""
    person = f"{enrolment}__person"
    kept = Q(**{f"{person}__trashed_at": None, f"{person}__withdrawn_at": None})
    return Case(When(kept, then=F(f"{person}__{path}")), default=Value(None))


def came_from(enrolment: str) -> Case:
    """The organisation of that day, or the one a walk-in said."""
    organisation = f"{enrolment}__organisation"
    return Case(
        When(Q(**{organisation: None}), then=F(f"{enrolment}__walk_in_organisation")),
        default=F(f"{organisation}__name"),
        output_field=CharField(),
    )
