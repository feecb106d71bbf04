"""Trainings of any size, made inside PostgreSQL: the same seed and people give the same rows.

For each person ten marks on average: an edition for every ten people, with 25 of them and four
sessions. Three years of them, the later ones still running.
"""

from typing import Any

from django.db import connection
from django.utils import timezone

from network.base.history import prime_for_copy

PEOPLE_PER_EDITION = 25
SESSIONS = 4
COURSES = 20
MARK_SHARE = {"p": 84, "l": 90, "e": 93, "a": 99}  # of a hundred, summed up; the rest not marked

# Ids that follow the order of the rows, as those of a living registry do.
NUMBERED = "('{kind:08x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _id(kind: int, number: str) -> str:
    return NUMBERED.format(kind=kind, number=number)


COURSE, VERSION, EDITION, SESSION, ENROLMENT, MARK, COMPLETION, REQUIREMENT = range(1, 9)

# What was copied a moment ago has no statistics yet: left to itself PostgreSQL would look for the
# memberships of each person one after another.
PEOPLE = """
SET LOCAL enable_nestloop = off;
CREATE TEMPORARY TABLE populated_person ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY p.id) - 1 AS no, p.id, m.organisation_id
FROM members_person p
LEFT JOIN (
    SELECT DISTINCT ON (person_id) person_id, organisation_id
    FROM members_membership ORDER BY person_id, id
) m ON m.person_id = p.id
WHERE p.is_demo;
SET LOCAL enable_nestloop = on
"""
KEYED = "CREATE UNIQUE INDEX ON populated_person (no); ANALYZE populated_person"

CATALOGUE = f"""
INSERT INTO trainings_course (id, name, short_name, code, theme, is_demo)
SELECT {_id(COURSE, "n")}, 'Curso sintético ' || n, 'Curso ' || n, 'sintetico-' || n,
    (ARRAY['safety', 'leadership', 'rights', 'finance'])[n %% 4 + 1], true
FROM generate_series(1, %(courses)s) n;
INSERT INTO trainings_courseversion (id, course_id, number, hours, syllabus, languages,
    target_roles, materials, minimum_share, needs_test, validity, valid_months,
    refresh_window_days, in_use_from, is_demo)
SELECT {_id(VERSION, "n")}, {_id(COURSE, "n")}, 1, 16, '', '{{es}}', '{{member}}', '', 80, false,
    CASE WHEN n %% 4 = 0 THEN 'rolling' ELSE 'none' END, CASE WHEN n %% 4 = 0 THEN 24 END,
    90, %(today)s - 1200, true
FROM generate_series(1, %(courses)s) n;
INSERT INTO trainings_requirement (id, role, course_id, starts_on, reason, is_demo)
SELECT {_id(REQUIREMENT, "n")}, 'member', {_id(COURSE, "n")}, %(today)s - 1000, '', true
FROM generate_series(1, %(courses)s) n
"""

EDITIONS = f"""
INSERT INTO trainings_edition (id, version_id, course_id, number, regional_network_id, starts_on,
    ends_on, venue, modality, audience, seats, has_childcare, has_transport, has_meals, note,
    opened_on, closed_on, cancel_reason, is_demo)
SELECT {_id(EDITION, "e")}, {_id(VERSION, "e %% %(courses)s + 1")},
    {_id(COURSE, "e %% %(courses)s + 1")}, e / %(courses)s + 1,
    (SELECT id FROM members_regionalnetwork WHERE is_demo ORDER BY id
        OFFSET e %% greatest((SELECT count(*) FROM members_regionalnetwork WHERE is_demo), 1)
        LIMIT 1),
    first_day, first_day + 21, 'Local comunal', 'in_person', 'women', 25, false, false, true, '',
    first_day - 30, CASE WHEN first_day + 30 < %(today)s THEN first_day + 28 END, '', true
FROM generate_series(0, %(editions)s - 1) e,
    LATERAL (SELECT %(today)s - (e * 1080 / %(editions)s)::int AS first_day) d
"""

SESSION_ROWS = f"""
INSERT INTO trainings_session (id, edition_id, held_on, starts_at, ends_at, planned_hours, topic,
    code, closed_at, cancel_reason)
SELECT {_id(SESSION, "e * 4 + s")}, {_id(EDITION, "e")}, held_on, '09:00', '13:00', 4, '',
    translate(lpad(to_hex(e * 4 + s), 6, '0'), '0123456789abcdef', 'ABCDEFGHJKMNPQRS'),
    CASE WHEN held_on < %(today)s - 3 THEN held_on + time '18:00' END, ''
FROM generate_series(0, %(editions)s - 1) e, generate_series(0, 3) s,
    LATERAL (SELECT %(today)s - (e * 1080 / %(editions)s)::int + s * 7 AS held_on) d
"""

