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
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"
APPS = ("network", "members", "trainings", "advocacy")
CALLS = {"_", "_t", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
CALL_IN_TEMPLATE = re.compile(
    r"""\b(?:n?gettext|_)\((?:[^()'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\)"""
)


def said_in(source: str) -> Iterator[tuple[str, ...]]:
    """Each text with its plural, if it has one."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if node.func.id in CALLS and texts:
            yield tuple(text for text in texts if isinstance(text, str))


def said_in_python() -> Iterator[tuple[str, ...]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            yield from said_in(path.read_text())


def said_in_templates() -> Iterator[tuple[str, ...]]:
    for path in (ROOT / "templates").rglob("*.*"):
        for call in CALL_IN_TEMPLATE.findall(templatize(path.read_text())):
            yield from said_in(call)


def messages() -> list[Message]:
    with (FOLDER / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


def forms(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_everything_that_is_said_has_its_english() -> None:
    known = {forms(message): message.string for message in messages()}

    said = {*said_in_python(), *said_in_templates()}
    answered = {*known, *(texts[:1] for texts in known)}
    assert said
    assert sorted(said - answered) == []
    assert [texts for texts, english in known.items() if not all([english, *english])] == []


def test_blocks_and_plurals_of_templates_are_found() -> None:
    """What the test above would miss if it read `{% translate %}` only."""
    said = set(said_in_templates())

    assert ("Hay un problema", "Hay %(total)s problemas") in said
    assert ("Fila %(number)s",) in said


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
