"""What an app declares for the engines: one declaration in one file adds a list, export or import.

`<app>/exports.py` holds EXPORTS, `<app>/imports.py` holds IMPORTS: tuples of the frozen classes
below. Engines find them with `declared("exports")`, as the admin finds its modules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils.module_loading import module_has_submodule


class Kind(StrEnum):
    """What a column holds, and so how page, CSV and XLSX write it."""

    TEXT = "text"  # never a number to Excel: documents, phones, RUC
    DATE = "date"
    MOMENT = "moment"  # an instant, written as Lima time
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"  # a stored code, written as its label
    SEALED = "sealed"  # decrypted while exporting; needs `seal`


@dataclass(frozen=True)
class Column:
    """One column of a list and of its files.

    `source` is a field, an annotation or a path (`district__name`) of the queryset. `meaning` goes
    to the sheet "Diccionario". A personal column needs its own permission and a stated purpose;
    without them it is absent.
    """

    name: str
    heading: str
    source: str
    kind: Kind = Kind.TEXT
    personal: bool = False
    meaning: str = ""
    choices: Mapping[str, str] | None = None
    seal: tuple[str, str] | None = None  # (table, column) the value was sealed for
    seal_row: str = "pk"  # path of the id of the row it was sealed for


@dataclass(frozen=True)
class Export:
    """A list of rows: the same columns, scope and numbers as page, CSV and XLSX.

    `rows(user, filters)` is already scoped by `visible_to`; `filters` is the QueryDict of the
    address. `left_out(user, filters)`, when given, counts rows dropped for want of consent.
    """

    name: str
    title: str
    permission: str
    columns: tuple[Column, ...]
    rows: Callable[[Any, Mapping[str, Any]], QuerySet[Any]]
    filters: Any = None  # a django_filters.FilterSet class: the form, and its words for the cover
    order: tuple[str, ...] = ("pk",)
    left_out: Callable[[Any, Mapping[str, Any]], int] | None = None

    @property
    def has_personal(self) -> bool:
        return any(c.personal for c in self.columns)


@dataclass(frozen=True)
class ImportColumn:
    """One column of a workbook.

    `headings` are the names it is recognised by, in any case and with or without accents.
    `clean(text, row)` returns the value kept, or raises `Refused`: what is wrong, what to do.
    """

    name: str
    heading: str
    headings: tuple[str, ...]
    clean: Callable[..., Any]
    required: bool = False
    example: str = ""
    rule: str = ""  # in words, for the template and the mapping page
    choices: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True)
class Import:
    """A kind of workbook that can be brought in: preview, commit and undo come from the engine.

    `write(rows, batch)` is the app's set-based action: it matches, compares and writes one chunk
    inside the engine's transaction, and says of each row what became of it.
    """

    name: str
    title: str
    permission: str
    columns: tuple[ImportColumn, ...]
    write: Callable[..., Any]
    sheets: tuple[str, ...] = field(default=())  # names a sheet of this kind is recognised by
    after: tuple[str, ...] = field(default=())  # imports of the same workbook that go first


def app_modules(name: str) -> list[ModuleType]:
    """The module `name` of every installed app that has one, lower floors first."""
    return [
        import_module(f"{config.name}.{name}")
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, name)
    ]


@cache
def declared(kind: str) -> dict[str, Any]:
    """Every declaration of a kind ("exports", "imports", …) by name, from all installed apps."""
    found: dict[str, Any] = {}
    for module in app_modules(kind):
        for declaration in getattr(module, kind.upper(), ()):
            if declaration.name in found:
                raise ImproperlyConfigured(f"{kind}: the name {declaration.name!r} is used twice")
            found[declaration.name] = declaration
    return found
