"""Trainings of any size made in the database, and the matrix counted from them: inside the portal.

Imported by bench/inside.py once Django is set up.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils import timezone

from members.models import Organisation
from network.base.grants import refresh_statistics
from trainings import coverage
from trainings.actions.coverage import refresh_coverage
from trainings.models import Completion, Requirement


def fill_trainings(people: str) -> dict[str, Any]:
    """Twenty requirements and two completions a woman, by INSERT … SELECT."""

    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for statement in FILLING:
            cursor.execute(statement.replace("%", "%%"), [])
    refresh_statistics()
    return {
        "people": int(people),
        "organisations": Organisation.objects.count(),
        "requirements": Requirement.objects.in_force().count(),
        "completions": Completion.objects.count(),
    }


ROLES = ["member"] * 9 + ["pallaquera"] * 6 + ["office_holder"] * 3 + ["president", "treasurer"]
_KEY = "md5('curso' || n)::uuid"
FILLING = (
    # Those of `populate` are asked no longer: the matrix is of twenty.
    "UPDATE trainings_requirement SET starts_on = '2019-01-01', ends_on = '2019-12-31'",
    "INSERT INTO trainings_course (id, name, short_name, code, theme, is_demo)"
    f" SELECT {_KEY}, 'Curso de la matriz ' || n, 'Curso ' || n, 'matriz-' || n, 'safety', true"
    " FROM generate_series(1, 20) n",
    "INSERT INTO trainings_requirement (id, role, course_id, starts_on, reason, is_demo)"
    f" SELECT md5('requisito' || n)::uuid, (ARRAY{ROLES})[n], {_KEY}, '2020-01-01', '', true"
    " FROM generate_series(1, 20) n",
    # One woman in thirty belongs to a second organisation.
    "INSERT INTO members_membership (id, person_id, organisation_id, kind, starts_on,"
    " starts_precision, end_reason, source) SELECT gen_random_uuid(), m.person_id,"
    " ids[1 + (hashtext(m.id::text) & 2147483647) % cardinality(ids)], 'member', '2024-01-01',"
    " 'd', '', '' FROM members_membership m, (SELECT array_agg(id ORDER BY id) AS ids"
    " FROM members_organisation) o WHERE (hashtext(m.person_id::text) & 2147483647) % 30 = 0"
    " AND m.organisation_id <> ids[1 + (hashtext(m.id::text) & 2147483647) % cardinality(ids)]",
    "INSERT INTO members_office (id, organisation_id, person_id, post, starts_on,"
    " starts_precision, end_reason) SELECT gen_random_uuid(), organisation_id, person_id, post,"
    " '2025-01-01', 'd', '' FROM (SELECT DISTINCT ON (m.organisation_id, p.post)"
    " m.organisation_id, m.person_id, p.post FROM members_membership m CROSS JOIN"
    " unnest(ARRAY['president', 'treasurer', 'safety', 'secretary']) p (post)"
    " WHERE m.ends_on IS NULL AND NOT EXISTS (SELECT FROM members_office held"
    " WHERE held.organisation_id = m.organisation_id) ORDER BY m.organisation_id,"
    " p.post, md5(m.person_id || p.post)) o",
    "INSERT INTO trainings_completion (id, person_id, course_id, result, reason, is_exception,"
    " completed_on, completed_precision, valid_until, origin, is_verified, source, place,"
    " approved_at, void_reason, is_demo)"
    " SELECT gen_random_uuid(), id, md5('curso' || 1 + (h + i * 7) % 20)::uuid, 'completed', '',"
    " false, date '2024-06-01' + (h / 20 + i * 97) % 880, 'd',"
    " CASE WHEN h % 3 = 0 THEN NULL ELSE date '2026-12-31' + h % 700 END, 'paper',"
    " h % 10 > 0, '', '', now(), '', true"
    " FROM (SELECT id, (hashtext(id::text) & 2147483647) AS h FROM members_person) p"
    " CROSS JOIN generate_series(0, 1) i",
)


def count_matrix() -> dict[str, float]:
    """Seconds to count everything; milliseconds to read it, fresh and with some of it changed; and
    how many cells of what was read differ from a full recount."""

    today = timezone.localdate()
    requirements = list(Requirement.objects.in_force(today))

    def read() -> coverage.Counted:
        return coverage.count_coverage(requirements, today)

    begun = time.perf_counter()
    refresh_coverage(day=today)
    everything = time.perf_counter() - begun
    fresh = statistics.median(_timed(read) for _round in range(7)) * 1000
    changed = list(Completion.objects.order_by("pk").values_list("pk", flat=True)[:20])
    Completion.objects.filter(pk__in=changed).update(voided_at=timezone.now(), void_reason="x")
    stale = statistics.median(_timed(read) for _round in range(7)) * 1000
    before = read()
    again = _timed(lambda: refresh_coverage(day=today))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    after = read()
    text, params = coverage.cells_sql(requirements, today, None)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        full = {(row[0], row[1]): coverage.Count(*row[2:]) for row in cursor.fetchall()}
    different = sum(
        found.cells.get(organisation, {}).get(requirement) != count
        for found in (before, after)
        for (requirement, organisation), count in full.items()
    )
    return {
        "everything": everything,
        "read": fresh,
        "some_stale": stale,
        "again": again,
        "different": different,
    }


def _timed(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
