"""Lists: filters in the address, headings that sort, keyset pages, saved views as tabs.

A view of a list is `render(request, …, {"listing": listing_page(request, PEOPLE)})`, and its
template has {% include "base_pages/_listing.html" %}. The number of queries does not depend on the
number of rows. A place in the list is the id of a row: no name travels in the address.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.formats import number_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from network.base.access import can
from network.base.contracts import Asked, Column, Export, Found, Kind, Reach
from network.base.dates import PartialDate, day, day_and_hour
from network.base.models import SavedView
from network.base.templatetags.ui import PAGE_KEYS, masked_tail, masked_tails
from network.base.written import WrittenLines, WrittenQuery

AFTER, BEFORE = PAGE_KEYS
SEARCH, ORDER, OPEN = "q", "orden", "filtros"
TICKED = "elegidas"
ROWS_PER_PAGE = 50
# Counting stops here, so that a list costs the same at any size.
COUNTED_ROWS = 10_000
# Each row that a search meets is compared once more: it stops sooner.
COUNTED_MATCHES = 1_000
NOTHING = mark_safe('<span class="soft">—</span>')  # noqa: S308  # no text of anyone's
NO_ID = UUID(int=0)


# --- What is chosen: the same for page, file and job ---------------------------------------------
@dataclass(frozen=True)
class Selection:
    """The rows that filters and search leave of those a person reaches, and how to say so."""

    rows: QuerySet[Any]
    words: list[tuple[str, str, str]]  # key, name of the filter, its value in words
    note: str = ""
    form: forms.Form | None = None
    refusal: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.refusal) or (self.form is not None and bool(self.form.errors))

    @property
    def is_whole(self) -> bool:
        """Nothing was chosen: these are all the rows she reaches."""
        return not self.words and not self.is_refused


def select(export: Export, asked: Asked, query: QueryDict, *, with_form: bool = False) -> Selection:
    """Filter and search. A filter that cannot be read leaves no row, rather than more rows.

    Nor does one that asks about what she does not see, nor a search or a tick by whoever may take
    the list without seeing it: they would say who a row is. That is refused in words, not passed
    over: a file of more rows than were asked for would be taken for the answer.
    """
    rows, form = export.rows(asked), None
    if refusal := _not_hers_to_ask(export, asked, query):
        return Selection(rows.none(), [], refusal=refusal)
    words: list[tuple[str, str, str]] = []
    if export.filters and (with_form or _is_filtered(export, query)):
        chosen = export.filters(query, queryset=rows, request=SimpleNamespace(user=asked.user))
        form = chosen.form
        form.marks_optional = False
        rows = chosen.qs if form.is_valid() else rows.none()
        words = list(_filter_words(form))
    # PostgreSQL takes no NUL in a text, and no keyboard types one.
    found, text = Found(rows), query.get(SEARCH, "").replace("\0", "").strip()
    if text and export.search:
        found = export.search(rows, text, asked.user)
        words.insert(0, (SEARCH, _("Búsqueda"), text))
    chosen_rows = found.rows
    if TICKED in query:
        ticked = _ids(chosen_rows, query.getlist(TICKED))
        chosen_rows = chosen_rows.filter(pk__in=ticked)
        words.append((TICKED, _("Elegidas"), number_format(len(ticked))))
    return Selection(chosen_rows, words, found.note, form)


def _ids(rows: QuerySet[Any], texts: list[str]) -> set[Any]:
    """Those of `texts` that may be ids of such rows."""
    ids = set()
    for text in texts:
        with suppress(ValidationError):
            ids.add(rows.model._meta.pk.to_python(text))
    return ids


def _not_hers_to_ask(export: Export, asked: Asked, query: QueryDict) -> str:
    """Why she may not have the rows chosen or put in order like this; empty when she may."""
    shown = {column.name for column in export.file_columns(personal=False)}
    reasons = [
        _("No puedes filtrar por «%s»: es un dato que no alcanzas a ver en esta lista.")
        % force_str(export.filters.base_filters[key].label)
        for key in _filter_keys(export)
        if export.filters and query.get(key) and export.filters_on.get(key) not in shown
    ]
    if (export.search and query.get(SEARCH, "").strip()) or TICKED in query:
        reasons.append(_("No puedes buscar en esta lista: no alcanzas a ver quién es quién."))
    ordered_by = query.get(ORDER, "").removeprefix("-")
    reasons += [
        _("No puedes ordenar por «%s»: es un dato que no alcanzas a ver en esta lista.")
        % force_str(column.heading)
        for column in export.columns
        if column.sort and column.name == ordered_by and column.name not in shown
    ]
    return "" if not reasons or _sees_list(export, asked) else reasons[0]


def _sees_list(export: Export, asked: Asked) -> bool:
    """May she open the list, with every row she asks for in it?"""
    if asked.user is None or asked.permission == export.permission:
        return True
    if not can(asked.user, export.permission):
        return False
    seen = export.rows(replace(asked, permission=export.permission)).order_by().values("pk")
    return not export.rows(asked).order_by().exclude(pk__in=seen).exists()


def counted(rows: QuerySet[Any], cap: int) -> int:
    """How many rows; one more than `cap` stands for any larger number."""
    try:
        sql, params = rows.order_by().values("pk")[: cap + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS r", params)  # noqa: S608  # Django's SQL
        return int(cursor.fetchone()[0])


def _is_filtered(export: Export, query: QueryDict) -> bool:
    return any(query.get(key) for key in _filter_keys(export))


def _filter_keys(export: Export) -> list[str]:
    return list(export.filters.base_filters) if export.filters else []


def _filter_words(form: forms.Form) -> Iterator[tuple[str, str, str]]:
    for name, value in getattr(form, "cleaned_data", {}).items():
        if value in (None, "") or (isinstance(value, list | QuerySet) and not value):
            continue
        yield name, force_str(form.fields[name].label), _in_words(form.fields[name], value)


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, list | tuple | QuerySet):
        return _(" o ").join(_in_words(field, one) for one in value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return _("sí") if value else _("no")
    choices = {} if isinstance(value, Model) else dict(getattr(field, "choices", ()))
    return force_str(choices.get(value, value))


# --- Order, and a place in it --------------------------------------------------------------------
@dataclass(frozen=True)
class Order:
    """One path and then the pk, both the same way; rows without a value come last either way."""

    path: str
    is_descending: bool
    is_nullable: bool

    def terms(self, *, backwards: bool = False) -> list[OrderBy]:
        is_descending = self.is_descending != backwards
        terms = [OrderBy(F("pk"), descending=is_descending)]
        if self.path != "pk":
            nulls: dict[str, bool] = {}
            if self.is_nullable:
                nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
            terms.insert(0, OrderBy(F(self.path), descending=is_descending, **nulls))
        return terms

    def beyond(self, value: Any, pk: Any, *, backwards: bool = False) -> Q:
        """The rows that come after the row of this value and pk."""
        sign = "lt" if self.is_descending != backwards else "gt"
        further_on = Q(**{f"pk__{sign}": pk})
        if self.path == "pk":
            return further_on
        if value is None:
            tied = Q(**{f"{self.path}__isnull": True}) & further_on
            return tied | Q(**{f"{self.path}__isnull": False}) if backwards else tied
        rows = Q(**{f"{self.path}__{sign}": value}) | Q(**{self.path: value}) & further_on
        if self.is_nullable and not backwards:
            return rows | Q(**{f"{self.path}__isnull": True})
        # Says the same once more, in the form that an index on the path can use.
        return rows & Q(**{f"{self.path}__{sign}e": value})


def order_of(export: Export, rows: QuerySet[Any], asked: Asked, wanted: str = "") -> Order:
    """The order asked for by the name of a column that sorts, or else the list's own; the order of
    the keys, when the list's own would tell the names to whoever does not see them."""
    sorts = {column.name: column.sort for column in export.columns if column.sort}
    path = sorts.get(wanted.removeprefix("-"))
    text = (
        own_order(export, asked) if path is None else f"-{path}" if wanted.startswith("-") else path
    )
    path = text.removeprefix("-")
    return Order(path, text.startswith("-"), _may_be_null(rows, path))