ENROLMENTS = f"""
INSERT INTO trainings_enrolment (id, edition_id, person_id, organisation_id, walk_in_name,
    walk_in_organisation, state, origin, state_reason, state_changed_at, enrolled_at, is_demo)
SELECT {_id(ENROLMENT, "e * 25 + j")}, {_id(EDITION, "e")}, p.id, p.organisation_id, '', '',
    'confirmed', 'organisation', '', now(), now(), true
FROM generate_series(0, %(editions)s - 1) e
CROSS JOIN generate_series(0, least(25, %(people)s) - 1) j
JOIN populated_person p ON p.no = (e * 25 + j) %% %(people)s
"""

# Arithmetic that scatters without a random number: the same at every run.
SCATTERED = "((e * 7919 + j * 104729 + s * 1299709 + %(seed)s * 31) %% 100)"
MARKS = f"""
INSERT INTO trainings_attendance (id, session_id, enrolment_id, edition_id, mark, origin,
    marked_at, received_at, correction_reason)
SELECT {_id(MARK, "(e * 25 + j) * 4 + s")}, {_id(SESSION, "e * 4 + s")},
    {_id(ENROLMENT, "e * 25 + j")}, {_id(EDITION, "e")}, mark, 'grid',
    CASE WHEN mark <> '' THEN now() END, CASE WHEN mark <> '' THEN now() END, ''
FROM generate_series(%(first)s, %(last)s) e, generate_series(0, least(25, %(people)s) - 1) j,
    generate_series(0, 3) s,
    LATERAL (SELECT CASE WHEN {SCATTERED} < %(p)s THEN 'p' WHEN {SCATTERED} < %(l)s THEN 'l'
        WHEN {SCATTERED} < %(e)s THEN 'e' WHEN {SCATTERED} < %(a)s THEN 'a' ELSE '' END AS mark) m
WHERE %(today)s - (e * 1080 / %(editions)s)::int + s * 7 <= %(today)s
"""

COMPLETIONS = f"""
INSERT INTO trainings_completion (id, person_id, course_id, version_id, enrolment_id,
    organisation_id, result, reason, is_exception, completed_on, completed_precision, hours,
    planned_hours, valid_until, origin, is_verified, source, place, approved_at, void_reason,
    is_demo)
SELECT {_id(COMPLETION, "e * 25 + j")}, n.person_id, d.course_id, d.version_id, n.id,
    n.organisation_id, CASE WHEN attended >= 12.8 THEN 'completed' ELSE 'not_completed' END,
    CASE WHEN attended >= 12.8 THEN '' ELSE 'Faltó a más sesiones de las que se permiten' END,
    false, d.ends_on, 'd', attended, 16,
    CASE WHEN attended >= 12.8 AND v.validity = 'rolling'
        THEN (d.ends_on + interval '24 months')::date END,
    'edition', true, '', '', now(), '', true
FROM generate_series(0, %(editions)s - 1) e
CROSS JOIN generate_series(0, least(25, %(people)s) - 1) j
JOIN trainings_edition d ON d.id = {_id(EDITION, "e")} AND d.closed_on IS NOT NULL
JOIN trainings_courseversion v ON v.id = d.version_id
JOIN trainings_enrolment n ON n.id = {_id(ENROLMENT, "e * 25 + j")}
CROSS JOIN LATERAL (SELECT coalesce(sum(4) FILTER (WHERE {SCATTERED} < %(l)s), 0) AS attended
        FROM generate_series(0, 3) s) h
"""
BLOCK_EDITIONS = 5000


def populate(*, people: int, seed: int) -> dict[str, int]:
    """Fill trainings for people that are there already. Must run inside a transaction."""
    editions = max(people // 10, 1)
    facts: dict[str, Any] = {
        "today": timezone.localdate(),
        "courses": COURSES,
        "editions": editions,
        "people": people,
        "seed": seed,
        **MARK_SHARE,
    }
    prime_for_copy()
    counts = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(PEOPLE)
        cursor.execute(KEYED)
        for name, statement in (
            ("courses", CATALOGUE),
            ("editions", EDITIONS),
            ("sessions", SESSION_ROWS),
            ("enrolments", ENROLMENTS),
        ):
            cursor.execute(statement, facts)
            counts[name] = cursor.rowcount
        counts["marks"] = 0
        for first in range(0, editions, BLOCK_EDITIONS):
            last = min(first + BLOCK_EDITIONS, editions) - 1
            cursor.execute(MARKS, facts | {"first": first, "last": last})
            counts["marks"] += cursor.rowcount
        cursor.execute(COMPLETIONS, facts)
        counts["completions"] = cursor.rowcount
    return counts
