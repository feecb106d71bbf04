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
from typing import Any, Protocol

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils.module_loading import module_has_submodule
from django_filters import FilterSet


class Kind(StrEnum):
    """What a column holds, and so how page, CSV and XLSX write it."""

    TEXT = "text"  # never a number to Excel: documents, phones, RUC
    DATE = "date"  # with `precision`, a month or a year stays a month or a year
    MOMENT = "moment"  # an instant, written as Lima time
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"  # a stored code, written as its label
    CHOICES = "choices"  # an array of them
    SEALED = "sealed"  # decrypted while exporting; needs `seal`
    TAIL = "tail"  # the end of a sealed value, for pages: •••••412


@dataclass(frozen=True)
class Column:
    """One column of a list and of its files.

    `source` is a field, an annotation or a path (`district__name`) of the queryset. `meaning` goes
    to the sheet "Diccionario". A personal column needs its own permission and a stated purpose to
    leave in a file; without them it is absent. `sort` is the path a click on the heading sorts by.
    """

    name: str
    heading: Any
    source: str
    kind: Kind = Kind.TEXT
    personal: bool = False
    meaning: Any = ""
    choices: Mapping[str, Any] | None = None
    precision: str = ""  # path of a "d", "m" or "y" beside a date
    seal: tuple[str, str] | None = None  # (table, column) the value was sealed for
    seal_row: str = "pk"  # path of the id of the row it was sealed for
    wording: Callable[[str], str] | None = None  # how an opened value is written: a phone in groups
    sort: str = ""
    on_page: bool = True
    in_file: bool = True
    is_hidden: bool = False  # in the workbook: there for the machine, not to be read
    width: int = 16


@dataclass(frozen=True)
class Asked:
    """Who asks for rows, by which permission, and for what.

    Without a user it is the command line of the server: it reaches everything.
    """

    user: Any
    permission: str
    purpose: str = ""


@dataclass(frozen=True)
class Found:
    """What a search found. `note` is told on the page when it is not what was typed."""

    rows: QuerySet[Any]
    note: str = ""


class Reach(Protocol):
    """The rows of a person in the order that the list has at first."""

    def keys(self, place: tuple[Any, Any] | None, *, backwards: bool, most: int) -> list[Any]:
        """The first ones after (or before) a place, which is what orders a row and its pk."""

    def count(self, cap: int) -> int:
        """How many there are; one more than `cap` stands for any larger number."""


@dataclass(frozen=True, eq=False)
class Export:
    """A list of rows: the same columns, scope and numbers as page, CSV and XLSX.

    `rows(asked)` is what the permission of that person reaches; filters of the address are applied
    by the engine. `search(rows, text, user)` answers `?q=`. `left_out(asked)`, when given, is the
    rows that want of consent keeps from her: they are counted and told.

    Whoever may take the list without seeing it may filter and sort by what her file shows, and by
    nothing else: the rows left would tell the rest. `filters_on` says which column a filter asks
    about; one that is not named there is for those who see the list.

    `lines()`, for a long list, is rows with what their columns say, whoever asks: the page then
    finds the keys of its rows in `rows(asked)` and reads only these. `reach(asked)` may know a
    shorter way to the rows of one person than `rows(asked)`, as long as nothing is filtered.
    """

    name: str
    title: Any
    columns: tuple[Column, ...]
    rows: Callable[[Asked], QuerySet[Any]]
    permission: str  # to open the list
    file_permission: str = "export"
    personal_permission: str = "export_personal"
    filters: type[FilterSet] | None = None
    filters_on: Mapping[str, str] = field(default_factory=dict)  # filter to name of a column
    search: Callable[[QuerySet[Any], str, Any], Found] | None = None
    order: str = "pk"  # the path that sorts the list at first; "-" before it for the last first
    url_name: str = ""  # of a row's page; it takes the row's pk
    list_url_name: str = ""  # of the list's own page
    views: tuple[tuple[Any, str], ...] = ()  # tabs above the list: words, filters ("cargo=si")
    left_out: Callable[[Asked], QuerySet[Any]] | None = None
    lines: Callable[[], QuerySet[Any]] | None = None
    reach: Callable[[Asked], "Reach | None"] | None = None

    @property
    def has_personal(self) -> bool:
        return any(c.personal for c in self.columns)

    def file_columns(self, *, personal: bool) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.in_file and (personal or not c.personal))


@dataclass(frozen=True)
class ImportColumn:
    """One column of a workbook.

    `headings` are other names it is recognised by, in any case and with or without accents.
    `clean(text)` returns the value kept, or raises `Refused`: what is wrong, what to do.
    """

    name: str
    heading: Any
    clean: Callable[[str], Any]
    headings: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT  # how the template keeps the cells: as text, or as a real date
    rule: Any = ""  # in words, for the template
    example: Any = ""  # text, or text to be translated
    choices: tuple[Any, ...] = ()  # the drop-down list of the template
    is_required: bool = False
    can_be_erased: bool = True
    is_hidden: bool = False  # in the template: for the machine, not to be filled
    width: int = 18


@dataclass(frozen=True, eq=False)
class Import:
    """A kind of list that can be brought in: preview, commit and undo come from the engine.

    `write(rows, run)` is the app's set-based action: inside the engine's transaction it matches,
    compares and writes one block of `engine.Row`s, and says of each what became of it.

    `prepare(run)` answers what does, to each block, all that needs no database, in a thread of its
    own while `write` is at the block before: what it finds out it leaves in `row.prepared`.
    """

    name: str
    title: Any
    permission: str
    columns: tuple[ImportColumn, ...]
    write: Callable[[list[Any], Any], None]
    row_name: Callable[[Mapping[str, str]], str]  # what a row is called on the pages
    prepare: Callable[[Any], Callable[[list[Any]], None]] | None = None
    needs: tuple[tuple[str, ...], ...] = ()  # of each group, one column at least
    sheets: tuple[str, ...] = ()  # words in the name of a sheet of this kind
    order: int = 100  # in one workbook, the lower goes first
    is_extra: bool = False  # its sheet stands in the template after those of the registry
    list_url_name: str = ""  # where the rows are seen once they are in


@dataclass(frozen=True)
class RecordSection:
    """A part an app adds to the page of a record of a lower floor: her trainings on a woman's page.

    `<app>/sections.py` holds SECTIONS. `context(record, user)` answers what `template` needs, or
    None when there is nothing to show; the row is in scope already. Lower `order` comes first.
    """

    name: str
    record: str  # "person"
    template: str
    permission: str
    context: Callable[[Any, Any], Mapping[str, Any] | None]
    order: int = 100


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
