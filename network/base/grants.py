"""Who owns the tables, and what the application's role may do with them.

The owner migrates. The application reads and writes rows, and never rewrites what was recorded:
history and the access log only grow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql
from psycopg2.extensions import parse_dsn

APPEND_ONLY = ("base_accesslogentry",)
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# A context row is written by INSERT … ON CONFLICT DO UPDATE as its transaction goes on.
PRIVILEGES = {"django_migrations": "SELECT", "pghistory_context": "SELECT, INSERT, UPDATE"}


def _owner_settings() -> dict[str, Any]:
    # Migrations take longer than any request may.
    owner = connection.settings_dict | {"OPTIONS": {}}
    if settings.DATABASE_OWNER_URL:
        login = parse_dsn(settings.DATABASE_OWNER_URL)
        names = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        owner |= {key: login.get(name, "") for key, name in names.items()}
    return owner


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the tables for the length of the block."""
    application, owner = connection.settings_dict, _owner_settings()
    connection.close()
    connection.settings_dict = owner
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = application


def refresh_statistics() -> None:
    """ANALYZE what was committed, after a load, on a connection of the owner's own."""
    owner = connection.copy()
    owner.settings_dict = _owner_settings()
    try:
        with owner.cursor() as cursor:
            for table in owner.introspection.table_names(cursor):
                _execute(cursor, "ANALYZE {}", sql.Identifier(table))
    finally:
        owner.close()


def application_role() -> str:
    return settings.DATABASE_APP_ROLE or settings.DATABASES["default"]["USER"]


def application_privilege() -> str:
    """What the connected role should not be, in words; empty when it is a plain role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, EXISTS ("
            "   SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')"
            "   AND relnamespace = 'public'::regnamespace)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        is_super, owns_tables = cursor.fetchone()
    if is_super:
        return "superusuario"
    return "dueño de las tablas" if owns_tables else ""


@transaction.atomic
def grant_to_application() -> None:
    """Give the application's role exactly its rights on every table there is; run by the owner."""
    role = sql.Identifier(application_role())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (application_role(),):
            return
        database = sql.Identifier(connection.settings_dict["NAME"])
        _execute(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, role)
        _execute(cursor, "GRANT USAGE ON SCHEMA public TO {}", role)
        _execute(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}", role)
        for table in connection.introspection.table_names(cursor):
            _execute(cursor, "REVOKE ALL ON {} FROM {}", sql.Identifier(table), role)
            privileges = sql.SQL(privileges_on(table))
            _execute(cursor, "GRANT {} ON {} TO {}", privileges, sql.Identifier(table), role)


def privileges_on(table: str) -> str:
    if table in APPEND_ONLY or table in _history_tables():
        return "SELECT, INSERT"
    return PRIVILEGES.get(table, EVERYTHING)


def _history_tables() -> set[str]:
    models = apps.get_models()
    return {m._meta.db_table for m in models if issubclass(m, pghistory.models.Event)}


def _execute(cursor: CursorWrapper, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))
