import pytest

from network.base.errors import Refused
from network.base.phones import parse_phone, phone_in_groups


@pytest.mark.parametrize(
    ("text", "e164", "groups"),
    [
        ("951 000 720", "+51951000720", "951 000 720"),
        ("+51951000720", "+51951000720", "951 000 720"),
        ("0051 951-000-720", "+51951000720", "951 000 720"),
        ("01 456 7890", "+5114567890", "(01) 4567890"),
        ("+591 71234567", "+59171234567", "+591 71234567"),
    ],
)
def test_a_phone_is_read_as_people_write_it(text, e164, groups):
    assert parse_phone(text) == e164
    assert phone_in_groups(e164) == groups


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("95100072", "El celular tiene 9 números. Escribiste 8."),
        ("9510007201", "El celular tiene 9 números. Escribiste 10."),
        ("4567890", "Si es un teléfono fijo, escribe también el código de la ciudad: 01 456 7890."),
        ("951 ABC 720", "Escribe el teléfono con números: 951 000 720."),
        ("no tiene", "Escribe el teléfono con números: 951 000 720."),
        ("+591 712", "Revisa el número y el código de país: +591."),
        (
            "812345678",
            "Ese número no existe en Perú. Si es de otro país, empieza con + y su código.",
        ),
    ],
)
def test_a_phone_that_cannot_be_read_says_why(text, message):
    with pytest.raises(Refused) as refused:
        parse_phone(text)

    assert refused.value.message == message
