"""The coordinator's main road: her messy workbook goes in, is mended, found, merged, handed over,
and a list comes out. Every page of it is what axe finds nothing on."""

import re
from datetime import date
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.utils import timezone
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from members.actions import accounts
from members.models import Office, Organisation, Person, Role
from network.base.models import AccessLogEntry
from tests.axe import faults_of
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
    RegionalNetworkFactory,
)

EMAIL, PASSWORD = "coordinadora@ejemplo.pe", "piedra menuda y terca"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def rio_claro(live_portal) -> Organisation:
    """An organisation with a president who was entered twice, once as another list spelt her."""
    organisation = OrganisationFactory(name="Asociación Río Claro", short_name="Río Claro")
    network = RegionalNetworkFactory(name="Red de Madre de Dios", code="madre-de-dios")
    AffiliationFactory(organisation=organisation, regional_network=network)
    president = PersonFactory(dni="40881412", born_on=date(1980, 5, 2))
    twin = PersonFactory(given_names="Felisitas", paternal_surname="Apasa")
    for person in (president, twin):
        MembershipFactory(person=person, organisation=organisation)
    OfficeFactory(person=president, organisation=organisation)
    user = accounts.create_account(name="Nélida Ccopa", email=EMAIL, password=PASSWORD, by=None)
    accounts.grant_role(user=user, role=Role.NATIONAL_COORDINATOR, by=None)
    accounts.enrol_totp(user=user, secret=SECRET)
    return organisation


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """As it comes: a title on top, headings of her own, a zero that Excel ate, a blank row."""
    path = tmp_path / "Padrón final (2).xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("PADRON 2026")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "ASOCIACIÓN RÍO CLARO - PADRÓN DE SOCIAS")
        own = "N°|APELLIDOS Y NOMBRES|N° DNI|F. Nac.|Celular|Asociacion|Obs"
        sheet.write_row(2, 0, own.split("|"))
        sheet.write_row(3, 0, (1, "NÚÑEZ CCORI, ROSAURA", 7654321))
        sheet.write_datetime(3, 3, date(1979, 11, 28), day)
        sheet.write_row(3, 4, (951000720, "rio claro", "pagó"))
        sheet.write_row(5, 0, (2, "Ticona Mamani, Sabina", "43140871", 1990, "", "Río Claro"))
    return path


def test_her_workbook_goes_in_and_the_list_comes_out(page: Page, rio_claro, workbook, tmp_path):
    _sign_in(page)
    _import(page, workbook)
    _find(page)
    _merge(page)
    _hand_over(page, rio_claro)
    _export(page, tmp_path / "lista.xlsx")


def test_she_who_is_already_on_record_is_told_while_her_name_is_typed(page: Page, rio_claro):
    _sign_in(page)
    page.goto("/personas/registrar/")

    page.get_by_label("Nombres", exact=True).press_sequentially("Felícitas")
    page.get_by_label("Apellido paterno").press_sequentially("Apasa")

    expect(page.locator("#parecidas")).to_contain_text("¿Ya está registrada?")
    expect(page.locator("#parecidas").get_by_role("link")).to_have_count(2)


