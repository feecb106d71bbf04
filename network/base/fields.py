"""Model fields for what is stored sealed, and for the blind index that finds it.

    document_sealed = SealedField(null=True)
    document_index = BlindIndexField(null=True)

An action fills both from the canonical text: `seal_value(person, "document_sealed", number)` and
`index_value(Person, "document_index", number)`. `rotate_keys` finds the columns by these classes,
and the sealed column of an index by its name.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from network.base.crypto import Sealed, blind_index, seal, unseal


class OnlyNull(models.lookups.Exact[Any]):
    """`sealed=None` is a question; `sealed=value` is a mistake, no two sealings are equal."""

    def get_prep_lookup(self) -> None:
        if self.rhs is not None:
            raise FieldError("A sealed column cannot be compared; look in its blind index.")


class _OpaqueField(models.BinaryField):
    """Bytes that no form shows; only some lookups make sense of them."""

    lookups: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        return None

    def get_lookup(self, lookup_name: str) -> Any:
        return self.lookups.get(lookup_name)


class SealedField(_OpaqueField):
    """A cell made by `crypto.seal` for this table, column and row."""

    lookups = {"exact": OnlyNull, "isnull": models.lookups.IsNull}

    def from_db_value(
        self, value: Any, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(value)


class BlindIndexField(_OpaqueField):
    """HMAC of the text sealed in the column of the same name: `phone_index` of `phone_sealed`.

    Columns that hold one sort of value under several names share their `kind`, and so match.
    """

    lookups = {
        "exact": models.lookups.Exact,
        "in": models.lookups.In,
        "isnull": models.lookups.IsNull,
    }

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    @property
    def stem(self) -> str:
        return self.name.removesuffix("_index")

    @property
    def source(self) -> SealedField:
        return cast(SealedField, self.model._meta.get_field(f"{self.stem}_sealed"))

    def digest(self, text: str) -> bytes:
        return blind_index(text, kind=self.kind or self.stem)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.kind:
            kwargs["kind"] = self.kind
        return name, path, args, kwargs

    def from_db_value(
        self, value: Any, expression: Expression, connection: BaseDatabaseWrapper
    ) -> bytes | None:
        return None if value is None else bytes(value)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        try:
            found = isinstance(self.source, SealedField)
        except FieldDoesNotExist:
            found = False
        if found:
            return super().check(**kwargs)
        return [checks.Error(f"{self} needs a SealedField {self.stem}_sealed.", id="base.E001")]


def seal_value(row: models.Model, name: str, text: str | None) -> bytes | None:
    """The sealed cell `name` of `row` for `text`; empty text is no value."""
    return seal(text, **_cell(row, name)) if text else None


def open_value(row: models.Model, name: str) -> str | None:
    """The text in a sealed cell of a row, or of one of its history events."""
    blob = getattr(row, name)
    return None if blob is None else unseal(blob, **_cell(row, name))


def index_value(model: type[models.Model], name: str, text: str | None) -> bytes | None:
    """What the blind index `name` holds for `text`, to store or to look for."""
    field = cast(BlindIndexField, model._meta.get_field(name))
    return field.digest(text) if text else None


def _cell(row: models.Model, name: str) -> dict[str, str]:
    """Table, column and row that a cell is bound to; a history event keeps those of its origin."""
    origin: type[models.Model] = getattr(row, "pgh_tracked_model", type(row))
    column = cast(SealedField, origin._meta.get_field(name)).column
    row_id = str(getattr(row, origin._meta.pk.attname))
    return {"table": origin._meta.db_table, "column": column, "row": row_id}
