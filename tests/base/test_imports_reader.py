"""Workbooks as people have them: read right, with the numbers of rows they see."""

from datetime import date

import pytest
import xlsxwriter

from network.base.errors import Refused
from network.base.imports.reader import decoded, open_book
from tests.factories.workbooks import ods, xlsx, xlsx_book


def lines(content, name, sheet=0):
    with open_book(content, name) as book:
        return list(book.lines(sheet))


def test_text_number_and_date_cells_read_as_typed():
    rows = [
        ["Nombres", "DNI", "Nacimiento", "Teléfono", "WhatsApp", "Año"],
        ["'Rosa\u00a0", "00123456", date(1979, 11, 28), 951000720, True, 2019.0],
    ]

    assert lines(xlsx(rows), "a.xlsx") == [
        (1, rows[0]),
        (2, ["Rosa", "00123456", "28/11/1979", "951000720", "sí", "2019"]),
    ]


def test_dates_of_1904_are_the_same_days():
    book = xlsx([["Nacimiento"], [date(1979, 11, 28)]], date_1904=True)

    assert lines(book, "a.xlsx")[1] == (2, ["28/11/1979"])


def test_formulas_give_their_cached_value():
    assert lines(xlsx([["Nombres"], [("=A9&B9", "Rosa Mamani")]]), "a.xlsx")[1] == (
        2,
        ["Rosa Mamani"],
    )


def test_rows_with_nothing_but_spaces_are_no_rows():
    rows = [["Nombres", "DNI"], [" ", ""], ["Rosa", "1"], ["\u00a0", " "], [" ", " "]]

    assert [number for number, _cells in lines(xlsx(rows), "a.xlsx")] == [1, 3]


def test_a_cell_merged_downwards_counts_for_each_of_its_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.merge_range("A1:C1", "Padrón de socias")
    sheet.write_row("A2", ["Organización", "Nombres", "DNI"])
    sheet.merge_range("A3:A5", "Piedra Viva")
    for row, name in enumerate(["Rosa", "Ana", "Luz"], start=2):
        sheet.write(row, 1, name)
    book.close()

    read = lines(path.read_bytes(), "a.xlsx")

    assert read[0] == (1, ["Padrón de socias", "", ""])
    assert [cells[:2] for _number, cells in read[2:]] == [
        ["Piedra Viva", "Rosa"],
        ["Piedra Viva", "Ana"],
        ["Piedra Viva", "Luz"],
    ]


def test_ods_is_read_and_its_million_blank_rows_are_not():
    assert lines(ods([["Nombres", "DNI"], ["Ñusta", "00123456"]]), "a.ods") == [
        (1, ["Nombres", "DNI"]),
        (2, ["Ñusta", "00123456"]),
    ]


def test_every_sheet_of_a_workbook_is_read():
    book = xlsx_book({"Bases": [["Organización"]], "Socias": [["Nombres"], ["Rosa"]]})

    with open_book(book, "a.xlsx") as opened:
        assert [sheet.name for sheet in opened.sheets] == ["Bases", "Socias"]
        assert list(opened.lines(1)) == [(1, ["Nombres"]), (2, ["Rosa"])]
        assert list(opened.lines(0)) == [(1, ["Organización"])]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_every_usual_way(separator, encoding):
    text = f'Nombres{separator}Apellido\r\n"Núñez{separator}Ana"{separator}Peña\r\n'

    assert lines(text.encode(encoding), "a.csv") == [
        (1, ["Nombres", "Apellido"]),
        (2, [f"Núñez{separator}Ana".replace("\t", " "), "Peña"]),
    ]


def test_csv_may_name_its_separator_and_keep_its_row_numbers():
    text = 'sep=;\nNombres;Nota\n\nRosa;"dos\nlíneas"\nAna;x\n'

    assert [number for number, _cells in lines(text.encode(), "a.csv")] == [2, 4, 6]


def test_pasted_cells_are_rows():
    assert lines(b"Nombres\tDNI\nRosa\t00123456", "pegado.txt")[1] == (2, ["Rosa", "00123456"])


def test_text_that_no_encoding_explains_is_refused():
    with pytest.raises(Refused, match="letras"):
        decoded(b"\x81\x8d\x8f")