def _sign_in(page: Page) -> None:
    page.set_default_timeout(15_000)
    page.goto("/ingresar/")
    page.get_by_role("link", name="Con correo").click()
    page.get_by_label("Correo").fill(EMAIL)
    page.get_by_label("Clave", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(_heading(page)).to_have_text("Tu segundo paso")
    assert faults_of(page, 360, 1280) == []
    counter = list(yield_hotp_counters_from_time())[0]
    page.get_by_label("Código").fill(format_hotp_value(hotp_value(SECRET, counter)))
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(_heading(page)).to_contain_text("Nélida")


def _import(page: Page, workbook: Path) -> None:
    page.get_by_role("link", name="Importar una lista").click()
    page.get_by_label("Archivo").set_input_files(workbook)
    page.get_by_role("button", name="Revisar la lista").click()

    expect(_heading(page)).to_have_text("Revisa antes de importar")
    expect(page.get_by_role("main")).to_contain_text("1 + 0 + 0 = 1, de 2")
    assert Person.objects.filter(paternal_surname="Núñez").count() == 0
    assert faults_of(page, 360, 1280) == []
    wrong = page.get_by_role("textbox", name="N° DNI")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("07654321")
    page.get_by_role("button", name="Revisar otra vez").click()

    page.get_by_role("button", name="Importar 2 de 2 filas").click()
    expect(_heading(page)).to_have_text("Importación hecha")
    assert faults_of(page, 360, 1280) == []


def _find(page: Page) -> None:
    page.get_by_role("link", name="Ver personas").click()
    page.get_by_role("searchbox", name="Nombre, DNI o teléfono").fill("nunez")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_role("link", name="Núñez Ccori, Rosaura").click()
    expect(page.get_by_role("main")).to_contain_text("Asociación Río Claro")


def _merge(page: Page) -> None:
    page.goto("/personas/")
    page.get_by_role("link", name="Posibles duplicados").click()
    page.get_by_role("link", name=re.compile("Comparar")).click()
    expect(_heading(page)).to_have_text("Juntar dos fichas")
    page.get_by_role("button", name=re.compile("Juntar en la ficha de")).click()
    expect(page.get_by_role("main")).to_contain_text("Se juntaron las dos fichas")
    assert Person.objects.filter(merged_into__isnull=False).count() == 1


def _hand_over(page: Page, organisation: Organisation) -> None:
    page.goto("/organizaciones/")
    page.get_by_role("link", name=organisation.name).click()
    page.get_by_role("link", name="Otra fecha y cambios").click()
    page.get_by_role("link", name=re.compile("Relevo *: Presidenta")).click()
    page.get_by_label("Presidenta").fill("Núñez Ccori, Rosaura")
    page.get_by_label("Desde").fill(f"{timezone.localdate():%d/%m/%Y}")
    page.get_by_role("button", name="Ver qué cambia").click()
    expect(page.get_by_role("main")).to_contain_text("Presidenta: sale Felícitas Apaza Condori")
    assert faults_of(page, 360, 1280) == []
    page.get_by_role("button", name="Hacer el relevo").click()
    expect(page.get_by_role("row", name=re.compile("^Presidenta"))).to_contain_text("Rosaura Núñez")
    names = Office.objects.order_by("starts_on").values_list("person__given_names", flat=True)
    assert list(names) == ["Felícitas", "Rosaura"]


def _export(page: Page, path: Path) -> None:
    page.goto("/personas/")
    page.get_by_role("link", name="Exportar la lista").click()
    page.get_by_label("Incluir datos personales").check()
    page.get_by_role("button", name="Preparar el archivo").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("Para qué es el archivo").select_option(
        "Padrón o asamblea de la organización"
    )
    page.get_by_label("Cuéntalo con tus palabras").fill("Asamblea de Río Claro")
    with page.expect_download() as download:
        page.get_by_role("button", name="Preparar el archivo").click()
    download.value.save_as(path)

    heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    women = [dict(zip(heading, row, strict=True)) for row in rows]
    chosen = ("Apellido paterno", "Número de documento", "Nacimiento", "Teléfono", "Cargo")
    assert [tuple(woman[name] for name in chosen) for woman in women] == [
        ("Apaza", "40881412", date(1980, 5, 2), "", ""),
        ("Núñez", "07654321", date(1979, 11, 28), "+51951000720", "Presidenta"),
        ("Ticona", "43140871", "1990", "", ""),
    ]
    trace = AccessLogEntry.objects.filter(action="export").latest("at")
    assert (trace.row_count, "Asamblea de Río Claro" in trace.purpose) == (3, True)


def _heading(page: Page):
    return page.get_by_role("heading", level=1)
