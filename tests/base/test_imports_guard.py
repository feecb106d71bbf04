"""Hostile files: refused in two seconds with the reason, before and without any parser's harm."""

import io
import os
import subprocess
import sys
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.base.errors import Refused
from network.base.imports.reader import open_book
from tests.factories.workbooks import bomb, lying_bomb, ods, with_files, xlsx, zipped

LIST = xlsx([["Nombres", "DNI"], ["Rosa", "00123456"]])
SHEET = "xl/worksheets/sheet1.xml"
OPEN = (
    '<?xml version="1.0"?><worksheet '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
CLOSE = "</sheetData></worksheet>"
# Two cells, and a rectangle of seventeen thousand million between them.
FAR = (
    f'{OPEN}<row r="1"><c r="A1"><v>1</v></c></row>'
    f'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>{CLOSE}'
)


def refusal(content, name):
    started = time.process_time()
    with pytest.raises(Refused) as refused:
        _read(content, name)
    assert time.process_time() - started < 2
    return refused.value.message


def _read(content, name):
    with open_book(content, name) as book:
        for sheet in book.sheets:
            list(book.lines(sheet.index))


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (lambda: b"", "a.xlsx", "vacío"),
        (lambda: b"   \r\n", "a.csv", "vacío"),
        (lambda: b"%PDF-1.7 ...", "a.csv", "No es un archivo de texto"),
        (lambda: b"%PDF-1.7 ...", "a.xlsx", "no es un Excel"),
        (lambda: b"<html><table>", "a.csv", "No es un archivo de texto"),
        (lambda: b"Nombres;\x00\x00", "a.csv", "No es un archivo de texto"),
        (lambda: b"Nombres;DNI", "a.exe", "Ese tipo de archivo"),
        (lambda: LIST, "a.csv", "No es lo que dice su nombre"),
        (lambda: LIST, "a.xlsm", "macros"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "a.xls", "contraseña"),
        (lambda: LIST[:-40], "a.xlsx", "dañado"),
        (lambda: LIST[:2000] + b"\0" * 400 + LIST[2400:], "a.xlsx", "dañado"),
        (lambda: zipped({"hola.txt": "hola"}), "a.xlsx", "No es una hoja de cálculo"),
        (lambda: with_files(LIST, {"xl/vbaProject.bin": b"x"}), "a.xlsx", "macros"),
        (lambda: with_files(LIST, {"xl/macrosheets/s.xml": "x"}), "a.xlsx", "macros"),
        (lambda: with_files(LIST, {"xl/externalLinks/e1.xml": "x"}), "a.xlsx", "otro archivo"),
        (lambda: with_files(LIST, {"xl/embeddings/o.bin": b"x"}), "a.xlsx", "otros archivos"),
        (lambda: with_files(LIST, {"xl/dentro.zip": LIST}), "a.xlsx", "otros archivos"),
        (lambda: zipped({f"xl/{n}.xml": "" for n in range(2100)}), "a.xlsx", "demasiado grande"),
        (
            lambda: with_files(LIST, {SHEET: '<!DOCTYPE x [<!ENTITY a "aaa">]>' + OPEN + CLOSE}),
            "a.xlsx",
            "instrucciones ocultas",
        ),
        (
            lambda: with_files(LIST, {SHEET: (OPEN + CLOSE).encode("utf-16")}),
            "a.xlsx",
            "instrucciones ocultas",
        ),
        (lambda: with_files(ods([["a"]]), {"Basic/script.xml": "x"}), "a.ods", "macros"),
        (
            lambda: with_files(LIST, {SHEET: f'{OPEN}<row r="1"><c r="A1"><v>1</v>{CLOSE}'}),
            "a.xlsx",
            "dañado",
        ),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_the_reason(content, name, says):
    assert says in refusal(content(), name)


def test_honest_bomb_is_refused():
    assert "demasiado grande" in refusal(bomb(400 * 1024 * 1024), "a.xlsx")


def test_bomb_that_lies_about_its_size_is_refused():
    content = lying_bomb(400 * 1024 * 1024)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.getinfo("xl/sharedStrings.xml").file_size == 1000

    assert "demasiado grande" in refusal(content, "a.xlsx")


def test_smaller_lie_is_refused_too():
    assert "dañado" in refusal(lying_bomb(3 * 1024 * 1024), "a.xlsx")


def test_lone_cells_in_far_corners_are_refused():
    assert "demasiado grande" in refusal(with_files(LIST, {SHEET: FAR}), "a.xlsx")


def test_a_million_formatted_rows_without_values_are_read_as_none():
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_000_000, 5))
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>Nombres</t></is></c></row>'
    content = with_files(LIST, {SHEET: OPEN + first + rows + CLOSE})

    with open_book(content, "a.xlsx") as book:
        assert list(book.lines(0)) == [(1, ["Nombres"])]


def test_too_many_rows_are_refused():
    text = "Nombres;DNI\n" + "Rosa;1\n" * 200_001

    assert "200,000" in refusal(text.encode(), "a.csv")


def test_a_broken_quote_names_its_line():
    text = 'Nombres;DNI\nRosa;1\n"Ana;2\n' + "x" * 200_000

    assert "La línea" in refusal(text.encode(), "a.csv")


def test_hostile_files_stay_under_300_megabytes():
    script = (
        "import resource\n"
        "from tests.factories.workbooks import *\n"
        "import django; django.setup()\n"
        "from network.base.imports.reader import open_book\n"
        "from network.base.errors import Refused\n"
        "from tests.base.test_imports_guard import FAR, LIST, SHEET\n"
        "for content in (lying_bomb(300*1024**2), with_files(LIST, {SHEET: FAR})):\n"
        "    try:\n"
        "        with open_book(content, 'a.xlsx') as book: pass\n"
        "    except Refused: continue\n"
        "    raise SystemExit('not refused')\n"
        # Not ru_maxrss of its own: across exec it keeps the size of the tests that started it.
        "status = open('/proc/self/status').read()\n"
        "own = int(status.split('VmHWM:')[1].split()[0])\n"
        "children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print((own + children) // 1024)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "network.settings_test"},
    )

    assert told.returncode == 0, told.stderr
    assert int(told.stdout) < 300


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_damaged_workbooks_are_read_or_refused(data):
    content = bytearray(LIST)
    for _change in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))

    try:
        _read(bytes(content), "a.xlsx")
    except Refused as refused:
        assert refused.message  # noqa: PT017  # read or refused: both will do
