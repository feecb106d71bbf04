"""The three text rules are the same in Python and in PostgreSQL."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.base.text import fold, sort_key, sound

NAMES = st.text(
    st.sampled_from("abcdefghijklmnñopqrstuvwxyzáéíóúüABCÑÁ .-'´~()/,\u00a0\t0123456789"),
    max_size=40,
)


def in_postgres(text):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_fold(%s), portal_sort(%s), portal_sound(%s)", [text, text, text]
        )
        return cursor.fetchone()


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(NAMES)
def test_postgres_and_python_agree(db, text):
    assert in_postgres(text) == (fold(text), sort_key(text), sound(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Huamán", "Waman"),
        ("Guaman", "Huaman"),
        ("Ccopa", "Qopa"),
        ("Quispe", "Kispe"),
        ("Qquispe", "Quispe"),
        ("Llerena", "Yerena"),
        ("Núñez", "Nunes"),
        ("Torres", "Tores"),
    ],
)
def test_spellings_of_one_sound_are_equal(one, other):
    assert sound(one) == sound(other)


def test_different_names_do_not_sound_equal():
    assert len({sound(name) for name in ("Mamani", "Quispe", "Condori", "Choque", "Flores")}) == 5


def test_enye_sorts_after_n():
    names = ["Ñaupari", "Nuñez", "Núñez", "Nunura", "Oblitas", "Álvarez", "Alba"]

    assert sorted(names, key=sort_key) == [
        "Alba", "Álvarez", "Nunura", "Nuñez", "Núñez", "Ñaupari", "Oblitas",
    ]  # fmt: skip
