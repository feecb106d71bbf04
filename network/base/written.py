"""Queries that every page asks: Django writes their SQL once, each question only gives values.

To write the SQL of a row by its key takes Django longer than PostgreSQL needs to answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


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
        return list(compiler.apply_converters(rows, converters)) if converters else rows
