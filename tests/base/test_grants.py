import pytest
from django.db import ProgrammingError, connection, transaction

from network.base import grants

pytestmark = pytest.mark.django_db

INSUFFICIENT_PRIVILEGE = "42501"


def is_refused(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return error.__cause__.pgcode == INSUFFICIENT_PRIVILEGE
    return False


def append_only_tables():
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return [t for t in tables if t == "base_accesslogentry" or t.endswith("event")]


def test_application_only_adds_to_what_was_recorded():
    tables = append_only_tables()
    assert {"base_accesslogentry", "members_personevent"} <= set(tables)
    allowed = [
        statement
        for table in tables
        for key in ["id" if table == "base_accesslogentry" else "pgh_id"]
        for statement in (
            f"UPDATE {table} SET {key} = {key}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        )
        if not is_refused(statement)
    ]

    assert allowed == []


def test_application_reads_and_writes_the_rest():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        tables -= {*append_only_tables(), *grants.PRIVILEGES}
        cursor.execute(
            "SELECT t FROM unnest(%s) AS t WHERE NOT has_table_privilege(t, 'SELECT')"
            " OR NOT has_table_privilege(t, 'INSERT') OR NOT has_table_privilege(t, 'UPDATE')"
            " OR NOT has_table_privilege(t, 'DELETE') OR has_table_privilege(t, 'TRUNCATE')",
            [list(tables)],
        )

        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.own (word text)",
        "DELETE FROM django_migrations",
        "UPDATE django_migrations SET name = name",
        "DELETE FROM pghistory_context",
    ],
)
def test_application_does_not_shape_the_database(statement):
    assert is_refused(statement)


def test_application_is_a_plain_role_and_its_owner_is_not():
    assert grants.application_privilege() == ""


@pytest.mark.django_db(transaction=True)
def test_owner_of_the_tables_is_named_as_such():
    with grants.as_owner():
        assert grants.application_privilege() == "dueño de las tablas"

    assert grants.application_privilege() == ""
