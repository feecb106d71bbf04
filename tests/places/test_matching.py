import unicodedata
from datetime import date

import pytest

from network.base.errors import Refused
from network.places import matching
from network.places.actions import load_places
from network.places.matching import (
    PlaceIndex,
    district_from_code,
    folded,
    forget_places,
    place_index,
    resolve_place,
)
from network.places.models import District
from network.places.sources import BUNDLED, PlaceList, districts, read_list

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_index():
    forget_places()
    yield
    forget_places()


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("Madre de Dios", "Tambopata", "Laberinto"), "170104"),
        (("MADRE DE DIOS", " tambopata ", "LABERINTO"), "170104"),
        (("Puno", "San Antonio de Putina", "Ananea"), "211002"),
        (("ancash", "huaraz", "huaraz"), "020101"),
        ((unicodedata.normalize("NFD", "Áncash"), "Huaraz", "Huaraz"), "020101"),
        (("Ica", "Nazca", "Nazca"), "110301"),
        (("Ica", "Nasca", "Vista Alegre"), "110305"),
        (("Ica", "Nazca", "Vista Alegre"), "110305"),
        (("Cuzco", "Cusco", "Cusco"), "080101"),
        (("Prov. Const. del Callao", "Callao", "Ventanilla"), "070106"),
        (("Huánuco", "Leoncio Prado", "Rupa Rupa"), "100601"),
        (("", "", "Laberinto"), "170104"),
        (("Puno", "", "Ananea"), "211002"),
        (("", "Luya", "Santo Tomás"), "010521"),
        (("Huancavelica", "Tayacaja", "Huaribamba"), "090709"),
    ],
)
def test_names_in_any_spelling_are_the_district(names, code):
    assert resolve_place(*names).code == code


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("Puno", "Puno", " "), "Falta el distrito."),
        (("", "", "170104"), "«170104» es un código: di si es de INEI o de RENIEC."),
        (("", "", "Qwxz"), "No hay un distrito «Qwxz»."),
        (
            ("Puno", "", "Laberinto"),
            "El distrito «Laberinto» no está ahí, sino en: Laberinto, Tambopata, Madre de Dios.",
        ),
        (
            ("Madre de Dios", "Tambopata", "Laberintho"),
            "No hay un distrito «Laberintho». ¿Será Laberinto, Tambopata, Madre de Dios?",
        ),
        (
            ("", "", "El Porvenir"),
            "Hay varios distritos «El Porvenir»: El Porvenir, Chincheros, Apurímac; "
            "El Porvenir, San Martín, San Martín; El Porvenir, Trujillo, La Libertad. "
            "Escribe provincia y región.",
        ),
    ],
)
def test_what_is_not_one_district_is_refused_with_its_reason(names, why):
    for _again in range(2):
        with pytest.raises(Refused) as refusal:
            resolve_place(*names)

        assert refusal.value.message == why


@pytest.mark.parametrize(
    ("code", "scheme", "expected"),
    [
        ("170102", "inei", "170102"),
        ("160102", "reniec", "170102"),
        ("10101", "inei", "010101"),
        (" 211002 ", "inei", "211002"),
        ("090708", "inei", "090709"),
    ],
)
def test_code_with_its_scheme_is_the_district(code, scheme, expected):
    assert district_from_code(code, scheme=scheme).code == expected


@pytest.mark.parametrize(
    ("code", "scheme", "why"),
    [
        ("170102", "", "Di si el código es de INEI o de RENIEC."),
        ("170102", "sunat", "Di si el código es de INEI o de RENIEC."),
        ("1701", "inei", "«1701» no es un código de distrito"),
        ("١٧٠١٠٢", "inei", "no es un código de distrito"),
        ("999999", "inei", "Ningún distrito tiene el código 999999 de INEI."),
        ("259999", "reniec", "Ningún distrito tiene el código 259999 de RENIEC."),
    ],
)
def test_code_without_scheme_or_district_is_refused(code, scheme, why):
    with pytest.raises(Refused, match=why):
        district_from_code(code, scheme=scheme)


