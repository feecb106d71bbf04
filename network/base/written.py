"""Queries that every page asks: Django writes their SQL once, each question only gives values.

To write the SQL of a row by its key takes Django longer than PostgreSQL needs to answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, UUIDField, Value


class WrittenQuery:
    """`build(*samples)` gives rows by `values_list`. A call takes other values in the place of the
    samples, which must differ from each other and from whatever else the query compares with.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *samples: Any) -> None:
        self.build, self.samples = build, samples

    @cached_property
    def _written(self) -> tuple[str, list[Callable[[tuple[Any, ...]], Any]], Any, Any]:
        compiler = self.build(*self.samples).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if lost := [sample for sample in self.samples if sample not in params]:
            # What is made of a value while the SQL is written would stay that of the sample.
            raise ImproperlyConfigured(f"{lost} are not compared as they are: {sql}")
        places = [self._place(param) for param in params]
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        return sql, places, compiler, converters

    def _place(self, param: Any) -> Callable[[tuple[Any, ...]], Any]:
        if param in self.samples:
            index = self.samples.index(param)
            return lambda values: values[index]
        return lambda _values: param

    def __call__(self, *values: Any) -> list[Any]:
        sql, places, compiler, converters = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [place(values) for place in places])
            rows = cursor.fetchall()
        return [*map(tuple, compiler.apply_converters(rows, converters))] if converters else rows


class EqualsAny(Func):
    """The first expression is among the values of the second, an array."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


class WrittenLines:
    """Rows by their keys, which are UUIDs, with the same columns each time."""

    def __init__(self, rows: QuerySet[Any], columns: list[str]) -> None:
        self.columns = columns
        self._query = WrittenQuery(
            lambda keys: rows.filter(
                EqualsAny(F("pk"), Value(keys, ArrayField(UUIDField())))
            ).values_list("pk", *columns),
            [UUID(int=0)],
        )

    def __call__(self, keys: list[Any]) -> list[dict[str, Any]]:
        """In the order of the keys. What is gone by now is left out."""
        if not keys:
            return []
        columns = ["pk", *self.columns]
        found = {row[0]: dict(zip(columns, row, strict=True)) for row in self._query(keys)}
        return [found[key] for key in keys if key in found]
