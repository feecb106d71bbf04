"""The limit: a bare WSGI application, psycopg2, SQL written by hand and f-strings. Same rows."""

import os
import threading
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qs

import psycopg2

_local = threading.local()
ON_RECORD = "trashed_at IS NULL AND merged_into_id IS NULL AND withdrawn_at IS NULL"
COLUMNS = (
    "p.id, p.paternal_surname, p.maternal_surname, p.given_names, p.document_tail, p.occupation, "
    "d.name"
)
FIRST = (
    f"SELECT {COLUMNS} FROM members_person p JOIN places_district d ON d.code = p.district_id "
    f"WHERE {ON_RECORD} ORDER BY p.name_key, p.id LIMIT 50"
)
AFTER = FIRST.replace("ORDER BY", "AND (p.name_key, p.id) > (%s, %s::uuid) ORDER BY")
SEARCH = FIRST.replace("ORDER BY", "AND p.search_key LIKE ALL (%s) ORDER BY")
BY_DOCUMENT = FIRST.replace("ORDER BY", "AND p.document_index = %s ORDER BY")
ORGANISATIONS = (
    "SELECT m.person_id, o.name FROM members_membership m JOIN members_organisation o "
    "ON o.id = m.organisation_id WHERE m.person_id = ANY(%s::uuid[])"
)
ORGANISATION = (
    "SELECT o.name, o.ruc, d.name FROM members_organisation o "
    "LEFT JOIN places_district d ON d.code = o.district_id WHERE o.id = %s"
)
BOARD = (
    "SELECT f.post, p.paternal_surname, p.given_names FROM members_office f "
    "JOIN members_person p ON p.id = f.person_id WHERE f.organisation_id = %s AND f.ends_on IS NULL"
)
MEMBERS = "SELECT count(*) FROM members_membership WHERE organisation_id = %s AND ends_on IS NULL"


def cursor() -> Any:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _local.connection.autocommit = True
    return _local.connection.cursor()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    body = _organisation(query["org"]) if "org" in query else _people(query)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [body.encode()]


def _people(query: dict[str, str]) -> str:
    with cursor() as c:
        if "q" in query:
            c.execute(SEARCH, [[f"%{word}%" for word in query["q"].split()]])
        elif "document" in query:
            c.execute(BY_DOCUMENT, [bytes.fromhex(query["document"])])
        elif "key" in query:
            c.execute(AFTER, [query["key"], query["id"]])
        else:
            c.execute(FIRST)
        rows = c.fetchall()
        c.execute(ORGANISATIONS, [[row[0] for row in rows]])
        names: dict[str, str] = dict(c.fetchall())
    lines = "".join(
        f'<tr><th><a href="/personas/{r[0]}/">{escape(r[1])} {escape(r[2])}, {escape(r[3])}</a>'
        f"</th><td>•••••{r[4]}</td><td>{escape(names.get(r[0], ''))}</td><td>{r[5]}</td>"
        f"<td>{escape(r[6])}</td></tr>"
        for r in rows
    )
    return f"<!doctype html><title>Personas</title><table>{lines}</table>"


def _organisation(pk: str) -> str:
    with cursor() as c:
        c.execute(ORGANISATION, [pk])
        name, ruc, district = c.fetchone()
        c.execute(BOARD, [pk])
        board = "".join(f"<li>{post}: {escape(a)}, {escape(b)}</li>" for post, a, b in c.fetchall())
        c.execute(MEMBERS, [pk])
        (members,) = c.fetchone()
    return (
        f"<!doctype html><title>{escape(name)}</title><h1>{escape(name)}</h1>"
        f"<p>{ruc} · {escape(district or '')} · {members} socias</p><ul>{board}</ul>"
    )
