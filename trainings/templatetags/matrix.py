"""The rows of the matrix. A template would take ten times as long for its thousand cells."""

from collections.abc import Iterable
from html import escape
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network.base.listing import NO_ID
from trainings.matrix import Cell, Row

register = template.Library()
OTHER_ID = UUID(int=1)


@register.simple_tag
def matrix_rows(rows: Iterable[Row], is_today: bool, opens: bool) -> SafeString:
    """`opens`: a number leads to the women behind it, who are told of today only."""
    page = reverse("organisation-detail", args=[NO_ID])
    gap = reverse("matrix-gap", args=[OTHER_ID, NO_ID]) if is_today and opens else ""
    return SafeString("\n".join(_row(row, page, gap) for row in rows))


def _row(row: Row, page: str, gap: str) -> str:
    here = str(row.organisation_id)
    name = f'<a href="{page.replace(str(NO_ID), here)}">{escape(row.name)}</a>'
    gap = gap.replace(str(NO_ID), here)
    cells = "".join(_cell(cell, gap) for cell in row.cells)
    step = ""
    if gap and row.worst:
        words = f'{_("Invitar")}<span class="visually-hidden">: {escape(row.name)}</span>'
        step = f'<a href="{_address(row.worst, gap)}">{words}</a>'
    return (
        f'<tr><th scope="row" class="table__sticky">{name}</th>'
        f'<td class="table__num">{number_format(row.members)}</td>{cells}'
        f'<td class="table__num strong">{number_format(row.missing)}</td>'
        f'<td class="nowrap">{step}</td></tr>'
    )


def _cell(cell: Cell, gap: str) -> str:
    count = cell.count
    if not count.due:
        return f'<td class="heat"><span class="soft">{cell.gap_words or "—"}</span></td>'
    lines = [cell.gap_words]
    if count.expiring:
        lines.append(
            ngettext("%(count)s vence", "%(count)s vencen", count.expiring)
            % {"count": count.expiring}
        )
    if count.unverified:
        lines.append(
            ngettext("%(count)s histórico", "%(count)s históricos", count.unverified)
            % {"count": count.unverified}
        )
    text = number_format(count.covered) + "".join(
        f' <span class="heat__gap">{line}</span>' for line in lines
    )
    inside = f'<a class="heat__link" href="{_address(cell, gap)}">{text}</a>' if gap else text
    return f'<td class="heat" data-step="{cell.step}">{inside}</td>'


def _address(cell: Cell, gap: str) -> str:
    return gap.replace(str(OTHER_ID), str(cell.requirement.pk))
