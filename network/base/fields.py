"""Model fields for what is stored sealed, and for the blind index that finds it.

    document_sealed = SealedField(null=True)
    document_index = BlindIndexField(
        kind="document", source="document_sealed", beside=["document_kind"], null=True
    )

An action fills both from the canonical text: `seal_value(person, "document_sealed", number)` and
`index_value(person, "document_index", number)`. `rotate_keys` finds the columns by these classes.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.lookups import Exact

from network.base.crypto import Sealed, blind_index, seal, unseal


class OnlyNull(Exact):
    """`sealed=None` is a question; `sealed=value` is a mistake, no two sealings are equal."""

    def get_prep_lookup(self) -> None:
        if self.rhs is not None:
            raise FieldError("A sealed column cannot be compared; look in its blind index.")


class _OpaqueField(models.BinaryField):
    """Bytes that no form or admin page shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        return None


class SealedField(_OpaqueField):
    """A cell made by `crypto.seal` for this table, column and row."""

    def from_db_value(
        self, value: Any, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(value)


SealedField.register_lookup(OnlyNull)


class BlindIndexField(_OpaqueField):
    """HMAC of the text sealed in `source`, preceded by the columns `beside` it when given.

    Columns that hold one sort of value under several names share their `kind`, and so match.
    `beside` tells equal texts apart: the same digits are one DNI and another foreigner's card.
    """

    def __init__(
        self, *args: Any, kind: str, source: str, beside: Sequence[str] = (), **kwargs: Any
    ) -> None:
        self.kind, self.source, self.beside = kind, source, tuple(beside)
        super().__init__(*args, **kwargs)

    def digest(self, text: str, *beside: str) -> bytes:
        """What this column holds for `text`, given the values of the `beside` columns in order."""
        if len(beside) != len(self.beside):
            raise TypeError(f"{self} needs the values of {self.beside}")
        return blind_index("\x1f".join([*beside, text]), kind=self.kind)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"kind": self.kind, "source": self.source}
        if self.beside:
            kwargs["beside"] = list(self.beside)
        return name, path, args, kwargs

    def from_db_value(
        self, value: Any, expression: Expression, connection: BaseDatabaseWrapper
    ) -> bytes | None:
        return None if value is None else bytes(value)


def seal_value(row: models.Model, name: str, text: str | None) -> bytes | None:
    """The sealed cell `name` of `row` for `text`; empty text is no value."""
    return seal(text, **_cell(row, name)) if text else None


def open_value(row: models.Model, name: str) -> str | None:
    """The text in a sealed cell of a row, or of one of its history events."""
    blob = getattr(row, name)
    return None if blob is None else unseal(blob, **_cell(row, name))


def index_value(row: models.Model, name: str, text: str | None) -> bytes | None:
    """What the blind index `name` of `row` holds for `text`; empty text is no value."""
    if not text:
        return None
    field = _index_field(type(row), name)
    return field.digest(text, *(str(getattr(row, other)) for other in field.beside))


def index_of(model: type[models.Model], name: str, text: str, *beside: str) -> bytes:
    """The value to look for in the blind index `name`, without a row at hand."""
    return _index_field(model, name).digest(text, *beside)


def _index_field(model: type[models.Model], name: str) -> BlindIndexField:
    return cast(BlindIndexField, model._meta.get_field(name))


def column_of(model: type[models.Model], name: str) -> str:
    return cast(str, cast("models.Field[Any, Any]", model._meta.get_field(name)).column)


def _cell(row: models.Model, name: str) -> dict[str, str]:
    """Table, column and row that a cell is bound to; a history event keeps those of its origin."""
    origin: type[models.Model] = getattr(row, "pgh_tracked_model", type(row))
    row_id = str(getattr(row, origin._meta.pk.attname))
    return {"table": origin._meta.db_table, "column": column_of(origin, name), "row": row_id}