def own_order(export: Export, asked: Asked) -> str:
    path = export.order.removeprefix("-")
    is_shown = any(path == column.sort for column in export.file_columns(personal=False))
    is_seen = asked.user is None or can(asked.user, export.permission)
    return export.order if is_shown or is_seen else "pk"


def _may_be_null(rows: QuerySet[Any], path: str) -> bool:
    if path == "pk":
        return False
    try:
        found = rows.model._meta.get_field(path)
    except FieldDoesNotExist:  # an annotation, or another table that may have no row
        return True
    return isinstance(found, Field) and found.null


Place = tuple[Any, Any]  # what a row is ordered by, and its pk


def _place(export: Export, asked: Asked, order: Order, text: str | None) -> Place | None:
    """Where the row is that an address names, if this person reaches such a row."""
    if not text:
        return None
    rows = export.rows(asked)
    try:
        pk = rows.model._meta.pk.to_python(text)
    except ValidationError:
        return None
    found = rows.filter(pk=pk).order_by().values_list(order.path, flat=True)[:1]
    return next(((value, pk) for value in found), None)


# --- The page ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool
    saved_id: UUID | None = None
    count: int | None = None


@dataclass(frozen=True)
class Heading:
    heading: str
    css: str
    sort: str = ""
    sort_url: str = ""


