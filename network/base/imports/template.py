"""The empty workbook to fill in: headings, drop-down lists, rules, and how it is filled."""

import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils import translation
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from network.base.contracts import Import, ImportColumn

ROWS = 1000  # that have format and lists
LISTS = "Listas"


@translation.override(settings.LANGUAGE_CODE)
def template_workbook(imports: Iterable[Import]) -> bytes:
    """One sheet per list. Every cell is text: Excel then keeps zeros, and 1979 stays a year."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    imports = sorted(imports, key=lambda one: (one.is_extra, -one.order))
    sheets = [(one, book.add_worksheet(force_str(one.title))) for one in imports]
    _write_rules(book, imports)
    lists = book.add_worksheet(LISTS)
    lists.hide()
    place = 0
    for declaration, sheet in sheets:
        place = _write_sheet(book, sheet, declaration, lists, place)
    book.close()
    return target.getvalue()


def _shown(declaration: Import) -> list[ImportColumn]:
    return [column for column in declaration.columns if not column.is_hidden]


def _write_sheet(book: Any, sheet: Any, declaration: Import, lists: Any, place: int) -> int:
    heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#efe9e0", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    columns = _shown(declaration)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, text)
        sheet.write_string(0, index, force_str(column.heading), heading)
        if column.rule:
            sheet.write_comment(0, index, force_str(column.rule))
        if column.choices:
            _write_list(lists, place, column)
            letter = xlsxwriter.utility.xl_col_to_name(place)
            sheet.data_validation(
                1,
                index,
                ROWS,
                index,
                {
                    "validate": "list",
                    "source": f"={LISTS}!${letter}$1:${letter}${len(column.choices)}",
                    "error_title": force_str(column.heading)[:32],
                    "error_message": _("Elige de la lista."),
                },
            )
            place += 1
        elif column.rule:
            sheet.data_validation(
                1,
                index,
                ROWS,
                index,
                {
                    "validate": "any",
                    "input_title": force_str(column.heading)[:32],
                    "input_message": force_str(column.rule)[:255],
                },
            )
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, ROWS, len(columns) - 1)
    return place


def _write_list(lists: Any, place: int, column: ImportColumn) -> None:
    for line, choice in enumerate(column.choices):
        lists.write_string(line, place, force_str(choice))


def _write_rules(book: Any, imports: Iterable[Import]) -> None:
    sheet = book.add_worksheet(_("Cómo se llena"))
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 2, 70, wrap)
    sheet.set_column(3, 3, 26)
    advice = [
        _("Una fila por persona u organización. No hace falta llenar todas las columnas."),
        _("Una celda vacía no borra nada. Para borrar un dato, escribe #BORRAR."),
        _("Puedes cambiar el orden de las columnas o agregar otras: las demás se dejan."),
    ]
    line = 0
    for sentence in advice:
        sheet.write_string(line, 0, sentence)
        line += 1
    for name, place in (
        (_("Hoja"), 0),
        (_("Columna"), 1),
        (_("Qué se escribe"), 2),
        (_("Ejemplo"), 3),
    ):
        sheet.write_string(line + 1, place, name, bold)
    line += 2
    for declaration in imports:
        for column in _shown(declaration):
            sheet.write_string(line, 0, force_str(declaration.title))
            sheet.write_string(line, 1, force_str(column.heading))
            sheet.write_string(line, 2, force_str(column.rule), wrap)
            sheet.write_string(line, 3, force_str(column.example))
            line += 1
