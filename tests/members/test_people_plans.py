"""In a registry of 20,000 women, what is asked while people wait is answered by indexes."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.duplicates import Typed, look_alikes, possible_pairs
from members.models import Role, User
from members.rules import Name
from tests import services
from tests.conftest import REFERENCE_TABLES
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import MembershipFactory, PersonFactory


@pytest.fixture(scope="module")
def _large_registry(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    with django_db_blocker.unblock():
        call_command("populate", people=20_000, seed=1, stdout=StringIO())
        yield
        services.truncate(kept=REFERENCE_TABLES)


@pytest.fixture
def national(_large_registry: None, db: None) -> User:
    user = UserFactory()
    RoleAssignmentFactory(user=user, role=Role.NATIONAL_COORDINATOR)
    return user


def scanned(queries: CaptureQueriesContext, *, limited: bool = True) -> list[str]:
    """The questions about people that PostgreSQL answers by reading the whole table."""
    found = []
    for query in list(queries.captured_queries):
        text = query["sql"]
        if not text.startswith(("SELECT", "WITH", "\nWITH")) or "members_person" not in text:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {text}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        if "Seq Scan on members_person" in plan:
            found.append(f"{text}\n{plan}")
    return found


@pytest.mark.parametrize(
    "typed",
    [
        Typed(Name("Felícitas", "Huamán", "Quispe")),
        Typed(Name("Felícitas", "Huamán", "")),
        Typed(Name("Felícitas", "Huamán", "Q."), phone="+51951000640"),
        Typed(Name("Felícitas", "Huamán"), document_kind="dni", document="40881412"),
    ],
)
def test_look_alikes_are_found_by_indexes(national: User, typed: Typed) -> None:
    with CaptureQueriesContext(connection) as queries:
        look_alikes(typed, by=national)

    assert scanned(queries) == []


def test_pairs_are_found_by_the_index_of_sound(national: User) -> None:
    for maternal in ("Kondori", "Condori", ""):
        twin = PersonFactory(given_names="Xiomara", maternal_surname=maternal)
        MembershipFactory(person=twin)

    with CaptureQueriesContext(connection) as queries:
        pairs = possible_pairs(by=national)
    text = next(q["sql"] for q in queries.captured_queries if "newest" in q["sql"])

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {text}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert [p.one.given_names for p in pairs if p.one.given_names == "Xiomara"] == ["Xiomara"]
    assert plan.count("members_person_sound") == 2


@pytest.mark.parametrize(
    "address",
    ["/personas/?q=40881412", "/personas/?q=951000640", "/personas/?q=Huamán Ñaupa Zenobia"],
)
def test_a_search_is_answered_by_indexes(national: User, client: Client, address: str) -> None:
    sign_in(client, national)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert response.status_code == 200
    assert scanned(queries) == []


def test_the_list_walks_the_names_in_their_order(national: User, client: Client) -> None:
    sign_in(client, national)

    with CaptureQueriesContext(connection) as queries:
        client.get("/personas/")
    page = next(q["sql"] for q in queries.captured_queries if '"name_key" ASC' in q["sql"])

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {page}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "members_person_order" in plan
    assert "Seq Scan on members_person" not in plan
