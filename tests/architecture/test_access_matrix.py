"""Every address × every role × own and other rows × every method, from one table."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from members.access import GRANTS, Permission
from members.admin import site
from members.models import Role
from tests.architecture.access_matrix import (
    EVERYBODY_IN,
    LETTERS,
    LOOKING,
    NOT_THEIRS,
    PAGES,
    PUBLIC,
    SEES,
    WHO,
    Page,
)
from tests.architecture.observatory import score
from tests.architecture.world import OTHER, OWN, World, build_world

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SETTING_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
LEAST_SCORE = 115
# What a look leaves behind: traces of it, the session it came with, who stands behind a write.
LEFT_BY_LOOKING = {"base_accesslogentry", "django_session", "usersessions_usersession"}
LETTER_ROLES = {
    "N": {Role.NATIONAL_COORDINATOR},
    "R": {Role.REGIONAL_COORDINATOR},
    "L": {Role.ORGANISATION_LEADER},
    "T": {Role.TRAINER},
    "A": {Role.ANALYST},
    "P": {Role.ANALYST, Role.PERSONAL_DATA},
    "U": {Role.AUDITOR},
    "D": {Role.ADMINISTRATOR},
    "M": {Role.MEMBER},
}


class Address(NamedTuple):
    name: str
    keys: frozenset[str]
    view: object

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:")


def addresses(
    resolver: URLResolver | None = None, space: str = "", keys: frozenset[str] = frozenset()
) -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        own = keys | frozenset(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{entry.namespace}:" if entry.namespace else space, own)
        elif isinstance(entry, URLPattern):
            yield Address(space + (entry.name or ""), own, entry.callback)


@pytest.fixture
def world(db, https, quiet) -> World:
    return build_world()


# --- The table is whole -------------------------------------------------------------------------
def test_every_address_has_its_line_and_every_line_its_address(world):
    found = {(a.name, a.keys) for a in addresses() if not a.is_admin}
    named = {(page.name, frozenset(world.keys[page.row][OWN])) for page in PAGES}

    assert found - named == set(), "add a line to tests/architecture/access_matrix.py"
    assert named - found == set(), "these lines name no address"


def test_every_view_declares_what_the_table_says():
    asked = {page.name: page.permission for page in PAGES}
    declared = {a.name: getattr(a.view, "permission", None) for a in addresses() if not a.is_admin}

    assert declared == asked


def test_the_policy_is_the_table():
    for permission in Permission:
        letters = [
            letter
            for letter in LETTERS
            if any(permission in GRANTS[role] for role in LETTER_ROLES[letter])
        ]
        assert "".join(letters) == WHO[permission], permission


# --- Every role, every row, every method --------------------------------------------------------
def expected(page: Page, letter: str, side: str, method: str) -> tuple[int, ...]:
    if method == "HEAD":  # some pages answer it as they answer GET, some do not answer it
        return (*expected(page, letter, side, "GET"), 405)
    if letter == "X" and page.permission != PUBLIC and page.name not in SETTING_UP:
        return (302,)
    if method not in page.methods:
        return (405,)
    allowed = page.get if method == "GET" else page.post
    if page.permission == PUBLIC:
        return allowed
    if letter == "":
        return (page.stranger,)
    if letter == "X":
        return (200, 302)
    if letter not in WHO[page.permission]:
        return (403,)
    if letter not in SEES[page.row][side == OTHER]:
        return (404,)
    if letter in NOT_THEIRS.get((page.row, side), "") and page.permission not in LOOKING:
        return (403,)
    return allowed


def ask(world: World, page: Page, letter: str, side: str, method: str) -> HttpResponseBase:
    """The answer, with everything it wrote undone: the next one finds the same world."""
    cache.clear()
    address = reverse(page.name, kwargs=world.keys[page.row][side])
    client = world.clients[letter]
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, address, secure=True)
        list(answer.streaming_content if answer.streaming else ())
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def written() -> dict[str, int]:
    """Rows this transaction has written so far, undone ones too, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return {name: count for name, count in cursor.fetchall() if name not in LEFT_BY_LOOKING}


def cases(page: Page) -> Iterator[tuple[str, str, str]]:
    """Every role in the methods it answers, and whoever is let in on other rows too. The methods it
    refuses need nobody in particular."""
    for method in page.methods:
        yield from ((letter, OWN, method) for letter in ("", "X", *EVERYBODY_IN))
        if page.row and page.permission != PUBLIC:
            yield from ((letter, OTHER, method) for letter in WHO[page.permission])
    for method in METHODS:
        if method not in page.methods:
            yield from ((letter, OWN, method) for letter in ("", "N"))


def test_each_role_gets_what_the_table_says(world, subtests):
    for page in PAGES:
        with subtests.test(page=page.name, row=page.row):
            assert list(faults(world, page)) == []


def faults(world: World, page: Page) -> Iterator[str]:
    for letter, side, method in cases(page):
        before = written()
        answer = ask(world, page, letter, side, method)
        case = f"{method} {side} as {letter or 'nobody'}"
        codes = expected(page, letter, side, method)
        if answer.status_code not in codes:
            yield f"{case}: {answer.status_code}, not {codes}"
        if method in {"GET", "HEAD"} and written() != before:
            yield f"{case} wrote {set(written().items()) - set(before.items())}"
        is_turned_away = letter == "" and page.permission != PUBLIC and answer.status_code == 302
        if is_turned_away and not answer.url.startswith("/ingresar/?next="):
            yield f"{case}: sent to {answer.url}"
        if score(answer) < LEAST_SCORE:
            yield f"{case}: {score(answer)} in the Observatory"
        if letter and answer.status_code == 200 and "no-store" not in answer["Cache-Control"]:
            yield f"{case}: may stay in a cache"


# --- The administration of catalogues -----------------------------------------------------------
def test_only_administrators_open_the_administration(world):
    codes: dict[str, set[int]] = {}
    for address in addresses():
        if not address.is_admin or address.keys - {"app_label"}:
            continue
        keys = {"app_label": "members"} if address.keys else {}
        for letter in ("", "X", *EVERYBODY_IN):
            answer = world.clients[letter].get(reverse(address.name, kwargs=keys), secure=True)
            codes.setdefault(letter, set()).add(answer.status_code)
            assert score(answer) >= LEAST_SCORE
            if letter == "":
                assert answer.url.startswith("/ingresar/?next=")

    assert codes.pop("D") <= {200, 403}
    assert codes.pop("") == codes.pop("X") == {302}
    assert set().union(*codes.values()) == {403}


def test_the_administration_holds_no_personal_table(world):
    assert {model._meta.label for model in site._registry} == {
        "members.PrivacyNotice",
        "places.Department",
        "places.District",
        "places.Province",
    }
    page = world.clients["D"].get("/administracion/", secure=True).content.decode()
    assert "privacynotice" in page
    assert "members/person" not in page
