"""Forty women: how many touches it takes to mark them, and how many keys to type their sheet."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from members.models import Role
from tests.axe import faults_of
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import PersonFactory
from tests.factories.trainings import EditionFactory, EnrolmentFactory, SessionFactory
from trainings.models import Attendance, Enrolment, Session

WOMEN = 40
MOST_TAPS = 45
# A touch of a finger or a pen, and each key that goes down, wherever it lands.
COUNT = """() => {
  window.counted = {taps: 0, keys: 0};
  addEventListener("pointerdown", () => (window.counted.taps += 1), true);
  addEventListener("keydown", () => (window.counted.keys += 1), true);
}"""


@pytest.fixture
def session(live_portal) -> Session:
    edition = EditionFactory(starts_on=timezone.localdate() - timedelta(days=1))
    session = SessionFactory(edition=edition)
    for number in range(WOMEN):
        person = PersonFactory(paternal_surname=f"Apaza {chr(65 + number % 26)}{number:02d}")
        EnrolmentFactory(edition=edition, person=person)
    return session


@pytest.fixture
def trainer_page(page: Page, session, client, live_portal) -> Page:
    """Signed in as the one who runs it."""
    user = UserFactory(name="Zenobia Lazo")
    RoleAssignmentFactory(user=user, role=Role.NATIONAL_COORDINATOR)
    sign_in(client, user)
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": live_portal}
            for name, cookie in client.cookies.items()
        ]
    )
    page.set_default_timeout(15_000)
    return page


def marks(session: Session) -> dict[str, int]:
    rows = Attendance.objects.filter(session=session).values_list("mark", flat=True)
    return {mark: list(rows).count(mark) for mark in set(rows)}


def counted(page: Page) -> dict[str, int]:
    return page.evaluate("window.counted")


def test_forty_women_one_by_one_take_at_most_45_taps_and_one_page(trainer_page: Page, session):
    page = trainer_page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/formacion/sesiones/{session.pk}/asistencia/")
    page.evaluate(COUNT)
    loads = []
    page.on("request", lambda r: loads.append(r.url) if r.is_navigation_request() else None)
    groups = page.locator(".pick")

    for number in range(WOMEN):
        mark = "Faltó" if number % 10 == 9 else "Presente"
        groups.nth(number).get_by_role("radio", name=mark).click()
    expect(page.locator("[data-count=marked]")).to_have_text("40")
    expect(page.locator("[data-count=came]")).to_have_text("36")
    taps = counted(page)["taps"] + 1  # the one that sends it
    assert loads == []
    page.get_by_role("button", name="Guardar asistencia").click()

    expect(page.get_by_role("status")).to_contain_text("40 marcas guardadas.")
    assert marks(session) == {"p": 36, "a": 4}
    assert taps <= MOST_TAPS


def test_all_present_and_four_changes_take_six_taps(trainer_page: Page, session):
    page = trainer_page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/formacion/sesiones/{session.pk}/asistencia/")
    assert faults_of(page, 360, 1280) == []
    page.evaluate(COUNT)

    page.get_by_role("link", name="Todas vinieron").click()
    for number in range(4):
        page.locator(".pick").nth(number).get_by_role("radio", name="Tarde").click()
    taps = counted(page)["taps"] + 1
    page.get_by_role("button", name="Guardar asistencia").click()

    expect(page.get_by_role("status")).to_contain_text("40 marcas guardadas.")
    assert marks(session) == {"p": 36, "l": 4}
    assert taps == 6


def test_forty_women_by_keyboard_alone(trainer_page: Page, session):
    page = trainer_page
    page.goto(f"/formacion/sesiones/{session.pk}/asistencia/")
    page.get_by_role("link", name="Todas vinieron").focus()
    page.evaluate(COUNT)

    page.keyboard.press("Tab")
    for number in range(WOMEN):
        page.keyboard.press("ptjf"[number % 4])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("p")
    keys = counted(page)
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("40 marcas guardadas.")
    assert marks(session) == {"p": 11, "l": 10, "e": 9, "a": 10}
    assert keys == {"taps": 0, "keys": WOMEN + 3}


def test_forty_lines_of_a_sheet_take_two_keys_each(trainer_page: Page, session):
    page = trainer_page
    page.goto(f"/formacion/sesiones/{session.pk}/hoja/")
    assert faults_of(page, 360, 1280) == []
    page.evaluate(COUNT)

    for number in range(WOMEN):
        page.keyboard.press("f" if number % 10 == 9 else "p")
        page.keyboard.press("Enter")
    keys = counted(page)["keys"]
    page.get_by_label("Apellidos y nombres como está en la hoja").first.fill("Rosa Quispe")
    page.get_by_role("button", name="Guardar la hoja").click()

    expect(page.get_by_role("status")).to_contain_text("41 marcas guardadas.")
    assert marks(session) == {"p": 37, "a": 4}
    assert Enrolment.objects.get(person=None).walk_in_name == "Rosa Quispe"
    assert keys == 2 * WOMEN


def test_a_column_of_scores_is_pasted_from_a_workbook(trainer_page: Page, session):
    page = trainer_page
    page.goto(f"/formacion/ediciones/{session.edition.pk}/pruebas/")
    assert faults_of(page, 360, 1280) == []
    boxes = page.locator("input[name^='after-']")

    boxes.first.evaluate(
        """(box) => {
          const copied = new DataTransfer();
          copied.setData("text", "12\\n13.5\\n\\n17\\n");
          box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: copied, bubbles: true,
            cancelable: true}));
        }"""
    )

    assert [boxes.nth(n).input_value() for n in range(5)] == ["12", "13.5", "", "17", ""]
