import base64
import os
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from network.base import crypto
from network.base.crypto import (
    KeyMissing,
    SealBroken,
    blind_index,
    current_key_id,
    key_id_of,
    missing_key_ids,
    new_key,
    seal,
    unseal,
)
from network.base.models import SealKey

# Fixed: they name parametrised tests, which every worker must collect alike.
FIRST, SECOND = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
ROW = UUID("0190a000-0000-7000-8000-000000000001")
CELL = {"table": "members_person", "column": "document_sealed", "row": ROW}


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.DATA_KEYS = f"k1:{FIRST}"
    settings.INDEX_KEY = FIRST


@pytest.mark.parametrize("text", ["45871236", "", "+51951000720", "Ñusta Ccopa 😀"])
def test_sealed_text_opens_again(text):
    assert unseal(seal(text, **CELL), **CELL) == text


def test_same_text_is_sealed_differently_each_time():
    assert seal("45871236", **CELL) != seal("45871236", **CELL)


def test_sealed_cell_is_version_key_nonce_and_ciphertext_with_tag():
    blob = seal("45871236", **CELL)

    assert blob[:9] == b"\x01k1\0\0\0\0\0\0"
    assert len(blob) == 1 + 8 + 12 + len("45871236") + 16
    assert b"45871236" not in blob


def test_row_may_be_given_as_text():
    blob = seal("45871236", **CELL)

    assert unseal(blob, **CELL | {"row": str(ROW)}) == "45871236"


@pytest.mark.parametrize(
    "moved",
    [
        {"row": uuid4()},
        {"column": "number_sealed"},
        {"table": "members_phone"},
        {"table": "members_person.document_sealed", "column": ""},
    ],
)
def test_cell_moved_elsewhere_does_not_open(moved):
    blob = seal("45871236", **CELL)

    with pytest.raises(SealBroken, match="alterado o movido"):
        unseal(blob, **CELL | moved)


@pytest.mark.parametrize("place", [9, 20, 21, 28, 29, -1])
def test_altered_byte_does_not_open(place):
    blob = bytearray(seal("45871236", **CELL))
    blob[place] ^= 1

    with pytest.raises(SealBroken, match="alterado o movido"):
        unseal(bytes(blob), **CELL)


@pytest.mark.parametrize("blob", [b"", b"\x01k1", b"\x01" * 36, b"\x02" * 60])
def test_unknown_format_does_not_open(blob):
    with pytest.raises(SealBroken, match="incompleto"):
        unseal(blob, **CELL)


def test_cell_of_a_key_that_is_not_configured_asks_for_it(settings):
    blob = seal("45871236", **CELL)
    settings.DATA_KEYS = f"k2:{SECOND}"

    with pytest.raises(KeyMissing, match="«k1»"):
        unseal(blob, **CELL)


def test_other_key_bytes_under_the_same_name_do_not_open(settings):
    blob = seal("45871236", **CELL)
    settings.DATA_KEYS = f"k1:{SECOND}"

    with pytest.raises(SealBroken):
        unseal(blob, **CELL)


def test_first_key_seals_and_every_key_opens(settings):
    old = seal("45871236", **CELL)
    settings.DATA_KEYS = f"k2:{SECOND}, k1:{FIRST}"
    new = seal("45871236", **CELL)

    assert (key_id_of(old), key_id_of(new), current_key_id()) == ("k1", "k2", "k2")
    assert unseal(old, **CELL) == unseal(new, **CELL) == "45871236"


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("", "nombre:clave"),
        (FIRST, "nombre:clave"),
        (f":{FIRST}", "nombre:clave"),
        (f"clave-1:{FIRST}", "nombre:clave"),
        (f"ninecharss:{FIRST}", "nombre:clave"),
        (f"k1:{FIRST},k1:{SECOND}", "distintos"),
        ("k1:no es base64", "base64"),
        ("k1:" + base64.b64encode(b"corta").decode(), "32 bytes"),
    ],
)
def test_unreadable_keys_are_refused(settings, keys, why):
    settings.DATA_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match=why):
        current_key_id()


def test_index_is_equal_for_equal_values_of_one_kind_only(settings):
    index = blind_index("45871236", kind="document")

    assert len(index) == 32
    assert blind_index("45871236", kind="document") == index
    assert blind_index("45871237", kind="document") != index
    assert blind_index("45871236", kind="phone") != index
    settings.INDEX_KEY = SECOND
    assert blind_index("45871236", kind="document") != index


def test_kind_and_value_do_not_run_into_each_other():
    assert blind_index("1", kind="document1") != blind_index("11", kind="document")


def test_unreadable_index_key_is_refused(settings):
    settings.INDEX_KEY = "corta"

    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
        blind_index("45871236", kind="document")


def test_printing_a_sealed_cell_shows_only_its_key():
    blob = seal("45871236", **CELL)

    assert f"{blob} {blob!r}" == "<sellado k1> <sellado k1>"
    assert repr(crypto.Sealed(b"rota")) == "<sellado ?>"


def test_new_keys_differ_and_have_32_bytes():
    keys = {new_key() for _ in range(5)}

    assert len(keys) == 5
    assert {len(base64.b64decode(key)) for key in keys} == {32}


@pytest.mark.django_db
def test_missing_keys_are_the_registered_ones_that_are_not_configured():
    for kid in ("k1", "k0", crypto.INDEX_KEY_ID):
        SealKey.objects.create(kid=kid, proof=os.urandom(8))

    assert missing_key_ids(connection) == {"k0"}


@pytest.mark.django_db
def test_database_without_tables_misses_no_key():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")

    assert missing_key_ids(connection) == set()
