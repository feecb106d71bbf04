"""On a PostgreSQL of yours: as whom the application connects.

Either two logins are given (DATABASE_URL for the application, DATABASE_OWNER_URL for migrations),
or one, and the application steps down to a role of its own right after connecting.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql

from network.serve.process import ServeError

OLDEST_VERSION = 150000
TWO_LOGINS = (
    "Define DATABASE_URL con un usuario común y DATABASE_OWNER_URL con el dueño de la base de datos"
)


@dataclass(frozen=True)
class Login:
    database: str
    name: str
    is_privileged: bool
    may_create_roles: bool


def application_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables still missing for the application to connect as neither owner nor superuser."""
    address = environment["DATABASE_URL"]
    try:
        server = psycopg2.connect(address, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise ServeError(f"No se pudo conectar a DATABASE_URL: {error}") from error
    with closing(server), server, server.cursor() as cursor:
        if server.server_version < OLDEST_VERSION:
            raise ServeError("Se necesita PostgreSQL 15 o posterior.")
        if environment.get("DATABASE_APP_ROLE"):
            return {}
        login = _login(cursor)
        if environment.get("DATABASE_OWNER_URL"):
            if login.is_privileged:
                raise ServeError(f"«{login.name}» es superusuario o dueño. {TWO_LOGINS}.")
            return {}
        return {"DATABASE_APP_ROLE": _role_below(cursor, login)}


def _login(cursor: "psycopg2.extensions.cursor") -> Login:
    cursor.execute(
        "SELECT current_database(), rolname,"
        " rolsuper OR rolbypassrls OR oid = (SELECT datdba FROM pg_database"
        "   WHERE datname = current_database()),"
        " rolsuper OR rolcreaterole"
        " FROM pg_roles WHERE rolname = current_user"
    )
    return Login(*cursor.fetchone())


def _role_below(cursor: "psycopg2.extensions.cursor", login: Login) -> str:
    name = f"{login.database}_app"
    cursor.execute(
        "SELECT rolsuper OR rolbypassrls, pg_has_role(current_user, oid, 'MEMBER')"
        " FROM pg_roles WHERE rolname = %s",
        [name],
    )
    existing = cursor.fetchone()
    if existing == (False, True):
        return name
    if existing or not login.may_create_roles:
        raise ServeError(
            f"«{login.name}» no puede crear el rol «{name}» con el que trabaja la aplicación."
            f" {TWO_LOGINS}, o DATABASE_APP_ROLE con un rol que «{login.name}» pueda tomar."
        )
    role, owner = sql.Identifier(name), sql.Identifier(login.name)
    cursor.execute(
        sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
            role
        )
    )
    cursor.execute(sql.SQL("GRANT {} TO {}").format(role, owner))
    return name