@dataclass(frozen=True)
class Row:
    """A row as ui/table.html draws it; `values` are as read, by the sources of the columns."""

    key: Any
    url: str
    cells: list[tuple[str, Any]]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """A page of a list: what ui/table.html, ui/pager.html, ui/chips.html and ui/tabs.html take."""

    title: str
    columns: list[Heading]
    rows: list[Row]
    total: int  # one more than `cap` stands for any larger number
    cap: int
    is_first: bool
    first_url: str
    previous_url: str
    next_url: str
    chips: list[Chip]
    clear_url: str
    open_url: str  # the same page with the form of filters
    tabs: list[Tab]
    save_url: str  # where to keep this view under a name; empty when it is kept already
    export_url: str  # empty for those who may not export
    export_path: str  # the same for a form, which sends the filters and what is ticked
    search: str | None  # None: the list cannot be searched
    note: str
    filter_form: forms.Form | None
    kept_by_search: list[tuple[str, str]]  # what the search form sends along
    kept_by_filters: list[tuple[str, str]]

    @property
    def total_in_words(self) -> str:
        return in_words(self.total, self.cap)

    @property
    def summary(self) -> str:
        """What the pager says."""
        numbers = {"shown": number_format(len(self.rows)), "total": self.total_in_words}
        if len(self.rows) == self.total:
            return _("%(total)s en total") % numbers
        if self.is_first:
            return _("1 a %(shown)s de %(total)s") % numbers
        return _("Estas %(shown)s, de %(total)s") % numbers

    @property
    def saved_tab(self) -> Tab | None:
        """Her own saved view, when it is the one being looked at."""
        return next((tab for tab in self.tabs if tab.is_current and tab.saved_id), None)


def listing_page(request: HttpRequest, export: Export, *, per_page: int = ROWS_PER_PAGE) -> Listing:
    """One page of what this person reaches of a list, as the address asks for it."""
    query = request.GET
    asked = Asked(request.user, export.permission)
    chosen = select(export, asked, query, with_form=OPEN in query)
    order = order_of(export, chosen.rows, asked, query.get(ORDER, ""))
    ends = {key: _place(export, asked, order, query.get(key)) for key in PAGE_KEYS}
    reach = _reach(export, asked, chosen, order)
    walk = _walk(export, reach, chosen.rows, order, _sources(export))
    sheet = _sheet(walk, ends[AFTER], ends[BEFORE], per_page)
    cap = COUNTED_MATCHES if query.get(SEARCH) else COUNTED_ROWS
    tabs = _tabs(request, export)
    return Listing(
        title=force_str(export.title),
        columns=[_heading(c, order, query) for c in export.columns if c.on_page],
        rows=_rows(export, sheet.values),
        total=len(sheet.values) if sheet.is_whole else _total(reach, chosen.rows, cap),
        cap=cap,
        is_first=sheet.is_first,
        first_url="" if sheet.is_first else _address(query),
        previous_url=sheet.previous_url(query),
        next_url=sheet.next_url(query),
        chips=[
            Chip(f"{name}: {value}", _address(query, {key: None}))
            for key, name, value in chosen.words
        ],
        clear_url=_address(query, dict.fromkeys([SEARCH, TICKED, *_filter_keys(export)])),
        open_url=_address(query, {OPEN: "1"}) if export.filters else "",
        tabs=tabs,
        save_url=_save_url(export, query, tabs),
        export_url=_export_url(request, export),
        export_path=_export_url(request, export).partition("?")[0],
        search=query.get(SEARCH, "") if export.search else None,
        note=chosen.note,
        filter_form=chosen.form if OPEN in query or chosen.is_refused else None,
        kept_by_search=_kept(query, {SEARCH}),
        kept_by_filters=_kept(query, {OPEN, *_filter_keys(export)}),
    )


@dataclass(frozen=True)
class Group:
    """The first rows of one list that a text finds, and where the rest is."""

    title: str
    columns: list[Heading]
    rows: list[Row]
    count: str
    has_more: bool
    note: str
    url: str


