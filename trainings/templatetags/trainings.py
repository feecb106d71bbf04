"""Signs of trainings: the shape of a mark."""

from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from trainings.marking import LETTERS, SHAPES, Mark

register = template.Library()


@register.simple_tag
def mark_sign(mark: str) -> SafeString:
    """P, T, J, F or — in its shape, with its word for those who listen."""
    return _sign(mark, get_language())


@register.inclusion_tag("trainings/_legend.html")
def mark_legend() -> dict[str, Any]:
    return {"marks": [(mark_sign(mark), mark.label) for mark in LETTERS]}


@cache
def _sign(mark: str, _language: str | None) -> SafeString:
    return format_html(
        '<span class="mark" data-mark="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        SHAPES[Mark(mark)],
        LETTERS[Mark(mark)],
        Mark(mark).label,
    )
