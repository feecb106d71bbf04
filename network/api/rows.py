"""Rows of a declared list as JSON: the same columns, scope and numbers as its page and files."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from rest_framework import serializers

from network.base.contracts import Column, Export, Kind, declared

PARTIAL_LENGTHS = {"d": 10, "m": 7, "y": 4}


class PartialDayField(serializers.CharField):
    """A day as far as it is known: 1979-03-14, 1979-03 or 1979."""

    def __init__(self, column: Column, **options: Any) -> None:
        self.column = column
        super().__init__(source="*", **options)

    def to_representation(self, value: Mapping[str, Any]) -> str | None:  # type: ignore[override]
        day = value[self.column.source]
        length = PARTIAL_LENGTHS[value[self.column.precision]]
        return day.isoformat()[:length] if day else None


def columns_of(export: Export, *, personal: bool) -> list[Column]:
    """What leaves by the API. Sealed values do not: documents and phones leave in files alone."""
    return [c for c in export.file_columns(personal=personal) if c.kind != Kind.SEALED]


def sources_of(export: Export, *, personal: bool) -> list[str]:
    columns = columns_of(export, personal=personal)
    named = [source for c in columns for source in (c.source, c.precision) if source]
    return list(dict.fromkeys(["pk", *named]))


def row_serializer(export: Export, *, personal: bool) -> type[serializers.Serializer]:
    return _row_serializer(export.name, personal)


@cache
def _row_serializer(name: str, personal: bool) -> type[serializers.Serializer]:
    export: Export = declared("exports")[name]
    fields: dict[str, Any] = {c.name: _field(c) for c in columns_of(export, personal=personal)}
    kind = "PersonalRow" if personal else "Row"
    title = f"{name.title().replace('_', '')}{kind}"
    return type(title, (serializers.Serializer,), fields)


def _field(column: Column) -> serializers.Field:
    said: dict[str, Any] = {"help_text": str(column.meaning), "allow_null": True}
    if column.precision:
        return PartialDayField(column, **said)
    if column.source != column.name:
        said["source"] = column.source
    if column.kind == Kind.CHOICES:
        return serializers.ListField(child=serializers.CharField(), **said)
    kinds: dict[Kind, type[serializers.Field]] = {
        Kind.DATE: serializers.DateField,
        Kind.MOMENT: serializers.DateTimeField,
        Kind.NUMBER: serializers.IntegerField,
        Kind.YES_NO: serializers.BooleanField,
    }
    return kinds.get(column.kind, serializers.CharField)(**said)
