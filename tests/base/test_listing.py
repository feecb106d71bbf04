"""Lists: keyset pages, order, filters, search, saved views, and what they cost."""

from dataclasses import replace
from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext
from django.db import connection
from django.http import QueryDict

from members.exports import BOARDS, ORGANISATIONS, PEOPLE
from members.models import Person
from network.base import listing as engine
from network.base.contracts import Asked, Column
from network.base.listing import Listing, counted, listing_page, select
from network.base.models import AccessLogEntry, SavedView
from tests.factories.members import (
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
    PhoneFactory,
)

pytestmark = pytest.mark.django_db

# The pages of single people belong to other tests.
PEOPLE = replace(PEOPLE, url_name="")


@pytest.fixture
def page(rf, national):
    """A page of a list as the national coordinator sees it under an address."""

    def read(query: str = "", export=PEOPLE, user=national, per_page: int = 3) -> Listing:
        request = rf.get(f"/lista/{query}")
        request.user = user
        return listing_page(request, export, per_page=per_page)

    return read


def names(listing: Listing) -> list[str]:
    return [row.cells[0][1] for row in listing.rows]


def people(*surnames: str) -> None:
    for surname in surnames:
        PersonFactory(given_names="Ana", paternal_surname=surname, maternal_surname="")


def walk(page, link: str, query: str = "?", **options) -> list[list[str]]:
    """Every page from an address on, by its `next_url` or `previous_url`."""
    found = []
    while query:
        listing = page(query, **options)
        found.append(names(listing))
        query = getattr(listing, link)
    return found


# --- Order and pages -----------------------------------------------------------------------------
def test_names_are_in_spanish_order(page):
    people("Zela", "Ñahui", "Núñez", "Álvarez", "Nina", "alba")

    found = names(page(per_page=10))

    assert found == ["alba, Ana", "Álvarez, Ana", "Nina, Ana", "Núñez, Ana", "Ñahui, Ana", "Zela, Ana"]


def test_pages_hold_every_row_once_also_with_equal_names(page):
    people(*["Quispe"] * 5, "Apaza", "Zela")

    sheets = walk(page, "next_url")

    assert [len(sheet) for sheet in sheets] == [3, 3, 1]
    assert sum(sheets, []) == names(page(per_page=10))


def test_previous_leads_back_to_the_same_pages(page):
    people("Apaza", "Ccopa", "Huamán", "Mamani", "Quispe", "Ticona", "Yupanqui")
    last = page(page(page().next_url).next_url)

    assert names(page(last.previous_url)) == ["Mamani, Ana", "Quispe, Ana", "Ticona, Ana"]
    assert names(page(page(last.previous_url).previous_url)) == names(page())


def test_page_before_the_first_full_page_is_the_first(page):
    people("Apaza", "Ccopa", "Huamán", "Mamani")
    second = Person.objects.get(paternal_surname="Ccopa")

    listing = page(f"?antes={second.pk}")

    assert names(listing) == ["Apaza, Ana", "Ccopa, Ana", "Huamán, Ana"]
    assert listing.is_first
    assert listing.previous_url == ""


@pytest.mark.parametrize("column", ["district", "-district"])
def test_rows_without_a_value_come_last_and_none_is_lost(page, column):
    from network.places.models import District

    for code in ("170101", None, "170102", None, "040101", None, None):
        PersonFactory(district=District.objects.filter(pk=code).first())

    forward = sum(walk(lambda q, **o: page(q, districts()), "next_url", f"?orden={column}"), [])
    known = [name for name in forward if name != engine.NOTHING]

    assert forward == known + [engine.NOTHING] * 4
    assert known == sorted(known, reverse=column.startswith("-"))


def test_rows_without_a_value_are_also_walked_backwards(page):
    for _ in range(7):
        PersonFactory()
    sheets = walk(lambda q: page(q, keys()), "next_url", "?orden=district")
    last = page(page(page("?orden=district", keys()).next_url, keys()).next_url, keys())

    back = walk(lambda q: page(q, keys()), "previous_url", last.previous_url)

    assert [last.rows[0].key, *[]] == sheets[-1]
    assert sum(back[::-1], []) == sum(sheets[:-1], [])


def districts():
    """The list of people with the district as first column."""
    column = next(c for c in PEOPLE.columns if c.name == "district")
    return replace(PEOPLE, columns=(column,))


def keys():
    return replace(PEOPLE, columns=(Column("key", "", "pk"), *districts().columns))
