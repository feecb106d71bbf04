"""Writing institutions and programmes."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from network.base.errors import refusing_broken_rules
from network.partners.models import Institution, Programme
from network.places.models import District

MENDED_AT = {
    "partners_institution_ruc": "ruc",
    "partners_institution_ruc_form": "ruc",
    "partners_programme_code": "code",
    "partners_programme_dates": "ends_on",
}
Row = TypeVar("Row", Institution, Programme)


@dataclass(frozen=True)
class InstitutionFacts:
    """All that is known of an institution; what is not given is not known."""

    name: str
    kind: str
    short_name: str = ""
    ruc: str = ""
    website: str = ""
    district: District | None = None
    note: str = ""


@dataclass(frozen=True)
class ProgrammeFacts:
    """All that is known of a programme; what is not given is not known."""

    name: str
    code: str
    donor: Institution | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    budget_line_code: str = ""
    note: str = ""


@transaction.atomic
def create_institution(*, facts: InstitutionFacts, by: Any) -> Institution:
    """Refused when another has its name, in any spelling of accents and capitals, or its RUC."""
    return _write(Institution(), facts)


@transaction.atomic
def update_institution(
    *, institution: Institution, facts: InstitutionFacts, by: Any
) -> Institution:
    return _write(institution, facts)


@transaction.atomic
def create_programme(*, facts: ProgrammeFacts, by: Any) -> Programme:
    """Refused when another has its name or code, or when it would end before it begins."""
    return _write(Programme(), facts)


@transaction.atomic
def update_programme(*, programme: Programme, facts: ProgrammeFacts, by: Any) -> Programme:
    return _write(programme, facts)


def _write(row: Row, facts: InstitutionFacts | ProgrammeFacts) -> Row:
    for fact in fields(facts):
        setattr(row, fact.name, getattr(facts, fact.name))
    with refusing_broken_rules(type(row), field="name", fields=MENDED_AT):
        row.save()
    return row
