"""How many of those who must hold a course hold it, on a day: counted from the facts, in sets.

A woman holds a course while one of her completions of it, or of a refresher of it, is valid; a
refresher counts for whoever once completed the course. Old records that nobody verified are a
number of their own, never covered. Today's counts are read from `Coverage` for organisations of
which nothing changed since they were counted, and counted on the spot for the others: so they are
those of a full recount at any moment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from trainings.holders import affiliated, holders_of
from trainings.models import Coverage, Requirement, StaleCoverage
from trainings.models.courses import Holder

EXPIRING_DAYS = 90
Sql = tuple[str, list[Any]]
COUNTS = (
    "count(*) AS due,"
    " count(*) FILTER (WHERE h.until >= %s) AS covered,"
    " count(*) FILTER (WHERE h.until BETWEEN %s AND %s) AS expiring,"
    " count(*) FILTER (WHERE h.unverified_until >= %s AND coalesce(h.until < %s, true))"
    " AS unverified"
)


def _count_params(day: date) -> list[Any]:
    return [day, day, day + timedelta(days=EXPIRING_DAYS), day, day]


# --- What is counted, in SQL ---------------------------------------------------------------------
def held_sql(day: date, courses: Collection[UUID], people: str = "") -> Sql:
    """(course, person, until, unverified_until) of those who ever completed one of these courses.

    `until` is the last day by verified completions, infinity when it never ends; past days too.
    `unverified_until` takes the unverified ones in. `people` is SQL for the ids it is limited to.
    """
    only = f" AND c.person_id IN ({people})" if people else ""
    verified = "c.is_verified AND k.id = main.id"
    text = (
        "SELECT course_id, person_id,"  # noqa: S608  # our own SQL
        " greatest(main_v, CASE WHEN main_v IS NOT NULL THEN renewed_v END) AS until,"
        " greatest(main_any, CASE WHEN main_any IS NOT NULL THEN renewed_any END)"
        " AS unverified_until FROM (SELECT main.id AS course_id, c.person_id,"
        f" max(coalesce(c.valid_until, 'infinity')) FILTER (WHERE {verified}) AS main_v,"
        " max(coalesce(c.valid_until, 'infinity')) FILTER (WHERE c.is_verified"
        " AND k.id <> main.id) AS renewed_v,"
        " max(coalesce(c.valid_until, 'infinity')) FILTER (WHERE k.id = main.id) AS main_any,"
        " max(coalesce(c.valid_until, 'infinity')) FILTER (WHERE k.id <> main.id) AS renewed_any"
        " FROM trainings_course main JOIN trainings_course k"
        " ON k.id = main.id OR k.renews_id = main.id"
        " JOIN trainings_completion c ON c.course_id = k.id AND c.result = 'completed'"
        " AND c.voided_at IS NULL AND c.completed_on <= %s"
        f" WHERE main.id = ANY(%s::uuid[]){only} GROUP BY 1, 2) held"
    )
    return text, [day, list(courses)]


def _due(roles: Collection[str], day: date, organisations: Collection[UUID] | None) -> Sql:
    """(role, organisation, person), of all roles one under the other."""
    return _pairs({role: holders_of(role, day, organisations) for role in roles})


def _due_also_elsewhere(
    roles: Collection[str], day: date, organisations: Collection[UUID] | None
) -> Sql:
    """The same of every organisation, limited to women with that role in one of `organisations`."""
    rows = {role: holders_of(role, day) for role in roles}
    if organisations is not None:
        for role in roles:
            here = holders_of(role, day, organisations).values("person")
            rows[role] = rows[role].filter(person__in=here)
    return _pairs(rows)


def _pairs(rows: Mapping[str, QuerySet[Any, Any]]) -> Sql:
    parts, params = [], []
    for role in sorted(rows):
        try:
            text, values = rows[role].query.sql_with_params()
        except EmptyResultSet:
            text, values = "SELECT NULL::uuid, NULL::uuid WHERE false", ()
        parts.append(f"SELECT %s AS role, d.* FROM ({text}) d (organisation_id, person_id)")  # noqa: S608
        params += [str(role), *values]
    return " UNION ALL ".join(parts), params


def _asked(requirements: Sequence[Requirement]) -> Sql:
    """The requirements as a table, so that those of any day are asked in the same words."""
    ids = [r.pk for r in requirements]
    roles = [str(r.role) for r in requirements]
    courses = [r.course_id for r in requirements]
    columns = "unnest(%s::uuid[], %s::text[], %s::uuid[])"
    return f"SELECT * FROM {columns} r (id, role, course_id)", [ids, roles, courses]  # noqa: S608


def _facts(requirements: Sequence[Requirement], day: date, due: Sql, *, is_part: bool) -> Sql:
    people = "SELECT person_id FROM due" if is_part else ""
    held, held_params = held_sql(day, {r.course_id for r in requirements}, people)
    asked, asked_params = _asked(requirements)
    text = (
        f"WITH asked AS MATERIALIZED ({asked}), due AS MATERIALIZED ({due[0]}),"
        f" held AS MATERIALIZED ({held})"
    )
    return text, [*asked_params, *due[1], *held_params]


def _roles(requirements: Sequence[Requirement]) -> set[str]:
    return {Holder.MEMBER.value, *(str(r.role) for r in requirements)}


def cells_sql(
    requirements: Sequence[Requirement], day: date, organisations: Collection[UUID] | None
) -> Sql:
    """(requirement, organisation, due, covered, expiring, unverified), from the facts.

    Whoever holds nothing is counted by role and not by requirement: few hold any one course.
    """
    is_part = organisations is not None
    due = _due(_roles(requirements), day, organisations)
    facts, params = _facts(requirements, day, due, is_part=is_part)
    text = (
        f"{facts}, must AS (SELECT role, organisation_id, count(*) AS due FROM due GROUP BY 1, 2),"  # noqa: S608
        f" has AS (SELECT a.id, d.organisation_id, {COUNTS} FROM asked a"
        " JOIN held h ON h.course_id = a.course_id"
        " JOIN due d ON d.role = a.role AND d.person_id = h.person_id GROUP BY 1, 2)"
        " SELECT a.id AS requirement_id, m.organisation_id, m.due,"
        " coalesce(has.covered, 0) AS covered, coalesce(has.expiring, 0) AS expiring,"
        " coalesce(has.unverified, 0) AS unverified FROM asked a JOIN must m ON m.role = a.role"
        " LEFT JOIN has ON has.id = a.id AND has.organisation_id = m.organisation_id"
        " WHERE NOT EXISTS (SELECT FROM trainings_exemption e WHERE e.requirement_id = a.id"
        " AND e.organisation_id = m.organisation_id)"
        " UNION ALL SELECT NULL, m.organisation_id, m.due, 0, 0, 0 FROM must m WHERE role = %s"
    )
    return text, [*params, *_count_params(day), Holder.MEMBER.value]


def shared_sql(
    requirements: Sequence[Requirement], day: date, organisations: Collection[UUID] | None
) -> Sql:
    """(requirement, organisations, due, covered, expiring, unverified) of women who must hold it in
    several organisations; of all, or of those women who have a role in one of `organisations`."""
    due = _due_also_elsewhere(_roles(requirements), day, organisations)
    facts, params = _facts(requirements, day, due, is_part=organisations is not None)
    touched = "AND s.organisations && %s::uuid[]" if organisations is not None else ""
    text = (
        f"{facts}, often AS MATERIALIZED (SELECT role, person_id,"  # noqa: S608
        " array_agg(organisation_id) AS organisations FROM due"
        f" GROUP BY 1, 2 HAVING count(*) > 1),"
        " several AS (SELECT a.id, a.course_id, o.person_id, (SELECT array_agg(u ORDER BY u)"
        " FROM unnest(o.organisations) u WHERE NOT EXISTS (SELECT FROM trainings_exemption e"
        " WHERE e.requirement_id = a.id AND e.organisation_id = u)) AS organisations"
        " FROM asked a JOIN often o ON o.role = a.role"
        " UNION ALL SELECT NULL, NULL, o.person_id, (SELECT array_agg(u ORDER BY u)"
        " FROM unnest(o.organisations) u) FROM often o WHERE o.role = %s)"
        f" SELECT s.id AS requirement_id, s.organisations, {COUNTS} FROM several s"
        " LEFT JOIN held h ON h.course_id = s.course_id AND h.person_id = s.person_id"
        f" WHERE cardinality(s.organisations) > 1 {touched} GROUP BY 1, 2"
    )
    tail = [list(organisations)] if organisations is not None else []
    return text, [*params, Holder.MEMBER.value, *_count_params(day), *tail]


# --- What was counted before, and what must be counted now ---------------------------------------
@dataclass(frozen=True)
class Standing:
    """Of one day and reach: organisations to count now, and those whose kept counts are void.

    `live` is None when all must be counted.
    """

    live: list[UUID] | None
    void: list[UUID]


ALL_LIVE = Standing(None, [])


def standing(day: date, within: Collection[UUID] | None = None) -> Standing:
    """Only the counts of today are kept: another day is counted from the facts, all of it."""
    if day != timezone.localdate():
        return ALL_LIVE
    stale = set(StaleCoverage.objects.values_list("organisation", flat=True).distinct())
    if None in stale:
        return ALL_LIVE
    kept = set(
        Coverage.objects.filter(requirement=None, as_of=day).values_list("organisation", flat=True)
    )
    wanted = set(affiliated(day).values_list("pk", flat=True))
    if within is not None:
        wanted &= set(within)
    live = wanted - (kept - stale)
    void = live | (stale if within is None else stale & set(within))
    return Standing(None if live == wanted else sorted(live), sorted(void))


def counted_cells_sql(
    requirements: Sequence[Requirement],
    day: date,
    within: Collection[UUID] | None,
    stand: Standing,
) -> Sql:
    """The columns of `cells_sql`, of the kept counts that stand and of a count of the others."""
    if stand.live is None:
        return cells_sql(requirements, day, within)
    here = "" if within is None else " AND organisation_id = ANY(%s::uuid[])"
    text = (
        "SELECT requirement_id, organisation_id, due, covered, expiring, unverified"  # noqa: S608
        " FROM trainings_coverage WHERE as_of = %s"
        " AND (requirement_id IS NULL OR requirement_id = ANY(%s::uuid[]))"
        f" AND NOT organisation_id = ANY(%s::uuid[]){here}"
    )
    params: list[Any] = [day, [r.pk for r in requirements], stand.void]
    params += [] if within is None else [list(within)]
    if stand.live:
        live, live_params = cells_sql(requirements, day, stand.live)
        text, params = f"{text} UNION ALL ({live})", [*params, *live_params]
    return text, params


def _counted_shared_sql(
    requirements: Sequence[Requirement],
    day: date,
    within: Collection[UUID] | None,
    stand: Standing,
) -> Sql:
    if stand.live is None:
        return shared_sql(requirements, day, within)
    text = (
        "SELECT requirement_id, organisations, due, covered, expiring, unverified"
        " FROM trainings_sharedcoverage"
        " WHERE (requirement_id IS NULL OR requirement_id = ANY(%s::uuid[]))"
        " AND NOT organisations && %s::uuid[]"
    )
    params: list[Any] = [[r.pk for r in requirements], stand.void]
    if stand.live:
        live, live_params = shared_sql(requirements, day, stand.live)
        text, params = f"{text} UNION ALL ({live})", [*params, *live_params]
    return text, params


# --- What a reader is told -----------------------------------------------------------------------
class Count(NamedTuple):
    due: int
    covered: int = 0
    expiring: int = 0
    unverified: int = 0

    @property
    def missing(self) -> int:
        return self.due - self.covered

    @property
    def share(self) -> float:
        return self.covered / self.due if self.due else 0.0


NOBODY = Count(0)


@dataclass(frozen=True)
class Counted:
    """Cells by organisation and requirement, and totals in which each woman is once.

    The key None is the members, whatever is asked of them.
    """

    cells: dict[UUID, dict[UUID | None, Count]]
    totals: dict[UUID | None, Count]
    # Of the members: how many are in several of these organisations.
    shared_members: int


def count_coverage(
    requirements: Sequence[Requirement], day: date, within: Collection[UUID] | None = None
) -> Counted:
    """In a fixed number of queries, of all organisations of the network or of some."""
    stand = standing(day, within)
    keys: list[UUID | None] = [None, *(r.pk for r in requirements)]
    cells = _read_cells(requirements, keys, counted_cells_sql(requirements, day, within, stand))
    text, params = _counted_shared_sql(requirements, day, within, stand)
    times, here = "cardinality(s.organisations)", []
    if within is not None:
        times = "(SELECT count(*) FROM unnest(s.organisations) u WHERE u = ANY(%s::uuid[]))"
        here = [list(within)]
    over = ", ".join(f"sum((k - 1) * {name})" for name in Count._fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT requirement_id, {over}, sum(due) FROM"  # noqa: S608
            f" (SELECT s.*, {times} AS k FROM ({text}) s) s WHERE k > 1 GROUP BY 1",
            [*here, *params],
        )
        twice = {row[0]: [int(number) for number in row[1:]] for row in cursor.fetchall()}
    totals = {key: _total(cells, key, twice.get(key, [0, 0, 0, 0])) for key in keys}
    return Counted(cells, totals, twice[None][4] if None in twice else 0)


def _read_cells(
    requirements: Sequence[Requirement], keys: list[UUID | None], sql: Sql
) -> dict[UUID, dict[UUID | None, Count]]:
    """A line for each organisation: its numbers one after another, which is read many times faster
    than a line for each cell."""
    text, params = sql
    number = "coalesce(array_position(%s::uuid[], requirement_id), 0)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT organisation_id, string_agg(concat_ws(' ', {number}, due, covered, expiring,"  # noqa: S608
            f" unverified), ' ') FROM ({text}) cells GROUP BY 1",
            [[r.pk for r in requirements], *params],
        )
        return {row[0]: _line(keys, row[1]) for row in cursor.fetchall()}


def _line(keys: list[UUID | None], text: str) -> dict[UUID | None, Count]:
    numbers = [int(number) for number in text.split()]
    return {keys[numbers[at]]: Count(*numbers[at + 1 : at + 5]) for at in range(0, len(numbers), 5)}


def _total(
    cells: dict[UUID, dict[UUID | None, Count]], key: UUID | None, twice: list[int]
) -> Count:
    found = [line[key] for line in cells.values() if key in line]
    return Count(
        sum(c.due for c in found) - twice[0],
        sum(c.covered for c in found) - twice[1],
        sum(c.expiring for c in found) - twice[2],
        sum(c.unverified for c in found) - twice[3],
    )
