"""The English catalogue: complete for what the code says, and compiled as it is written."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "_t", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def said_in_python() -> Iterator[str]:
    for app in ("network", "members"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                first = node.args[0] if node.args else None
                if node.func.id in CALLS and isinstance(first, ast.Constant):
                    yield first.value


def said_in_templates() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        yield from re.findall(r'{% translate "([^"]+)"', path.read_text())


def messages() -> list[Message]:
    with (FOLDER / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


def catalogue() -> dict[str, object]:
    return {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in messages()}


def test_everything_that_is_said_has_its_english() -> None:
    known = catalogue()

    said = {*said_in_python(), *said_in_templates()}
    assert said
    assert sorted(said - known.keys()) == []
    assert [text for text, english in known.items() if not all([english, *english])] == []


def test_placeholders_survive_the_translation() -> None:
    marks = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w*}")

    for message in messages():
        ids, strings = [
            (value,) if isinstance(value, str) else value for value in (message.id, message.string)
        ]
        said = {mark for text in ids for mark in marks.findall(text)}
        assert {mark for text in strings for mark in marks.findall(text)} <= said, message.id


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = io.BytesIO()
    with (FOLDER / "django.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)

    with (FOLDER / "django.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)._catalog
    assert {k: v for k, v in shipped.items() if k} == {
        k: v for k, v in gettext.GNUTranslations(compiled)._catalog.items() if k
    }
