from django.db import migrations

# Every statement below marks, in sets, the organisations of the women it touches: all of hers, for
# the totals count her once in all of them.
FUNCTIONS = """
CREATE FUNCTION trainings_mark_people(people uuid[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO trainings_stalecoverage (organisation_id)
  SELECT organisation_id FROM members_membership WHERE person_id = ANY(people)
  UNION SELECT organisation_id FROM members_office
  WHERE person_id = ANY(people) AND organisation_id IS NOT NULL
$$;
CREATE FUNCTION trainings_mark_organisations(organisations uuid[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO trainings_stalecoverage (organisation_id)
  SELECT DISTINCT o FROM unnest(organisations) o WHERE o IS NOT NULL;
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION trainings_mark_people(uuid[]);
DROP FUNCTION trainings_mark_organisations(uuid[]);
"""
OF_PEOPLE = "PERFORM trainings_mark_people(ARRAY(SELECT DISTINCT {person} FROM changed));"
OF_ORGANISATIONS = (
    "PERFORM trainings_mark_organisations(ARRAY(SELECT DISTINCT organisation_id FROM changed));"
)
OF_ALL = "INSERT INTO trainings_stalecoverage (organisation_id) SELECT NULL FROM changed LIMIT 1;"
# A network that gains or loses an organisation counts its women anew wherever else they are.
OF_ITS_PEOPLE = (
    "PERFORM trainings_mark_organisations(ARRAY(SELECT {organisation} FROM changed));"
    " PERFORM trainings_mark_people(ARRAY(SELECT person_id FROM members_membership"
    " WHERE organisation_id IN (SELECT {organisation} FROM changed)"
    " UNION SELECT person_id FROM members_office"
    " WHERE organisation_id IN (SELECT {organisation} FROM changed)));"
)
OF_TRAINERS = (
    "PERFORM trainings_mark_people(ARRAY(SELECT t.person_id FROM trainings_editiontrainer t"
    " WHERE t.edition_id IN (SELECT id FROM changed)));"
)
ALWAYS = ("INSERT", "UPDATE", "DELETE")
# Table, statements, columns that count ("" for all), what it marks.
MARKS = (
    ("members_membership", ALWAYS, "", OF_PEOPLE.format(person="person_id") + OF_ORGANISATIONS),
    ("members_office", ALWAYS, "", OF_PEOPLE.format(person="person_id") + OF_ORGANISATIONS),
    (
        "members_person",
        ("UPDATE",),
        "occupation, trashed_at, withdrawn_at, merged_into_id",
        OF_PEOPLE.format(person="id"),
    ),
    ("members_affiliation", ALWAYS, "", OF_ITS_PEOPLE.format(organisation="organisation_id")),
    ("members_organisation", ("UPDATE",), "trashed_at", OF_ITS_PEOPLE.format(organisation="id")),
    ("trainings_completion", ALWAYS, "", OF_PEOPLE.format(person="person_id")),
    ("trainings_editiontrainer", ALWAYS, "", OF_PEOPLE.format(person="person_id")),
    ("trainings_edition", ("UPDATE",), "starts_on, ends_on, cancelled_on", OF_TRAINERS),
    ("trainings_requirement", ALWAYS, "", OF_ALL),
    ("trainings_exemption", ALWAYS, "", OF_ALL),
    ("trainings_course", ("UPDATE",), "renews_id", OF_ALL),
)
CHANGED = {
    "INSERT": ("NEW TABLE AS new_rows", "SELECT * FROM new_rows"),
    "DELETE": ("OLD TABLE AS old_rows", "SELECT * FROM old_rows"),
    "UPDATE": (
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT rows.* FROM old_rows o JOIN new_rows n ON n.id = o.id"
        " CROSS JOIN LATERAL (SELECT o.* UNION ALL SELECT n.*) rows WHERE {differs}",
    ),
}


def _trigger(table: str, statement: str, columns: str, marks: str) -> tuple[str, str]:
    name = f"{table}_stale_{statement.lower()}"
    referencing, changed = CHANGED[statement]
    ours = ", ".join(f"o.{c.strip()}" for c in columns.split(",")) if columns else "o.*"
    theirs = ours.replace("o.", "n.")
    changed = changed.format(differs=f"({ours}) IS DISTINCT FROM ({theirs})")
    body = marks.replace("FROM changed", f"FROM ({changed}) changed")
    create = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {body} RETURN NULL; END $$;"
        f" CREATE TRIGGER {name} AFTER {statement} ON {table} REFERENCING {referencing}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}();"
    )
    return create, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


TRIGGERS = [
    _trigger(table, statement, columns, marks)
    for table, statements, columns, marks in MARKS
    for statement in statements
]


class Migration(migrations.Migration):
    """Triggers that say which counts of the matrix no longer stand."""

    dependencies = [("trainings", "0002_attendance_edition")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[migrations.RunSQL(create, drop) for create, drop in TRIGGERS],
    ]
