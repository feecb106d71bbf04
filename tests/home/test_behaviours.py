"""The scripts in a real browser, under the real policy; pages and files are handed to it."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from playwright.sync_api import Page, Route, expect, sync_playwright

from network.home import gallery
from tests.browser import find_browser

ADDRESS = "http://portal.invalid/"


@pytest.fixture(scope="module")
def html() -> str:
    return render_to_string(
        "home/components.html", gallery.examples(), request=RequestFactory().get("/ui/")
    )


@pytest.fixture(scope="module")
def policy() -> str:
    return Client().get("/robots.txt").headers["Content-Security-Policy"]


@pytest.fixture(scope="module")
def page(html: str, policy: str) -> Iterator[Page]:
    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if not name:
            headers = {"Content-Security-Policy": policy}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
        else:
            path = Path(finders.find(name.removeprefix("static/")))
            kind = mimetypes.guess_type(path.name)[0]
            route.fulfill(body=path.read_bytes(), content_type=kind)

    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, env={**found.environment})
        opened = browser.new_page(locale="es-PE", viewport={"width": 1280, "height": 900})
        opened.route("**/*", serve)
        yield opened
        browser.close()


@pytest.fixture
def gallery_page(page: Page) -> Iterator[Page]:
    complaints: list[str] = []

    def note(message: object) -> None:
        complaints.append(str(message))

    page.on("console", note)
    page.on("pageerror", note)
    page.goto(ADDRESS)
    page.wait_for_load_state("networkidle")
    yield page
    page.remove_listener("console", note)
    page.remove_listener("pageerror", note)
    assert complaints == []


def test_the_error_summary_has_the_focus(gallery_page):
    expect(gallery_page.locator(".error-summary")).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("28/11/2026", "sábado 28 de noviembre de 2026"),
        ("1-3-2027", "lunes 1 de marzo de 2027"),
        ("2026-11-28", "sábado 28 de noviembre de 2026"),
        ("28112026", "sábado 28 de noviembre de 2026"),
        ("31/02/2027", ""),
        ("28/11", ""),
    ],
)
def test_a_day_is_said_in_words_while_it_is_typed(gallery_page, typed, said):
    gallery_page.fill("#id_bien-session", typed)

    expect(gallery_page.locator("#id_bien-session_echo")).to_have_text(said)


def test_one_box_ticks_the_sheet_and_the_bar_counts(gallery_page):
    count = gallery_page.locator("[data-count]")

    gallery_page.check("#lista thead input")
    expect(count).to_have_text("3")
    gallery_page.locator("#lista tbody input").first.uncheck()
    expect(count).to_have_text("2")
    assert gallery_page.locator("#lista tr[aria-selected]").count() == 2


def test_a_slash_goes_to_the_search_and_escape_leaves_it(gallery_page):
    gallery_page.evaluate("document.activeElement.blur()")

    gallery_page.keyboard.press("/")
    expect(gallery_page.locator("#buscar")).to_be_focused()
    gallery_page.keyboard.type("a/b")
    expect(gallery_page.locator("#buscar")).to_have_value("a/b")
    gallery_page.keyboard.press("Escape")
    expect(gallery_page.locator("#buscar")).not_to_be_focused()


def test_on_a_phone_the_menu_opens_and_escape_closes_it(gallery_page):
    gallery_page.set_viewport_size({"width": 360, "height": 740})
    entry = gallery_page.locator(".menu__link").first

    gallery_page.click(".menu > summary")
    expect(entry).to_be_visible()
    gallery_page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    gallery_page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_makes_the_page_scroll_sideways(gallery_page, width):
    gallery_page.set_viewport_size({"width": width, "height": 740})

    assert gallery_page.evaluate("document.documentElement.scrollWidth") <= width
