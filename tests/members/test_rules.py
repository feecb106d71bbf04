"""The cell rules that forms and imports share."""

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pe import cui, ruc

from members import rules
from members.models import Language, Membership, Organisation, Person
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.ruc import read_ruc


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("00123456", "00123456"),
        (" 48.103.712 ", "48103712"),
        ("10117410-2", "10117410"),
        ("10117410g", "10117410"),
    ],
)
def test_dni_keeps_its_eight_digits(typed, kept):
    assert rules.read_dni(typed) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("4810371", "El DNI tiene 8 números. Este tiene 7. Si empieza con 0"),
        ("123456789012", "Este tiene 12."),
        ("10117410-3", "dígito verificador"),
        ("48103I12", "solo números"),
        ("４８１０３７１２", "solo números"),
    ],
)
def test_dni_refused_says_what_is_wrong(typed, says):
    with pytest.raises(Refused, match=says):
        rules.read_dni(typed)


@given(st.integers(0, 99_999_999))
def test_dni_accepts_both_check_characters_and_no_other(number):
    digits = f"{number:08d}"
    good = cui.calc_check_digits(digits)

    assert {rules.read_dni(digits + char) for char in good} == {digits}
    for char in set("0123456789ABCDEFGHIJK") - set(good):
        with pytest.raises(Refused):
            rules.read_dni(digits + char)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("ce", "001 234 567", "001234567"),
        ("passport", "ab-123456", "AB123456"),
        ("dni", "00123456", "00123456"),
    ],
)
def test_document_is_read_by_its_kind(kind, typed, kept):
    assert rules.read_document(kind, typed) == kept


@pytest.mark.parametrize(("kind", "typed"), [("ce", "1234"), ("passport", "12"), ("none", "123")])
def test_document_of_the_wrong_form_is_refused(kind, typed):
    with pytest.raises(Refused):
        rules.read_document(kind, typed)


@pytest.mark.parametrize("typed", ["20512333797", "20 51233379-7"])
def test_ruc_is_read_with_its_check_digit(typed):
    assert read_ruc(typed) == "20512333797"


def test_ruc_of_prefix_16_is_accepted():
    number = "1610117410" + ruc.calc_check_digit("1610117410")

    assert read_ruc(number) == number


@pytest.mark.parametrize("typed", ["20512333798", "2051233379", "30512333797", "x"])
def test_ruc_refused(typed):
    with pytest.raises(Refused):
        read_ruc(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("MAMANI TICONA", "Mamani Ticona"),
        ("de la cruz", "De la Cruz"),
        ("  Rosa\u00a0 María ", "Rosa María"),
        ("McGregor", "McGregor"),
        ("O'HIGGINS-ÑAHUI", "O'Higgins-Ñahui"),
        ("Nun\u0303ez", "Nuñez"),
    ],
)
def test_name_is_written_as_names_are(typed, kept):
    assert rules.read_name(typed) == kept


@pytest.mark.parametrize("typed", ["R0sa", "---", "a\x00b", "x" * 81])
def test_name_refused(typed):
    with pytest.raises(Refused):
        rules.read_name(typed)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Quispe Arce, Delfina", ("Delfina", "Quispe", "Arce")),
        ("Quispe, Rosa María", ("Rosa María", "Quispe", "")),
        ("QUISPE ARCE DELFINA", ("Delfina", "Quispe", "Arce")),
        ("Quispe Arce Delfina Rosa", ("Delfina Rosa", "Quispe", "Arce")),
        ("DE LA CRUZ DEL AGUILA ANA", ("Ana", "De la Cruz", "Del Aguila")),
        ("Choque Edelmira", ("Edelmira", "Choque", "")),
    ],
)
def test_full_name_is_split_surnames_first(typed, parts):
    name = rules.split_full_name(typed)

    assert (name.given_names, name.paternal_surname, name.maternal_surname) == parts


@pytest.mark.parametrize("typed", ["Delfina", "A B C D E", ", Ana", "Quispe,", "A B C, Ana"])
def test_full_name_in_doubt_is_refused(typed):
    with pytest.raises(Refused):
        rules.split_full_name(typed)


def test_birth_may_be_only_a_year():
    assert rules.read_birth("1979") == PartialDate(date(1979, 1, 1), "y")


def test_birth_of_two_digits_is_in_the_past():
    assert rules.read_birth("03/05/79") == PartialDate(date(1979, 5, 3))


@pytest.mark.parametrize("typed", ["31/02/1988", "1890", "mañana", "01/01/2099"])
def test_birth_refused(typed):
    with pytest.raises(Refused):
        rules.read_birth(typed)


def test_a_past_day_is_not_tomorrow():
    with pytest.raises(Refused, match="todavía no llega"):
        rules.read_past_day(f"31/12/{timezone.localdate().year + 1}")


@pytest.mark.parametrize(
    ("read", "typed", "kept"),
    [
        (rules.read_sex, "Femenino", "f"),
        (rules.read_sex, "M", "m"),
        (rules.read_occupation, "PALLAQUERA", "pallaquera"),
        (rules.read_occupation, "cocinera de campamento", "cook"),
        (rules.read_contact_preference, "wasap", "whatsapp"),
        (rules.read_language, "Español", "es"),
        (rules.read_membership_kind, "socia", "member"),
        (rules.read_organisation_kind, "Asociación", "association"),
        (rules.read_formalisation, "En proceso", "in_process"),
        (rules.read_document_kind, "Carnet de extranjería", "ce"),
    ],
)
def test_closed_lists_know_labels_codes_and_synonyms(read, typed, kept):
    assert read(typed) == kept


@pytest.mark.parametrize(
    ("read", "choices"),
    [
        (rules.read_sex, Person.Sex),
        (rules.read_occupation, Person.Occupation),
        (rules.read_language, Language),
        (rules.read_membership_kind, Membership.Kind),
        (rules.read_organisation_kind, Organisation.Kind),
        (rules.read_formalisation, Organisation.Formalisation),
        (rules.read_document_kind, Person.Document),
    ],
)
def test_what_the_portal_writes_it_also_reads(read, choices):
    for value, label in choices.choices:
        assert (read(value), read(str(label)), read(str(label).upper())) == (value, value, value)


def test_languages_are_a_set_in_one_order():
    assert rules.read_languages("Quechua y castellano, quechua") == ["es", "qu"]


def test_activities_may_hold_an_and():
    assert rules.read_activities("Servicios y comedor; pallaqueo y joyería") == [
        "gleaning",
        "jewellery",
        "services",
    ]


@pytest.mark.parametrize(("typed", "kept"), [("Sí", True), ("x", True), ("NO", False)])
def test_yes_no(typed, kept):
    assert rules.read_yes_no(typed) is kept


ALL = [
    rules.read_dni,
    rules.read_foreigner_card,
    rules.read_passport,
    read_ruc,
    rules.read_name,
    rules.split_surnames,
    rules.split_full_name,
    rules.read_birth,
    rules.read_past_partial,
    rules.read_partial,
    rules.read_day,
    rules.read_past_day,
    rules.read_phone,
    rules.read_email,
    rules.read_sex,
    rules.read_occupation,
    rules.read_contact_preference,
    rules.read_languages,
    rules.read_membership_kind,
    rules.read_organisation_kind,
    rules.read_formalisation,
    rules.read_activities,
    rules.read_yes_no,
    rules.read_document_kind,
]


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    for read in ALL:
        try:
            read(text)
        except Refused as refusal:
            assert refusal.message  # noqa: PT017 - either answer is right, not any other error