def found_in(export: Export, user: Any, text: str, *, most: int, column_count: int) -> Group | None:
    """What this person's list answers to `text`, or None for nothing. It searches, and leaves
    traces, exactly as the list itself does."""
    query = QueryDict(mutable=True)
    query[SEARCH] = text
    asked = Asked(user, export.permission)
    chosen = select(export, asked, query)
    columns = [column for column in export.columns if column.on_page][:column_count]
    order = order_of(export, chosen.rows, asked)
    walk = _walk(export, None, chosen.rows, order, _sources(export))
    sheet = _sheet(walk, None, None, most)
    if not sheet.values:
        return None
    total = len(sheet.values) if sheet.is_whole else counted(chosen.rows, COUNTED_MATCHES)
    return Group(
        title=force_str(export.title),
        columns=[Heading(force_str(column.heading), _css(column)) for column in columns],
        rows=[replace(row, cells=row.cells[:column_count]) for row in _rows(export, sheet.values)],
        count=in_words(total, COUNTED_MATCHES),
        has_more=not sheet.is_last,
        note=chosen.note,
        url=f"{reverse(export.list_url_name)}?{query.urlencode()}",
    )


def in_words(total: int, cap: int) -> str:
    """ "38", or "más de 10,000" where counting would cost more than it tells."""
    if total > cap:
        return _("más de %(count)s") % {"count": number_format(cap)}
    return number_format(total)


@dataclass(frozen=True)
class _Sheet:
    """The rows of one page, in order."""

    values: list[dict[str, Any]]
    is_first: bool
    is_last: bool

    @property
    def is_whole(self) -> bool:
        return self.is_first and self.is_last

    def previous_url(self, query: QueryDict) -> str:
        if self.is_first or not self.values:
            return ""
        return _address(query, {BEFORE: self.values[0]["pk"]})

    def next_url(self, query: QueryDict) -> str:
        return "" if self.is_last else _address(query, {AFTER: self.values[-1]["pk"]})


# The rows after a place, or before it and then the other way round: place, backwards, how many.
Walk = Callable[[Place | None, bool, int], list[dict[str, Any]]]


def _sheet(walk: Walk, after: Place | None, before: Place | None, size: int) -> _Sheet:
    if before:
        values = walk(before, True, size + 1)
        if len(values) > size:
            return _Sheet(values[size - 1 :: -1], is_first=False, is_last=False)
        after = None  # less than a page before it: the list begins here
    values = walk(after, False, size + 1)
    return _Sheet(values[:size], is_first=after is None, is_last=len(values) <= size)


def _walk(
    export: Export, reach: Reach | None, rows: QuerySet[Any], order: Order, sources: list[str]
) -> Walk:
    """By the keys where what is said of them is written already, or else all in one query."""

    def beyond(place: Place | None, backwards: bool, most: int) -> QuerySet[Any]:
        found = rows.filter(order.beyond(*place, backwards=backwards)) if place else rows
        return found.order_by(*order.terms(backwards=backwards))[:most]

    def walk(place: Place | None, backwards: bool, most: int) -> list[dict[str, Any]]:
        return list(beyond(place, backwards, most).values(*sources))

    lines = export.lines
    if lines is None:
        return walk

    def walk_keys(place: Place | None, backwards: bool, most: int) -> list[dict[str, Any]]:
        if reach:
            keys = reach.keys(place, backwards=backwards, most=most)
        else:
            keys = list(beyond(place, backwards, most).values_list("pk", flat=True))
        return _lines(lines(), tuple(sources), get_language())(keys)

    return walk_keys


@lru_cache(maxsize=20)
def _lines(rows: QuerySet[Any], sources: tuple[str, ...], language: str) -> WrittenLines:
    """Words in the SQL are those of the language."""
    return WrittenLines(rows, [source for source in sources if source != "pk"])


def _reach(export: Export, asked: Asked, chosen: Selection, order: Order) -> Reach | None:
    """A shorter way to the rows, if she wants all of them in the list's own order."""
    is_own_order = order.path == export.order and not order.is_descending
    if export.reach and chosen.is_whole and is_own_order:
        return export.reach(asked)
    return None


def _total(reach: Reach | None, rows: QuerySet[Any], cap: int) -> int:
    return reach.count(cap) if reach else counted(rows, cap)


@lru_cache(maxsize=20)
def _sources(export: Export) -> list[str]:
    """What the page reads of a row."""
    columns = [column for column in export.columns if column.on_page]
    beside = [column.precision for column in columns if column.precision]
    return list(dict.fromkeys(["pk", *(column.source for column in columns), *beside]))


def _rows(export: Export, values: list[dict[str, Any]]) -> list[Row]:
    writers = _writers(export, get_language())
    # The address is made once; the ids are put in, which is many times faster than 50 reversals.
    address = reverse(export.url_name, args=[NO_ID]) if export.url_name else ""
    before, _id, after = address.partition(str(NO_ID))
    return [
        Row(
            key=row["pk"],
            url=f"{before}{row['pk']}{after}" if address else "",
            cells=[(css, write(row)) for css, write in writers],
            values=row,
        )
        for row in values
    ]


