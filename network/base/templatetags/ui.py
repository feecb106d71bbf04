"""Tags and filters every template has at hand: pieces of the interface and Peruvian formats."""

import html
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils.formats import localize, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from network.base import dates
from network.base.access import can
from network.base.figures import PublicCount, Ratio
from network.base.phones import phone_in_groups
from network.base.tiles import tiles

register = template.Library()

PAGE_KEYS = ("despues", "antes")

PILL_ICONS = {
    "done": "check",
    "current": "clock",
    "late": "alert",
    "ours": "turn",
    "none": "dash",
}


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, label: str = "", css: str = "icon") -> SafeString:
    """A sign from static/icons.svg; without a label it only decorates the word beside it."""
    said = format_html(' role="img" aria-label="{}"', label) if label else ' aria-hidden="true"'
    return format_html(
        '<svg class="{}"{} focusable="false"><use href="{}#{}"/></svg>',
        css,
        SafeString(said),
        static("icons.svg"),
        name,
    )


class KeptNode(template.Node):
    MOST = 500

    def __init__(self, value: str, inside: NodeList) -> None:
        self.value, self.inside = value, inside
        self.drawn: dict[Hashable, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        value = context[self.value] if self.value else None
        if callable(value):
            value = value()
        key = (get_language(), value)
        drawn = self.drawn.get(key)
        if drawn is None:
            drawn = self.inside.render(context.new({self.value: value}))
            if len(self.drawn) >= self.MOST:
                self.drawn.clear()
            self.drawn[key] = drawn
        return drawn


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """{% kept frame %}…{% endkept %}: drawn once per language and value, then kept in memory.

    What is inside sees that one value and nothing else of the page, so that nothing of one person
    can be kept for another. Without a value it is the same on every page.
    """
    words = token.split_contents()[1:]
    if len(words) > 1:
        raise template.TemplateSyntaxError("kept takes at most one value")
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode("".join(words), inside)


@register.simple_tag
def pill(state: str, label: str, sign: str = "") -> SafeString:
    """A state in words: done, current, late, ours or none, always with its sign."""
    drawn = icon(sign or PILL_ICONS[state])
    return format_html('<span class="pill" data-state="{}">{} {}</span>', state, drawn, label)


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A field with label, hint, error and control; options as at the top of ui/field.html."""
    return bound.render(context={"field": bound, **options})


def _forms(sources: tuple[Any, ...]) -> Iterator[tuple[str, BaseForm]]:
    """Every form behind forms and formsets, with the words that tell the row."""
    for source in sources:
        if isinstance(source, BaseFormSet):
            for number, form in enumerate(source.forms, start=1):
                yield _("Fila %(number)s: ") % {"number": number}, form
        elif isinstance(source, BaseForm):
            yield "", source


def _problems(sources: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    for source in sources:
        if isinstance(source, BaseFormSet) and source.is_bound:
            yield from ({"text": text} for text in source.non_form_errors())
    for row, form in _forms(sources):
        yield from ({"row": row, "text": text} for text in form.non_field_errors())
        for bound in form:
            target = "" if bound.is_hidden else getattr(bound, "target", bound.id_for_label)
            yield from ({"row": row, "text": text, "target": target} for text in bound.errors)


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*sources: Any) -> dict[str, Any]:
    """All the problems of forms and formsets, in the words of the fields, linked to them."""
    return {"problems": list(_problems(sources))}


def _has_errors(value: Any) -> bool:
    if isinstance(value, BaseFormSet):
        return value.is_bound and (any(value.errors) or bool(value.non_form_errors()))
    return isinstance(value, BaseForm) and value.is_bound and bool(value.errors)


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """Begin the page's title with "Error: " when any form on it was refused."""
    # Looking at the token would leave its cookie with whoever only reads the page.
    values = [value for name, value in context.flatten().items() if name != "csrf_token"]
    return _("Error: ") if any(_has_errors(value) for value in values) else ""


class IfCanNode(template.Node):
    def __init__(
        self,
        permission: FilterExpression,
        obj: FilterExpression | None,
        allowed: NodeList,
        refused: NodeList,
    ) -> None:
        self.permission, self.obj = permission, obj
        self.allowed, self.refused = allowed, refused

    def render(self, context: Context) -> SafeString:
        user = context.get("user") or getattr(context.get("request"), "user", None)
        obj = self.obj.resolve(context) if self.obj else None
        is_allowed = user is not None and can(user, self.permission.resolve(context), obj)
        return (self.allowed if is_allowed else self.refused).render(context)


@register.tag
def if_can(parser: Parser, token: Token) -> IfCanNode:
    """{% if_can "person_edit" person %}…{% else %}…{% endif_can %}; the row may be left out."""
    words = token.split_contents()[1:]
    if not 1 <= len(words) <= 2:
        raise template.TemplateSyntaxError("if_can takes a permission and at most one row")
    permission, obj = parser.compile_filter(words[0]), None
    if len(words) == 2:
        obj = parser.compile_filter(words[1])
    allowed, refused = parser.parse(("else", "endif_can")), NodeList()
    if parser.next_token().contents == "else":
        refused = parser.parse(("endif_can",))
        parser.delete_first_token()
    return IfCanNode(permission, obj, allowed, refused)


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: Any) -> str:
    """This page's address with other values; None or "" removes one. Paging starts again."""
    query = context["request"].GET.copy()
    for key in PAGE_KEYS:
        query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def table_rows(rows: Iterable[Any], ticks: str = "") -> SafeString:
    """The rows of ui/table.html. A template would take ten times as long for every cell."""
    tick_words = _("Elegir a %(name)s") if ticks else ""
    return SafeString("\n".join(_table_row(row, ticks, tick_words) for row in rows))


