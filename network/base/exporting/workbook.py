"""The workbook: the list, a dictionary of its columns, and a sheet about where it comes from."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.encoding import force_str
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from network.base.contracts import Column, Kind
from network.base.dates import day_and_hour
from network.base.errors import Refused
from network.base.exporting.order import FileOrder
from network.base.exporting.reading import BLOCK_ROWS, read_rows

MOST_ROWS = 1_048_575
STONE = "#F3EEE5"
NUMBER_FORMATS = {
    Kind.DATE: "dd/mm/yyyy",
    Kind.MOMENT: "dd/mm/yyyy hh:mm",
    Kind.NUMBER: "#,##0.##",
}
KINDS = {
    Kind.DATE: gettext_lazy("fecha"),
    Kind.MOMENT: gettext_lazy("fecha y hora, de Lima"),
    Kind.NUMBER: gettext_lazy("número"),
    Kind.YES_NO: gettext_lazy("sí o no"),
    Kind.CHOICE: gettext_lazy("una de varias opciones"),
    Kind.CHOICES: gettext_lazy("varias opciones"),
}

Progress = Callable[[int], None]
Write = Callable[[int, int, Any], Any]


@translation.override(settings.LANGUAGE_CODE)
def write_workbook(
    order: FileOrder,
    target: IO[bytes] | io.RawIOBase,
    *,
    progress: Progress | None = None,
    keys: IO[str] | None = None,
) -> int:
    """Write the file and return how many rows it has. No cell is a formula or a link.

    `keys` is given the key of every row, one a line.
    """
    # Rows wait in a file of the spool until the sheet is whole; one left there is soon purged.
    settings.SPOOL_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {"constant_memory": True, "tmpdir": str(settings.SPOOL_ROOT)}
    with Workbook(target, options) as book:
        heading = book.add_format(
            {"bold": True, "bg_color": STONE, "text_wrap": True, "valign": "top"}
        )
        count = _write_list(book, order, heading, progress, keys)
        _write_dictionary(book, order.columns, heading)
        _write_about(book, order, count)
    return count


def _write_list(
    book: Workbook,
    order: FileOrder,
    heading: CellFormat,
    progress: Progress | None,
    keys: IO[str] | None,
) -> int:
    sheet = book.add_worksheet(force_str(order.export.title)[:31])
    writers = [_writer(book, sheet, column) for column in order.columns]
    _write_heading(sheet, order.columns, heading)
    count = 0
    for count, (*cells, key) in enumerate(read_rows(order.table), start=1):
        if count > MOST_ROWS:
            raise Refused(_("Excel no abre más de 1,048,575 filas. Pide la lista en CSV."))
        for index, write in enumerate(writers):
            if cells[index] is not None:
                write(count, index, cells[index])
        if keys:
            keys.write(f"{key}\n")
        if progress and count % BLOCK_ROWS == 0:
            progress(count)
    if order.columns:
        sheet.autofilter(0, 0, count, len(order.columns) - 1)
    return count


def _write_heading(sheet: Worksheet, columns: Sequence[Column], heading: CellFormat) -> None:
    for index, column in enumerate(columns):
        options = {"hidden": True} if column.is_hidden else None
        sheet.set_column(index, index, column.width, None, options)
        sheet.write_string(0, index, force_str(column.heading), heading)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()


def _writer(book: Workbook, sheet: Worksheet, column: Column) -> Write:
    """Documents, phones and RUC are text cells; dates and numbers are real ones."""
    number_format = NUMBER_FORMATS.get(column.kind)
    cell_format = book.add_format({"num_format": number_format or "@"})
    if column.kind == Kind.NUMBER:
        return lambda row, index, value: sheet.write_number(row, index, value, cell_format)
    if number_format is None:
        return lambda row, index, value: sheet.write_string(row, index, value, cell_format)

    def write_day(row: int, index: int, value: Any) -> None:
        if isinstance(value, str):  # only the month or the year is known
            sheet.write_string(row, index, value)
        else:
            sheet.write_datetime(row, index, value, cell_format)

    return write_day


def _write_dictionary(book: Workbook, columns: Sequence[Column], heading: CellFormat) -> None:
    sheet = book.add_worksheet(_("Diccionario"))
    titles = (_("Columna"), _("Qué significa"), _("Qué contiene"), _("Dato personal"))
    for index, (title, width) in enumerate(zip(titles, (30, 70, 24, 14), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, heading)
    for row, column in enumerate(columns, start=1):
        kind = KINDS.get(column.kind, _("texto"))
        personal = _("Sí") if column.personal else _("No")
        for index, text in enumerate((column.heading, column.meaning, kind, personal)):
            sheet.write_string(row, index, force_str(text))
    sheet.freeze_panes(1, 0)


def _write_about(book: Workbook, order: FileOrder, count: int) -> None:
    sheet = book.add_worksheet(_("Acerca de"))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    for row, (name, text) in enumerate(about(order, count, timezone.now())):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrapped)


def about(order: FileOrder, count: int, now: datetime) -> list[tuple[str, str]]:
    """Where a file comes from: what the sheet "Acerca de" says, line by line."""
    lines = [(_("Atención"), _("DATOS DE DEMOSTRACIÓN: personas y organizaciones inventadas."))]
    lines = lines if settings.DEMO else []
    who = order.user.name if order.user else _("La administración del servidor")
    if order.is_personal:
        lines.append((_("CONFIDENCIAL"), _("Tiene datos personales. Lo pidió %s.") % who))
    lines += [
        (_("Lista"), force_str(order.export.title)),
        (_("Quién lo pidió"), who),
        (_("Cuándo, hora de Lima"), day_and_hour(now)),
        (_("Filtros"), order.filter_in_words),
        (_("Filas"), number_format(count)),
        (_("Filas que faltan por no tener consentimiento"), number_format(order.left_out_count)),
    ]
    if order.is_personal:
        lines.append((_("Para qué"), order.purpose_in_words))
    elif order.export.has_personal:
        lines.append(
            (_("Datos personales"), _("Este archivo no los lleva: esas columnas no están."))
        )
    return lines
