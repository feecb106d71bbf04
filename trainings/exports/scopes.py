"""What lists of trainings say of a line of a roster, and names that may still be said."""

from typing import Any

from django.db.models import Case, CharField, F, Q, Value, When

from members.exports import name_of


def listed_name(enrolment: str) -> Case:
    """Her name as lists show it, a walk-in's as she said it. Of whoever is in the trash or took
    back her consent the row stays and the name does not, so that totals are those of the page."""
    person = f"{enrolment}__person"
    return Case(
        When(Q(**{person: None}), then=F(f"{enrolment}__walk_in_name")),
        When(
            Q(**{f"{person}__trashed_at": None, f"{person}__withdrawn_at": None}),
            then=name_of(person),
        ),
        default=Value(""),
        output_field=CharField(),
    )


def said_name(person: str) -> Case:
    """A person's name, under the same rule."""
    return said(person, name_of(person), Value(""))


def said(person: str, value: Any, otherwise: Any) -> Case:
    kept = Q(**{f"{person}__trashed_at": None, f"{person}__withdrawn_at": None})
    return Case(When(kept, then=value), default=otherwise)


def named_or_none(enrolment: str, path: str) -> Case:
    """A value of hers, under the same rule."""
    person = f"{enrolment}__person"
    return said(person, F(f"{person}__{path}"), Value(None))


def came_from(enrolment: str) -> Case:
    """The organisation of that day, or the one a walk-in said."""
    organisation = f"{enrolment}__organisation"
    return Case(
        When(Q(**{organisation: None}), then=F(f"{enrolment}__walk_in_organisation")),
        default=F(f"{organisation}__name"),
        output_field=CharField(),
    )
