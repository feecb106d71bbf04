"""Entering in a real browser: a member by her phone, staff with a passkey, under the CSP."""

import re

import pytest
from playwright.sync_api import Page, expect

from members.actions import accounts, signin
from members.models import LoginCode, Role
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import PersonFactory, PhoneFactory

PASSWORD = "piedra menuda y terca"


@pytest.fixture
def texts(monkeypatch) -> list[str]:
    sent: list[str] = []

    class Phone:
        def send_text(self, number: str, text: str, *, idempotency_key: str) -> None:
            sent.append(text)

    monkeypatch.setattr(signin, "text_channel", Phone)
    return sent


def test_a_member_enters_with_her_phone(page: Page, texts):
    person = PhoneFactory(person=PersonFactory()).person
    RoleAssignmentFactory(user=UserFactory(email=None, person=person), role=Role.MEMBER)

    page.goto("/ingresar/")
    page.get_by_role("link", name="Con mi celular").click()
    page.get_by_label("Tu celular").fill("951 000 720")
    page.get_by_role("button", name="Enviarme el código").click()
    code = re.search(r"\d{6}", texts[0])[0]
    page.get_by_label("Código que te llegó").fill(code)
    page.get_by_role("button", name="Entrar", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Hola, Felícitas")
    assert LoginCode.objects.get().used_at


def test_staff_set_up_a_passkey_and_enter_with_it_alone(page: Page):
    user = accounts.create_account(
        name="Nélida Ccopa", email="nelida@ejemplo.pe", password=PASSWORD, by=None
    )
    accounts.grant_role(user=user, role=Role.AUDITOR, by=None)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    page.goto("/ingresar/correo/")
    page.get_by_label("Correo").fill("nelida@ejemplo.pe")
    page.get_by_label("Clave", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tu segundo paso")
    page.get_by_role("link", name="Agregar una llave").click()
    page.get_by_label("Tu clave").fill(PASSWORD)
    page.get_by_role("button", name="Seguir").click()
    page.get_by_label("Nombre de la llave").fill("Mi celular")
    page.get_by_label("Quiero entrar solo con esta llave").check()
    page.get_by_role("button", name="Leer la llave").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Códigos de respaldo")

    page.goto("/cuenta/")
    page.get_by_role("button", name="Salir").click()
    page.goto("/ingresar/correo/?next=/accesos/")
    page.get_by_role("button", name="Entrar con huella").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Registro de accesos")
