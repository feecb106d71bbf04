"""Every page of the portal in a real browser: axe finds nothing, nothing scrolls sideways, and
what matters is there without JavaScript. The pages are those of the access matrix."""

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from members.duplicates import possible_pairs
from members.models import Office
from network.places.models import MiningZone
from tests.architecture import access_matrix as matrix
from tests.architecture.world import OWN, World, build_world
from tests.axe import faults_of

DESK, TELEPHONE = 1280, 360
LEAST_PAGES, LEAST_FORMS = 80, 35
# Files and answers for programs. The preview of an import is looked at in its own journey.
NO_PAGES = {"health", "robots", "document-download", "import-template", "import-waiting"}
NO_PAGES |= {"import-review", "view-save"}
NO_PAGES |= {"edition-calendar", "person-calendar", "session-print", "certificate-picture"}
NO_PAGES |= {"certificate-credential", "credential-status", "issuer-did", "issuer-keys"}
NO_PAGES |= {"certificate-paper", "person-transcript-paper", "topic-picture", "manual-file"}
# Pages for somebody who has given her password and has no second step yet, and those of faults.
MORE = [
    ("X", "/cuenta/segundo-paso/"),
    ("X", "/cuenta/segundo-paso/aplicacion/"),
    ("N", "/no/existe/"),
    ("L", "/cuentas/"),
    ("N", "/personas/?q=Condori&sexo=f"),
    ("N", "/buscar/?q=Condori"),
    ("A", "/buscar/?q=nadie"),
    ("N", "/vistas/nueva/?lista=people&consulta=q%3DCondori"),
    ("N", "/exportar/people/"),
]


@pytest.fixture
def world(live_portal, settings) -> World:
    """The demonstration network, and beside it one row of every sort."""
    settings.DEMO = True
    call_command("load_notices", verbosity=0)
    call_command("demo", verbosity=0)
    made = build_world()
    made.keys |= {row: {OWN: keys} for row, keys in _rich_keys(made).items()}
    return made


def _rich_keys(made: World) -> dict[str, dict[str, object]]:
    """Rows of the demonstration, which have more to show than those of the matrix."""
    office = Office.objects.filter(
        organisation__is_demo=True, organisation__affiliations__isnull=False
    )[0]
    hers, organisation = {"pk": office.person_id}, {"organisation": office.organisation_id}
    pair = possible_pairs(by=made.accounts["N"])[0]
    membership = office.person.memberships.get(organisation=office.organisation)
    return {
        "person": hers,
        "person_trace": hers,
        "membership": hers | {"membership": membership.pk},
        "pair": {"one": pair.one.pk, "other": pair.other.pk},
        "organisation": {"pk": office.organisation_id},
        "organisation_board": organisation,
        "office": {"pk": office.pk},
        "network": {"code": "madre-de-dios"},
        "network_board": {"network": "madre-de-dios"},
    }


@pytest.fixture
def visits(browser: Browser, live_portal: str) -> Iterator["Visits"]:
    made = Visits(browser, live_portal)
    yield made
    made.close()


class Visits:
    """One browser window for each account, signed in as the matrix signs in."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.contexts: dict[tuple[str, bool], BrowserContext] = {}

    def page(self, letter: str, client: Client, *, scripts: bool = True) -> Page:
        context = self.contexts.get((letter, scripts))
        if context is None:
            context = self.browser.new_context(
                base_url=self.address,
                locale="es-PE",
                timezone_id="America/Lima",
                java_script_enabled=scripts,
            )
            context.add_cookies(
                [
                    {"name": name, "value": cookie.value, "url": self.address}
                    for name, cookie in client.cookies.items()
                ]
            )
            context.new_page()
            self.contexts[letter, scripts] = context
        return context.pages[0]

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


def addresses(world: World) -> list[tuple[str, str]]:
    """Who opens it, and where: every page that can be looked at, once."""
    found = []
    for page in matrix.PAGES:
        is_page = page.name not in NO_PAGES and not page.name.startswith("api-")
        if is_page and "GET" in page.methods and 200 in page.get:
            found.append((_letter(page), reverse(page.name, kwargs=world.keys[page.row][OWN])))
    return found + MORE


def _letter(page: matrix.Page) -> str:
    if page.permission == matrix.PUBLIC:
        return ""
    let_in = matrix.WHO[page.permission]
    return next(letter for letter in let_in if letter in matrix.SEES[page.row][0])


def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_the_screen(world, visits):
    faults, seen = [], set()

    for letter, address in addresses(world):
        page = visits.page(letter, world.clients[letter])
        answer = page.goto(address)
        where = page.url.removeprefix(visits.address)
        seen.add(where)
        found = ["a fault"] if answer.status >= 500 else faults_of(page, DESK, TELEPHONE)
        faults += [f"{letter} {where} {fault}" for fault in found]

    assert "\n".join(faults) == ""
    assert len(seen) >= LEAST_PAGES


def test_axe_and_the_ruler_do_find_faults(browser):
    page = browser.new_page()
    page.set_content(
        "<!doctype html><html lang=es><title>Prueba</title><main><h1>Prueba</h1><input>"
        "<p style='color:#bbb;width:900px'>Un texto pálido y muy ancho</p></main>"
    )

    found = faults_of(page, TELEPHONE)

    page.close()
    assert found == [
        "360 px: color-contrast: p",
        "360 px: label: input",
        "360 px: 548 px wider than the screen",
    ]


def test_every_refused_form_says_so_on_top_and_leads_to_the_field(world):
    wrong, refused = [], 0

    for page in matrix.PAGES:
        if page.methods != matrix.BOTH or page.name in NO_PAGES:
            continue
        address = reverse(page.name, kwargs=world.keys[page.row][OWN])
        answer = world.clients[_letter(page)].post(address, {"csrfmiddlewaretoken": "x"})
        html = answer.content.decode() if answer.status_code == 200 else ""
        if "field__error" not in html and "error-summary" not in html:
            continue
        refused += 1
        summary = html.partition('class="error-summary')[2].partition("</div>")[0]
        targets = re.findall(r'href="#([^"]+)"', summary)
        if not re.search(r"<title>\s*Error:", html) or not targets:
            wrong.append(f"{address} does not say it on top")
        wrong += [f"{address} leads to no #{at}" for at in targets if f'id="{at}"' not in html]

    assert "\n".join(wrong) == ""
    assert refused >= LEAST_FORMS


def test_without_scripts_pages_still_show_and_keep_what_matters(world, visits):
    page = visits.page("N", world.clients["N"], scripts=False)
    person = Office.objects.get(pk=world.keys["office"][OWN]["pk"]).person

    shown = {
        reverse("home"): "Cuántas somos",
        reverse("person-list"): "Apellidos y nombres",
        reverse("person-detail", args=[person.pk]): "Organizaciones y cargos",
        reverse("board", kwargs=world.keys["organisation_board"][OWN]): person.full_name,
        reverse("import-start"): "O pega aquí las celdas",
    }
    for address, words in shown.items():
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text(words)

    page.goto(reverse("zone-register"))
    page.get_by_label("Nombre").fill("Quebrada Honda")
    page.get_by_role("button", name="Guardar").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.get_by_label("Nombre")).to_have_value("Quebrada Honda")
    page.get_by_label("Distrito").fill("Madre de Dios, Tambopata, Laberinto")
    page.get_by_role("button", name="Guardar").click()
    assert str(MiningZone.objects.get(name="Quebrada Honda").district) == "Laberinto"
