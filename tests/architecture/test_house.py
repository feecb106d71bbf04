"""The house itself: what its plan says exists, and what may not stand where."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("network", "members", "trainings", "advocacy")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Modules that ask, take in or answer, and so write nothing.
READERS = {"views", "forms", "tasks", "querysets", "figures", "turns", "exports", "filters"}
WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
    "update",
}


def writes_in(source: str) -> list[str]:
    """Calls that write rows: through a manager, or `row.save()` and `row.delete()`."""
    calls = [
        node.func
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return [
        ast.unparse(call)
        for call in calls
        if (call.attr in WRITES and ".objects" in ast.unparse(call))
        or (call.attr in {"save", "delete"} and "session" not in ast.unparse(call))
    ]


def reading_modules() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if READERS & {path.stem, *path.relative_to(ROOT).parts}
    ]


@pytest.mark.parametrize("path", reading_modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_what_reads_does_not_write(path: Path) -> None:
    assert writes_in(path.read_text()) == []


def test_a_write_would_be_found() -> None:
    source = "Person.objects.filter(pk=1).update(note='')\nrow.save()\nrequest.session.save()"

    assert writes_in(source) == ["Person.objects.filter(pk=1).update", "row.save"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_needs_no_exception_from_the_policy(path: Path) -> None:
    text = path.read_text()

    for pattern in (r"\sstyle=", r"\son[a-z]+=\"", r"<style", r"\|safe\b", r"autoescape off"):
        assert not re.search(pattern, text), pattern
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "README.md"])
def test_every_path_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text()
    named = re.findall(
        r"`((?:network|members|templates|static|tests|docs|bench|deploy)/[\w./-]*)`", text
    )
    linked = re.findall(r"\]\(([\w./-]+)\)", text)

    assert named or linked
    assert [path for path in {*named, *linked} if not (ROOT / path).exists()] == []


def test_the_plan_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 200
    assert len((ROOT / "README.md").read_text().splitlines()) < 120


def test_every_layer_of_css_stays_open_to_old_phones() -> None:
    for path in (ROOT / "static" / "css").rglob("*.css"):
        text = path.read_text()

        assert "@layer" not in text
        assert "!important" not in text
