"""The matrix: which organisation lacks which course, in the words and the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, scope_of
from members.models import Organisation, RegionalNetwork
from network.base.listing import ORDER, Heading
from network.base.text import sort_key
from trainings.coverage import NOBODY, Count, count_coverage
from trainings.models import Exemption, Requirement
from trainings.models.courses import Holder

BY_MISSING, BY_NAME, BY_MEMBERS = "falta", "nombre", "socias"
PAGE = "hoja"
NARROWED = ("organizacion", "region", "requisito")  # as figures and their lists name them
ROWS_PER_PAGE = 50
LONG = 30
STEPS = ((0.95, 5), (0.75, 4), (0.5, 3), (0.25, 2))


@dataclass(frozen=True)
class Cell:
    """What a requirement is at one organisation. Exempt, it is not asked there."""

    requirement: Requirement
    count: Count
    is_exempt: bool = False

    @property
    def step(self) -> int:
        """The tint, of 0 (nobody) to 5 (95 % or more)."""
        if not self.count.covered:
            return 0
        return next((step for share, step in STEPS if self.count.share >= share), 1)

    @property
    def gap_words(self) -> str:
        """How many lack it; empty where nobody must hold it."""
        if not self.count.due:
            return _("no pide") if self.is_exempt else ""
        missing = self.count.missing
        if not missing:
            return _("todas")
        return ngettext("falta %(count)s", "faltan %(count)s", missing) % {"count": missing}

    @property
    def percent(self) -> int:
        return round(self.count.share * 100)


@dataclass(frozen=True)
class Row:
    organisation_id: UUID
    name: str
    name_key: str
    members: int
    cells: list[Cell]

    @property
    def missing(self) -> int:
        return sum(cell.count.missing for cell in self.cells)

    @property
    def worst(self) -> Cell | None:
        """Where to begin: the course that most of them lack."""
        most = max(self.cells, key=lambda cell: cell.count.missing, default=None)
        return most if most and most.count.missing else None


@dataclass(frozen=True)
class Matrix:
    requirements: list[Requirement]
    rows: list[Row]
    totals: list[Cell]
    members: int
    shared_members: int

    @property
    def missing(self) -> int:
        """Each woman once for each course."""
        return sum(cell.count.missing for cell in self.totals)

    @property
    def counted_twice(self) -> int:
        """What the column of members adds up to: more than there are women."""
        return sum(row.members for row in self.rows)

    @property
    def latest(self) -> Row | None:
        """The organisation that is furthest behind."""
        row = max(self.rows, key=lambda row: row.missing, default=None)
        return row if row and row.missing else None


def matrix_of(
    user: Any,
    day: date,
    *,
    role: str = "",
    network: RegionalNetwork | None = None,
    only: Q | None = None,
    requirement: Requirement | None = None,
) -> Matrix:
    """All organisations in reach that belong to the network that day, in a fixed number of queries.

    Each woman counts in every organisation she belongs to, and once in the totals. `only` narrows
    the organisations and `requirement` the columns.
    """
    scope = scope_of(user, Permission.TRAINING_VIEW)
    organisations: Any = Organisation.objects.within(scope).affiliated(day)
    if network:
        organisations = organisations.in_regional_network(network.pk, day)
    organisations = organisations.filter(only or Q())
    names = list(organisations.values_list("pk", "name", "short_name", "name_key"))
    requirements = [r for r in asked_on(day, role) if requirement in (None, r)]
    is_all = scope.everything and network is None and not only
    counted = count_coverage(requirements, day, None if is_all else [row[0] for row in names])
    exempt = set(
        Exemption.objects.filter(requirement__in=requirements).values_list(
            "requirement", "organisation"
        )
    )
    rows = [
        Row(
            pk,
            short_name or name,
            name_key,
            counted.cells.get(pk, {}).get(None, NOBODY).due,
            [
                Cell(r, counted.cells.get(pk, {}).get(r.pk, NOBODY), (r.pk, pk) in exempt)
                for r in requirements
            ],
        )
        for pk, name, short_name, name_key in names
    ]
    totals = [Cell(r, counted.totals[r.pk]) for r in requirements]
    return Matrix(requirements, rows, totals, counted.totals[None].due, counted.shared_members)


def asked_on(day: date, role: str = "") -> list[Requirement]:
    """In force that day, by course and then by role."""
    rows = Requirement.objects.in_force(day).select_related("course")
    found = rows.filter(role=role) if role else rows
    order = {value: place for place, value in enumerate(Holder.values)}
    return sorted(found, key=lambda r: (sort_key(r.course.called), order[r.role]))


def roles_asked(day: date) -> list[tuple[str, str]]:
    """Roles of which something is asked that day, with their names."""
    found = set(Requirement.objects.in_force(day).values_list("role", flat=True))
    return [(role.value, str(role.label)) for role in Holder if role.value in found]


def in_order(matrix: Matrix, wanted: str) -> list[Row]:
    """By what is missing, most first, unless another order is asked for; "-" turns it round.

    A requirement's id orders by who lacks that one.
    """
    key = wanted.removeprefix("-")
    by_name = sorted(matrix.rows, key=lambda row: (row.name_key, row.organisation_id))
    if key == BY_NAME:
        return by_name[::-1] if wanted.startswith("-") else by_name
    places = {str(r.pk): place for place, r in enumerate(matrix.requirements)}
    if key == BY_MEMBERS:
        rank = {row.organisation_id: row.members for row in by_name}
    elif key in places:
        rank = {row.organisation_id: row.cells[places[key]].count.missing for row in by_name}
    else:
        rank = {row.organisation_id: row.missing for row in by_name}
    sign = 1 if wanted.startswith("-") else -1
    return sorted(by_name, key=lambda row: sign * rank[row.organisation_id])


# --- The page ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sheet:
    """A page of the rows; the addresses are those ui/pager.html takes."""

    rows: list[Row]
    summary: str
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""

    @property
    def is_long(self) -> bool:
        """So many rows that the heading has to stay in view."""
        return len(self.rows) > LONG


def sheet_of(matrix: Matrix, query: QueryDict, order: str) -> Sheet:
    rows = in_order(matrix, order)
    pages = max(-(-len(rows) // ROWS_PER_PAGE), 1)
    text = query.get(PAGE, "")
    page = min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 6 else 1
    start = (page - 1) * ROWS_PER_PAGE
    shown = rows[start : start + ROWS_PER_PAGE]
    numbers = {
        "first": number_format(start + 1),
        "last": number_format(start + len(shown)),
        "total": number_format(len(rows)),
    }
    return Sheet(
        shown,
        _("%(first)s a %(last)s de %(total)s organizaciones") % numbers
        if pages > 1
        else ngettext("%(total)s organización", "%(total)s organizaciones", len(rows)) % numbers,
        _address(query, {PAGE: None}) if page > 2 else "",
        _address(query, {PAGE: page - 1}) if page > 1 else "",
        _address(query, {PAGE: page + 1}) if page < pages else "",
    )


def headings(matrix: Matrix, order: str, query: QueryDict) -> list[Heading]:
    """Of organisation, members, each requirement and what is missing: each sorts."""
    keys = [
        (BY_NAME, _("Organización"), "", "ascending"),
        (BY_MEMBERS, _("Socias"), "table__num", "descending"),
        *((str(r.pk), r.course.called, "table__center", "descending") for r in matrix.requirements),
        (BY_MISSING, _("Le falta"), "table__num", "descending"),
    ]
    current = order.removeprefix("-")
    if current not in {key for key, _name, _css, _way in keys}:
        current, order = BY_MISSING, BY_MISSING
    turned = {"ascending": "descending", "descending": "ascending"}
    found = []
    for key, name, css, way in keys:
        is_turned = order.startswith("-")
        sort = "" if key != current else turned[way] if is_turned else way
        wanted = f"-{key}" if key == current and not is_turned else key
        found.append(Heading(name, css, sort, _address(query, {ORDER: wanted, PAGE: None})))
    return found


def _address(query: QueryDict, changes: Mapping[str, Any]) -> str:
    kept = [
        (key, value)
        for key in ("rol", "red", "al", *NARROWED, ORDER, PAGE)
        if key not in changes and (value := query.get(key))
    ]
    given = [(key, str(value)) for key, value in changes.items() if value is not None]
    return f"?{urlencode(kept + given)}"


def reach_in_words(user: Any) -> str:
    """Whose organisations are in the matrix: the whole network's, or those of her part of it."""
    scope = scope_of(user, Permission.TRAINING_VIEW)
    if scope.everything:
        return _("Toda la red")
    networks = RegionalNetwork.objects.filter(pk__in=scope.regional_network_ids)
    names = [network.name for network in networks.order_by("name_key")]
    if not names:
        here = Organisation.objects.filter(pk__in=scope.organisation_ids).order_by("name_key")
        names = [organisation.called for organisation in here]
    return ", ".join(names)
