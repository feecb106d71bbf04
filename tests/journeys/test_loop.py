"""The loop: who lacks a course is called, comes, completes it, holds a proof, and lacks it no more.
All of it by the pages, each reached from the one before."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from members.models import Organisation, Person, Role
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import AffiliationFactory, MembershipFactory, PersonFactory
from tests.factories.trainings import (
    CourseVersionFactory,
    RequirementFactory,
    SignatoryFactory,
)
from trainings.actions.coverage import refresh_coverage
from trainings.models import Certificate

WOMEN = ("Aquino", "Borda", "Ccori")
TODAY = timezone.localdate()


@pytest.fixture
def amanecer(live_portal) -> Organisation:
    """Three members with neither telephone nor e-mail, who lack what is asked of members."""
    organisation = AffiliationFactory(organisation__name="Amanecer Minero").organisation
    for surname in WOMEN:
        person = PersonFactory(
            given_names="Rosa", paternal_surname=surname, maternal_surname="Lima", sex="f"
        )
        MembershipFactory(person=person, organisation=organisation)
    version = CourseVersionFactory(
        course__name="Seguridad básica", hours=8, validity="rolling", valid_months=24
    )
    RequirementFactory(course=version.course, role="member")
    SignatoryFactory()
    refresh_coverage(day=TODAY)
    return organisation


@pytest.fixture
def coordinator(page: Page, client, live_portal) -> Page:
    user = UserFactory(name="Nélida Ccopa")
    RoleAssignmentFactory(user=user, role=Role.NATIONAL_COORDINATOR)
    sign_in(client, user)
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": live_portal}
            for name, cookie in client.cookies.items()
        ]
    )
    page.set_default_timeout(10_000)
    return page


def test_a_gap_of_the_matrix_is_closed_by_a_course_with_its_proof(
    coordinator: Page, amanecer, browser, live_portal
):
    """Trap: the e-mail as identity. None of them has one, nor a telephone, and she goes through all
    of it."""
    assert not Person.objects.exclude(email="", phones=None).exists()
    page = coordinator
    assert _figures(page) == {"participants": 0, "women_trained": 0, "certificates": 0}
    expect(_cell(page)).to_have_text(re.compile(r"^0\s+faltan 3$"))

    _invite_to_a_new_edition(page)
    _confirm(page)
    _add_sessions(page)
    _mark(page)
    _approve(page)
    _issue(page)
    codes = _codes(page)
    _check_from_outside(browser, live_portal, codes)

    expect(_cell(page)).to_have_text(re.compile(r"^2\s+falta 1$"))
    expect(page.locator("tfoot")).to_contain_text("67 % de 3")
    assert _figures(page) == {"participants": 2, "women_trained": 2, "certificates": 2}
    page.goto("/formacion/matriz/")
    _cell(page).get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("2 de 3 lo tienen vigente")
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page)).to_contain_text("Ccori")


def _cell(page: Page) -> Locator:
    page.goto("/formacion/matriz/")
    return page.get_by_role("row", name="Amanecer Minero").locator("td.heat")


def _rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _say(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)


def _invite_to_a_new_edition(page: Page) -> None:
    _cell(page).get_by_role("link").click()
    expect(_rows(page)).to_have_count(3)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(4)
    page.get_by_role("link", name="Crear una edición nueva").click()
    page.get_by_label("Empieza el").fill(f"{TODAY - timedelta(days=1):%d/%m/%Y}")
    page.get_by_label("Termina el").fill(f"{TODAY:%d/%m/%Y}")
    _press(page, "Guardar")
    _say(page, "Edición creada")
    expect(page.get_by_role("radio")).to_be_checked()
    _press(page, "Revisar la invitación")
    expect(page.get_by_role("main")).to_contain_text("3 mujeres quedan invitadas.")
    _press(page, "Poner en la lista")
    _say(page, "3 mujeres están ahora en la lista")
    _rows(page).first.get_by_role("link", name="Seguridad básica").click()


def _confirm(page: Page) -> None:
    """All three say that they come; in the end one does not."""
    page.get_by_label("Elegir a todas").check()
    page.get_by_label("Pasan a").select_option("Confirmada")
    _press(page, "Cambiar el estado")
    expect(_rows(page).filter(has_text="Confirmada")).to_have_count(3)


def _add_sessions(page: Page) -> None:
    page.get_by_role("link", name="Edición", exact=True).click()
    for day in (TODAY - timedelta(days=1), TODAY):
        page.get_by_role("link", name="Agregar una").click()
        page.get_by_label("Día").fill(f"{day:%d/%m/%Y}")
        page.get_by_label("Desde las", exact=True).fill("9:00")
        page.get_by_label("Hasta las", exact=True).fill("13:00")
        page.get_by_label("Horas previstas").fill("4")
        _press(page, "Guardar")


def _mark(page: Page) -> None:
    """From the grid of the edition to each of its sessions."""
    for number in range(2):
        page.get_by_role("link", name="Asistencia", exact=True).click()
        page.locator("thead").get_by_role("link").nth(number).click()
        page.get_by_role("link", name="Todas vinieron").click()
        page.locator(".pick").nth(2).get_by_role("radio", name="Faltó").click()
        _press(page, "Guardar asistencia")
        _say(page, "3 marcas guardadas.")
        page.get_by_role("navigation", name="Dónde estás").get_by_role("link").last.click()


def _approve(page: Page) -> None:
    page.get_by_role("link", name="Quién completó").click()
    _press(page, "Revisar y aprobar")
    expect(page.get_by_role("main")).to_contain_text("2 completan, 1 no.")
    _press(page, "Aprobar")
    _say(page, "3 decisiones aprobadas.")


def _issue(page: Page) -> None:
    page.get_by_role("link", name="Constancias", exact=True).last.click()
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        box.check()
    _press(page, "Revisar y emitir")
    expect(page.get_by_role("main")).to_contain_text("Rosa Mamani Quispe")
    page.get_by_role("button", name=re.compile("Emitir")).click()


def _codes(page: Page) -> list[str]:
    page.goto("/formacion/constancias/")
    expect(_rows(page)).to_have_count(2)
    return [one.printed_code for one in Certificate.objects.order_by("number")]


def _check_from_outside(browser, address: str, codes: list[str]) -> None:
    """Anyone, without an account."""
    context = browser.new_context(base_url=address, locale="es-PE")
    page = context.new_page()
    for code, initial in zip(codes, ("A.", "B."), strict=True):
        page.goto(f"/c/{code}/")
        expect(page.get_by_role("heading", level=2)).to_have_text("Vigente")
        expect(page.get_by_role("main")).to_contain_text("Seguridad básica, 8 horas")
        expect(page.get_by_role("main")).to_contain_text(f"Rosa {initial}")
    context.close()


def _figures(page: Page) -> dict[str, int]:
    """As their pages tell them."""
    found = {}
    for name in ("participants", "women_trained", "certificates"):
        page.goto(f"/cifras/{name}/")
        found[name] = int(page.locator(".figure__value").first.inner_text())
    return found