Writer = Callable[[Mapping[str, Any]], Any]


@lru_cache(maxsize=100)
def _writers(export: Export, language: str) -> list[tuple[str, Writer]]:
    return [(_css(column), _writer(column)) for column in export.columns if column.on_page]


def _css(column: Column) -> str:
    if column.kind == Kind.NUMBER:
        return "table__num"
    return "nowrap" if column.kind in {Kind.DATE, Kind.MOMENT, Kind.TAIL} else ""


def _writer(column: Column) -> Writer:
    """How the cells of a column are written on the page. Nothing known is a dash."""
    source, precision = column.source, column.precision
    words = {code: force_str(label) for code, label in (column.choices or {}).items()}
    yes, no = _("Sí"), _("No")
    by_kind: dict[Kind, Callable[[Any], Any]] = {
        Kind.MOMENT: day_and_hour,
        Kind.DATE: day,
        Kind.NUMBER: number_format,
        Kind.YES_NO: lambda value: yes if value else no,
        Kind.CHOICE: lambda value: words.get(value, value),
        Kind.CHOICES: lambda value: ", ".join(words.get(one, one) for one in value),
    }
    write = by_kind.get(column.kind, force_str)
    if column.kind == Kind.TAIL:
        unknown, tail = masked_tail(None), masked_tails()
        return lambda row: tail(row[source]) if row[source] else unknown

    def cell(row: Mapping[str, Any]) -> Any:
        value = row[source]
        if value is None or value == "" or value == []:
            return NOTHING
        return str(PartialDate(value, row[precision])) if precision else write(value)

    return cell


def _heading(column: Column, order: Order, query: QueryDict) -> Heading:
    name = force_str(column.heading)
    if not column.sort:
        return Heading(name, _css(column))
    if column.sort != order.path:
        return Heading(name, _css(column), "", _address(query, {ORDER: column.name}))
    if order.is_descending:
        return Heading(name, _css(column), "descending", _address(query, {ORDER: column.name}))
    return Heading(name, _css(column), "ascending", _address(query, {ORDER: f"-{column.name}"}))


# --- Addresses -----------------------------------------------------------------------------------
def _address(query: QueryDict, changes: Mapping[str, Any] | None = None) -> str:
    """This page's address with other values; None removes one. It begins at the first page."""
    return f"?{urlencode(_kept(query, set(changes or {})) + _given(changes or {}))}"


def _given(changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in changes.items() if value is not None]


def _kept(query: QueryDict, dropped: set[str]) -> list[tuple[str, str]]:
    """The pairs of an address that stay, without the place in the list."""
    return [
        (key, value)
        for key, values in query.lists()
        if key not in dropped and key not in PAGE_KEYS
        for value in values
        if value
    ]


def kept_query(query: QueryDict) -> str:
    """The part of an address that is worth keeping: filters and order; never what was searched."""
    return urlencode(_kept(query, {OPEN, SEARCH, TICKED}))


_saved_views = WrittenQuery(
    lambda owner, listing: (
        SavedView.objects.filter(owner_id=owner, listing=listing)
        .order_by("name")
        .values_list("query", "name", "pk")
    ),
    NO_ID,
    "listing",
)


def _tabs(request: HttpRequest, export: Export) -> list[Tab]:
    """All, the views that the list brings, and those this person saved."""
    saved = _saved_views(request.user.pk, export.name)
    views: list[tuple[str, str, UUID | None]] = [("", _("Todas"), None)]
    views += [(query, force_str(label), None) for label, query in export.views]
    views += saved
    current = _comparable(request.GET)
    return [
        Tab(label, f"?{query}", _comparable(QueryDict(query)) == current, saved_id)
        for query, label, saved_id in views
    ]


def _comparable(query: QueryDict) -> list[tuple[str, str]]:
    return sorted(_kept(query, {OPEN}))


def _save_url(export: Export, query: QueryDict, tabs: list[Tab]) -> str:
    kept = kept_query(query)
    if not kept or any(tab.is_current for tab in tabs):
        return ""
    return f"{reverse('view-save')}?{urlencode({'lista': export.name, 'consulta': kept})}"


def _export_url(request: HttpRequest, export: Export) -> str:
    if not can(request.user, export.file_permission):
        return ""
    query = urlencode(_kept(request.GET, {OPEN}))
    return f"{reverse('export', args=[export.name])}?{query}"
