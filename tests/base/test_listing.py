"""Lists: keyset pages, order, filters, search, saved views, and what they cost."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

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

    assert found == [
        "alba, Ana",
        "Álvarez, Ana",
        "Nina, Ana",
        "Núñez, Ana",
        "Ñahui, Ana",
        "Zela, Ana",
    ]


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


@pytest.mark.parametrize("order", ["district", "-district"])
def test_rows_without_a_value_come_last_either_way(page, order):
    for code in ("170101", None, "170102", None, "040101", None, None):
        PersonFactory(district_id=code)

    districts = sum(walk(page, "next_url", f"?orden={order}", export=by_district()), [])

    known = [name for name in districts if name != engine.NOTHING]
    assert districts == known + [engine.NOTHING] * 4
    assert known == sorted(known, reverse=order.startswith("-"))
    assert len(known) == 3


@pytest.mark.parametrize("order", ["district", "-district"])
def test_rows_with_and_without_a_value_are_walked_backwards(page, order):
    for code in ("170101", None, "170102", None, "040101", None, None):
        PersonFactory(district_id=code)
    by_key = replace(PEOPLE, columns=(Column("key", "", "pk"), *by_district().columns))
    sheets = walk(page, "next_url", f"?orden={order}", export=by_key)
    last = page(f"?orden={order}", export=by_key)
    while last.next_url:
        last = page(last.next_url, export=by_key)

    back = walk(page, "previous_url", last.previous_url, export=by_key)

    assert back[::-1] == sheets[:-1]


def by_district():
    """The list of people with only their district, whose heading sorts."""
    return replace(PEOPLE, columns=tuple(c for c in PEOPLE.columns if c.name == "district"))


def test_heading_turns_the_order_around_and_back(page):
    people("Apaza", "Ccopa", "Huamán", "Mamani")

    first = page()
    turned = page(first.columns[0].sort_url)

    assert (first.columns[0].sort, turned.columns[0].sort) == ("ascending", "descending")
    assert names(turned) == ["Mamani, Ana", "Huamán, Ana", "Ccopa, Ana"]
    assert names(page(turned.columns[0].sort_url)) == names(first)


def test_column_that_does_not_sort_is_ignored_as_order(page):
    people("Mamani", "Apaza")

    assert names(page("?orden=document_sealed")) == ["Apaza, Ana", "Mamani, Ana"]


@pytest.mark.parametrize("place", ["x", "01a20773-8977-7f46-a652-2488dc5203dd", "' OR 1=1"])
def test_place_that_is_no_row_of_hers_is_the_first_page(page, place):
    people("Apaza", "Ccopa", "Huamán", "Mamani")

    assert names(page(f"?despues={place}")) == names(page())


def test_place_of_a_row_out_of_scope_tells_nothing(page, other_region_coordinator):
    people("Mamani")
    hers = MembershipFactory(
        person__paternal_surname="Apaza",
        organisation=other_region_coordinator.roles_in_force[0]
        .regional_network.affiliations.get()
        .organisation,
    ).person
    outside = Person.objects.get(paternal_surname="Mamani")

    listing = page(f"?despues={outside.pk}", user=other_region_coordinator)

    assert [row.key for row in listing.rows] == [hers.pk]


def test_order_by_a_count_of_related_rows_is_walked_whole(page):
    for members in (2, 0, 1, 3, 1):
        organisation = OrganisationFactory()
        for _ in range(members):
            MembershipFactory(organisation=organisation)
    counts = replace(
        ORGANISATIONS,
        url_name="",
        columns=tuple(c for c in ORGANISATIONS.columns if c.name == "member_count"),
    )

    assert walk(page, "next_url", "?orden=-member_count", export=counts) == [
        ["3", "2", "1"],
        ["1", "0"],
    ]


# --- Total ---------------------------------------------------------------------------------------
def test_summary_counts_and_stops_counting(page, monkeypatch):
    people("Apaza", "Ccopa", "Huamán", "Mamani", "Quispe")
    first = page()

    assert first.summary == "1 a 3 de 5"
    assert page(first.next_url).summary == "Estas 2, de 5"
    assert page(per_page=10).summary == "5 en total"
    monkeypatch.setattr(engine, "COUNTED_ROWS", 4)
    assert counted(Person.objects.all(), cap=4) == 5
    assert page().total_in_words == "más de 4"
    monkeypatch.setattr(engine, "COUNTED_MATCHES", 3)
    assert page("?q=ana").total_in_words == "más de 3"


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries_for_any_rows(page, rio_claro, rows):
    for number in range(rows):
        person = MembershipFactory(organisation=rio_claro).person
        OfficeFactory(person=person, organisation=rio_claro, post=f"vocal_{number + 1}")
        PhoneFactory(person=person)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        listing = page("?trabajo=unknown&cargo=si")

    assert len(listing.rows) == rows
    # roles, the keys of the page, its lines, her saved views
    assert len(queries) == 4


@pytest.mark.parametrize("rows", [5, 8])
def test_deep_page_costs_the_same_queries_for_any_rows(page, rows):
    people(*["Quispe"] * rows)
    link = page().next_url

    with CaptureQueriesContext(connection) as queries:
        page(link)

    # the place, the keys of the page, its lines, the total, her saved views
    assert len(queries) == 5


def test_page_walks_the_index_of_names(page):
    people("Apaza")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    rows = select(PEOPLE, Asked(None, "person_view"), QueryDict()).rows

    plan = rows.order_by("name_key", "pk").values("pk")[:50].explain()

    assert "members_person_order" in plan


# --- Filters, search -----------------------------------------------------------------------------
def test_filters_are_told_as_chips_that_take_them_off(page):
    people("Apaza")
    PersonFactory(occupation="cook")
    PersonFactory(occupation="jeweller", sex="f")

    listing = page("?trabajo=cook&trabajo=jeweller&sexo=f&despues=x&orden=-name")

    assert [chip.label for chip in listing.chips] == [
        "Trabajo: Cocinera de campamento o Joyera",
        "Sexo: Mujer",
    ]
    assert len(listing.rows) == 1
    assert listing.chips[1].url == "?trabajo=cook&trabajo=jeweller&orden=-name"
    assert listing.clear_url == "?orden=-name"


def test_filter_that_cannot_be_read_shows_no_row_and_says_so(page):
    people("Apaza")

    listing = page("?trabajo=minister")

    assert listing.rows == []
    assert "trabajo" in listing.filter_form.errors


def test_filter_offers_only_organisations_in_scope(page, coordinator, rio_claro, flor_de_cuarzo):
    listing = page("?filtros=1", user=coordinator)

    offered = {
        value.value for value, _label in listing.filter_form["organizacion"].field.choices if value
    }
    assert offered == {rio_claro.pk}
    assert page(f"?organizacion={flor_de_cuarzo.pk}", user=coordinator).filter_form.errors


def test_search_finds_names_without_accents_and_by_sound(page):
    people("Núñez", "Huamán")

    assert names(page("?q=nunez")) == ["Núñez, Ana"]
    by_sound = page("?q=waman")
    assert names(by_sound) == ["Huamán, Ana"]
    assert "suenan" in by_sound.note
    assert names(page("?q=wama")) == ["Huamán, Ana"]  # while she still types
    alike = page("?q=Nuñes")
    assert names(alike) == ["Núñez, Ana"]
    assert page("?q=Zzyzx").rows == []


def test_search_by_document_is_exact_and_leaves_a_trace_without_the_number(page, national):
    found = PersonFactory(dni="40881412")
    PersonFactory(dni="40881413", paternal_surname="Zela")

    listing = page("?q=4088 1412")

    assert [row.key for row in listing.rows] == [found.pk]
    entry = AccessLogEntry.objects.get()
    assert (entry.action, entry.user, entry.row_count) == ("search", national, 1)
    assert "40881412" not in str(vars(entry))


def test_search_by_phone_finds_everyone_who_shares_it(page):
    one = PhoneFactory(number="+51951000720", person__paternal_surname="Apaza").person
    other = PhoneFactory(number="+51951000720", person__paternal_surname="Ccopa").person
    PhoneFactory(number="+51951000721")

    listing = page("?q=951 000 720")

    assert [row.key for row in listing.rows] == [one.pk, other.pk]


def test_search_by_name_leaves_no_trace(page):
    people("Apaza")

    page("?q=apaza")

    assert AccessLogEntry.objects.count() == 0


def test_search_stays_in_scope(page, coordinator, rio_claro):
    people("Mamani")
    hers = MembershipFactory(person__paternal_surname="Mamani", organisation=rio_claro).person

    listing = page("?q=mamani", user=coordinator)

    assert [row.key for row in listing.rows] == [hers.pk]


def test_search_of_many_matches_keeps_the_order_and_the_filters(page, monkeypatch):
    monkeypatch.setattr("members.search.FEW", 2)
    people("Mamani", "Mamani", "Mamani", "Mamani")
    PersonFactory(given_names="Ana", paternal_surname="Mamani", maternal_surname="Zela", sex="m")

    assert sum(walk(page, "next_url", "?q=mamani"), []) == ["Mamani, Ana"] * 4 + [
        "Mamani Zela, Ana"
    ]
    assert names(page("?q=mamani&sexo=m")) == ["Mamani Zela, Ana"]


# --- Saved views ---------------------------------------------------------------------------------
def test_views_of_the_list_and_her_own_are_tabs(page, national, coordinator):
    SavedView.objects.create(
        owner=national, listing="people", name="Joyeras", query="trabajo=jeweller"
    )
    SavedView.objects.create(owner=national, listing="boards", name="Otra", query="x=1")
    SavedView.objects.create(owner=coordinator, listing="people", name="Ajena", query="sexo=f")

    listing = page("?trabajo=jeweller")

    assert [tab.label for tab in listing.tabs] == ["Todas", "Con cargo", "Sin teléfono", "Joyeras"]
    assert [tab.label for tab in listing.tabs if tab.is_current] == ["Joyeras"]
    assert listing.saved_tab.url == "?trabajo=jeweller"
    assert listing.save_url == ""


def test_unkept_filters_can_be_kept_and_a_search_cannot(page):
    assert page("?sexo=f&q=apaza").save_url == "/vistas/nueva/?lista=people&consulta=sexo%3Df"
    assert page("?q=apaza").save_url == ""
    assert page().save_url == ""


def test_boards_are_ordered_across_organisations_and_networks(page, madre_de_dios, puno):
    OfficeFactory(organisation__name="Nueva Orilla")
    OfficeFactory(organisation=None, regional_network=puno)
    OfficeFactory(organisation=None, regional_network=madre_de_dios)
    OfficeFactory(organisation__name="Zafiro", starts_on=date(2020, 1, 1))

    assert sum(walk(page, "next_url", export=BOARDS), []) == [
        "Nueva Orilla",
        "Red de Madre de Dios",
        "Red de Puno",
        "Zafiro",
    ]
