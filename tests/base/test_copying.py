"""COPY from Python writes what INSERT would; thousands of values go as one parameter."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection

from network.base.copying import array_of, copy_rows
from network.base.ids import new_id
from network.base.models import ImportBatch, ImportedRow

pytestmark = pytest.mark.django_db

HARD_TEXTS = ["", "a\tb", "a\\b", 'say "no"', "{}", "NULL", "línea\notra", "\\N", None]


def test_texts_of_every_kind_arrive_as_they_were():
    batch = ImportBatch.objects.create(name="x", file_name="x", file_sha256="x")
    texts = [text for text in HARD_TEXTS if text is not None]
    rows = [(batch.pk, line, text, new_id(), True, "{}", "{}") for line, text in enumerate(texts)]

    columns = ("batch_id", "line", "table", "row_id", "created", "before", "after")
    assert copy_rows(ImportedRow, columns, rows) == len(texts)

    stored = ImportedRow.objects.order_by("line").values_list("table", "row_id", "created")
    assert list(stored) == [(row[2], row[3], row[4]) for row in rows]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", HARD_TEXTS),
        ("bytea", [b"", b"\x00\xff\\", None]),
        ("uuid", [UUID(int=7), None]),
        ("date", [date(1979, 11, 28), None]),
        ("timestamptz", [datetime(2026, 11, 24, 10, 0, 0, 5, UTC)]),
        ("int", []),
    ],
)
def test_an_array_as_one_parameter_holds_the_same_values(kind, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value FROM unnest(%s::{kind}[]) AS value", [array_of(values)])
        found = [value for (value,) in cursor.fetchall()]

    assert [bytes(v) if isinstance(v, memoryview) else v for v in found] == values