def _table_row(row: Any, ticks: str, tick_words: str) -> str:
    (css, value), *others = row.cells
    name = _cell(value)
    off = ' data-state="off"' if getattr(row, "is_off", False) else ""
    ticked, box = "", ""
    if ticks:
        is_ticked = getattr(row, "is_ticked", False)
        ticked = ' aria-selected="true"' if is_ticked else ""
        box = _tick_box(row, ticks, tick_words % {"name": name}, is_ticked)
    link = f'<a href="{_cell(row.url)}">{name}</a>' if row.url else name
    cells = "".join(
        f'<td class="{css}">{_cell(one)}</td>' if css else f"<td>{_cell(one)}</td>"
        for css, one in others
    )
    sticky = f"table__sticky {css}" if css else "table__sticky"
    return f'<tr{ticked}{off}>{box}<th scope="row" class="{sticky}">{link}</th>{cells}</tr>'


def _tick_box(row: Any, ticks: str, said: str, is_ticked: bool) -> str:
    checked = " checked" if is_ticked else ""
    return (
        f'<td><label class="check-cell"><span class="visually-hidden">{said}</span>'
        f'<input class="check" type="checkbox" name="{ticks}" value="{_cell(row.key)}"{checked}>'
        "</label></td>"
    )


def _cell(value: Any) -> str:
    """As `{{ value }}` would write it."""
    if not isinstance(value, str):
        value = localize(value)
    # Django's `escape` asks of each text whether it is yet to be translated.
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


@register.inclusion_tag("ui/pager.html")
def pager(listing: Any) -> dict[str, Any]:
    return {"listing": listing}


@register.inclusion_tag("ui/tile_map.html")
def tile_map(counts: Mapping[str, PublicCount], label: str, name: str = "mapa") -> dict[str, Any]:
    """Departments as squares, with the table of the same numbers; `name` prefixes the ids."""
    drawn, legend = tiles(counts)
    shown = [tile for tile in drawn if tile.step]
    shown.sort(key=lambda tile: (-(tile.count.value or 0), tile.name))
    return {"tiles": drawn, "shown": shown, "legend": legend, "label": label, "name": name}


@register.inclusion_tag("ui/empty.html")
def empty_state(title: str, text: str = "", href: str = "", action: str = "") -> dict[str, Any]:
    """Why there is nothing, and the one next act. (`empty` alone belongs to {% for %}.)"""
    return {"title": title, "text": text, "href": href, "action": action}


@register.simple_tag
def masked_tail(tail: str | None, absent: str = "") -> SafeString:
    """The end of a document or phone that is kept sealed: •••••412."""
    if not tail:
        return format_html('<span class="soft">{}</span>', absent or _("sin dato"))
    return masked_tails()(tail)


def masked_tails() -> Callable[[str], SafeString]:
    """Writes one end after another, as a list has them."""
    before = (
        '<span class="code nowrap"><span aria-hidden="true">•••••</span>'
        f'<span class="visually-hidden">{html.escape(_("termina en"))} </span>'
    )
    return lambda tail: SafeString(f"{before}{html.escape(tail)}</span>")


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """1,234.50; words stay; nothing known is a dash, which is not zero."""
    if value in (None, ""):
        return "—"
    return value if isinstance(value, str) else number_format(value, decimals, force_grouping=True)


@register.filter
def figure_value(value: Any) -> str:
    """A figure as it is read: whole numbers whole, others with one decimal, a share with both its
    parts."""
    if isinstance(value, Ratio):
        if value.percent is None:
            return "—"
        return _("%(percent)s %% (%(some)s de %(all)s)") % {
            "percent": number(value.percent, 1),
            "some": number(value.numerator),
            "all": number(value.denominator),
        }
    if value in (None, ""):
        return "—"
    return number(int(value)) if value == int(value) else number(value, 1)


@register.filter
def public_count(count: PublicCount) -> str:
    """A count in words where it may not be told, or is none."""
    if count.value is None:
        return _("menos de 5") if count.is_few else _("no se publica")
    return number(count.value) if count.value else _("ninguna")


@register.filter
def phone(value: str | None) -> str:
    return phone_in_groups(value) if value else ""


# A tag where a day is printed, a filter where it is passed on to an include.
for name, words in {
    "es_date": dates.day,
    "words_date": dates.day_in_words,
    "es_time": dates.hour,
    "es_datetime": dates.day_and_hour,
}.items():
    register.simple_tag(words, name=name)
    register.filter(name, words)