def test_code_is_never_accepted_without_naming_the_scheme():
    with pytest.raises(TypeError):
        district_from_code("170102")


def test_every_district_is_found_by_its_names_and_by_its_codes():
    places = read_list(BUNDLED)
    index = place_index()

    for code in districts(places.inei):
        names = places.inei[code[:2]], places.inei[code[:4]], places.inei[code]
        assert index.resolve(*names) == index.from_code(code, scheme="inei")
    for code in districts(places.reniec):
        names = places.reniec[code[:2]], places.reniec[code[:4]], places.reniec[code]
        assert index.resolve(*names) == index.from_code(code, scheme="reniec")


def test_lookups_ask_the_database_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _time in range(1000):
            resolve_place("Puno", "San Antonio de Putina", "Ananea")
            district_from_code("160102", scheme="reniec")


def test_list_is_read_again_after_its_lifetime(monkeypatch, django_assert_num_queries):
    place_index()
    monkeypatch.setattr(matching.time, "monotonic", lambda: float("inf"))

    with django_assert_num_queries(1):
        place_index()


def test_empty_list_is_not_kept(django_assert_num_queries):
    # As at the first start, before the districts are loaded.
    District.objects.exclude(duplicate_of=None).delete()
    District.objects.all().delete()

    with django_assert_num_queries(2):
        assert place_index().by_code == place_index().by_code == {}


@pytest.mark.django_db(transaction=True)
def test_loading_forgets_the_list_in_memory():
    before = place_index()

    load_places(places=read_list(BUNDLED), on=date(2026, 11, 28))

    assert place_index() is not before


def index_after(**changes):
    places = read_list(BUNDLED)
    inei = {c: n for c, n in (dict(places.inei) | changes).items() if n}
    load_places(places=PlaceList(inei=inei, reniec=places.reniec), on=date(2026, 11, 28))
    forget_places()
    return place_index()


def test_ended_district_is_still_read_whole_and_not_offered():
    index = index_after(**{"170104": ""})

    assert index.resolve("Madre de Dios", "Tambopata", "Laberinto").code == "170104"
    assert index.from_code("170104", scheme="inei").valid_to == date(2026, 11, 28)
    with pytest.raises(Refused, match="No hay un distrito"):
        index.resolve("", "", "Laberinto")
    assert [d.code for d in index.matches("Laberinto, Tambopata, Madre de Dios")] == ["170104"]
    assert index.matches("Laberinto") == []


def test_current_district_takes_the_name_of_an_ended_one():
    index = index_after(**{"170104": "", "170105": "Laberinto"})

    assert index.resolve("Madre de Dios", "Tambopata", "Laberinto").code == "170105"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Laberinto, Tambopata, Madre de Dios", ["170104"]),
        ("madre de dios / tambopata / laberinto", ["170104"]),
        ("Laberinto - Tambopata", ["170104"]),
        ("Tambopata, Laberinto", ["170104"]),
        ("Laberinto, Madre de Dios", ["170104"]),
        ("laberinto", ["170104"]),
        ("labe", ["170104"]),
        ("Laberintho", ["170104"]),
        ("El Porvenir", ["030610", "220906", "130102"]),
        ("INEI 170102", ["170102"]),
        ("reniec 160102", ["170102"]),
        ("170102", ["180102", "170102"]),
        ("999999", []),
        ("qwxz", []),
    ],
)
def test_text_means_these_districts(text, codes):
    assert [d.code for d in place_index().matches(text)] == codes


def test_an_index_of_nothing_answers():
    index = PlaceIndex([])

    assert index.matches("Puno") == []
    with pytest.raises(Refused):
        index.resolve("", "", "Puno")


def test_accents_in_two_parts_are_folded():
    assert folded(unicodedata.normalize("NFD", "Áncash, ÑAHUÍ")) == "ancash nahui"
