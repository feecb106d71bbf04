"""Counting the matrix again, so that its page only reads."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from trainings.coverage import cells_sql, shared_sql, standing
from trainings.holders import affiliated
from trainings.models import Requirement, StaleCoverage

LOCK = "trainings coverage"
LONGEST = "10min"


@transaction.atomic
def refresh_coverage(*, day: date) -> int:
    """Count again the organisations whose kept counts no longer stand; how many they were.

    One at a time. What is marked while it counts stays marked, so no change is ever missed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [LONGEST])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
    seen = list(StaleCoverage.objects.values_list("pk", flat=True))
    stand = standing(day)
    if not (seen or stand.live is None or stand.live):
        return 0
    requirements = list(Requirement.objects.in_force(day))
    wanted = list(affiliated(day).values_list("pk", flat=True))
    counted = wanted if stand.live is None else stand.live
    with connection.cursor() as cursor:
        if stand.live is None:
            cursor.execute("DELETE FROM trainings_coverage")
            cursor.execute("DELETE FROM trainings_sharedcoverage")
        else:
            void = [stand.void]
            cursor.execute("DELETE FROM trainings_coverage WHERE organisation_id = ANY(%s)", void)
            cursor.execute("DELETE FROM trainings_sharedcoverage WHERE organisations && %s", void)
        if counted:
            _write(cursor, requirements, day, stand.live, counted)
        cursor.execute("DELETE FROM trainings_stalecoverage WHERE id = ANY(%s)", [seen])
    return len(counted)


def _write(cursor: Any, requirements: Any, day: date, part: Any, counted: list[Any]) -> None:
    columns = "due, covered, expiring, unverified"
    cells, params = cells_sql(requirements, day, part)
    cursor.execute(
        f"INSERT INTO trainings_coverage (id, requirement_id, organisation_id, as_of, {columns})"  # noqa: S608
        f" SELECT gen_random_uuid(), requirement_id, organisation_id, %s, {columns}"
        f" FROM ({cells}) cells",
        [day, *params],
    )
    cursor.execute(
        f"INSERT INTO trainings_coverage (id, organisation_id, as_of, {columns})"  # noqa: S608
        " SELECT gen_random_uuid(), o, %s, 0, 0, 0, 0 FROM unnest(%s::uuid[]) o"
        " ON CONFLICT (requirement_id, organisation_id) DO NOTHING",
        [day, counted],
    )
    shared, params = shared_sql(requirements, day, part)
    cursor.execute(
        f"INSERT INTO trainings_sharedcoverage (requirement_id, organisations, {columns})"  # noqa: S608
        f" SELECT requirement_id, organisations, {columns} FROM ({shared}) shared",
        params,
    )
