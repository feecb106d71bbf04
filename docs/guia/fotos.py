"""Takes the pictures of this guide again, from a running demonstration:
`DATA_DIR=.data .venv/bin/python -m docs.guia.fotos http://127.0.0.1:8000`

It does what the guide says, up to the button that would keep it; only the import is made, and
undone at the end, and one record goes to the trash and comes back.
"""

import base64
import io
import json
import os
import re
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import find_browser

HERE = Path(__file__).parent
WIDTH = 880
COLOURS = 64
LIST = """APELLIDOS Y NOMBRES\tN° DNI\tF. Nac.\tCelular\tAsociacion
Ñaupa Colque, Zoraida\t98123451\t28/11/1979\t951 000 720\tRío Claro
Huayta Sullca, Maruja\t9812346\t1985\t\tRío Claro
Yucra Poma, Eulalia\t98123453\t03/2001\t952000721\tRío Claro
"""


def main() -> None:
    address = sys.argv[1]
    accounts = json.loads((Path(os.environ["DATA_DIR"]) / "demo-accounts.json").read_text())
    account = next(one for one in accounts if one["role"] == "national_coordinator")
    found = find_browser()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=found.path, env={**os.environ, **found.environment}
        )
        page = browser.new_page(base_url=address, locale="es-PE", timezone_id="America/Lima")
        page.set_default_timeout(15_000)
        enter(page, account)
        register(page)
        find_and_correct(page)
        settle_duplicates(page)
        hand_over(page)
        ask_consent(page)
        export(page)
        trash_and_restore(page)
        plan(page)
        invite(page)
        attend(page)
        approve_and_issue(page)
        count_manuals(page)
        bring_a_list(page)
        browser.close()


def enter(page: Page, account: dict[str, str]) -> None:
    page.goto("/ingresar/")
    take(page, "entrar")
    page.get_by_role("link", name="Con correo").click()
    page.get_by_label("Correo").fill(account["email"])
    page.get_by_label("Clave", exact=True).fill(account["password"])
    press(page, "Entrar")
    take(page, "segundo-paso")
    codes = TOTP(base64.b32decode(account["totp_secret"]), 6, SHA1(), 30)  # noqa: S303
    page.get_by_label("Código").fill(codes.generate(int(time.time())).decode())
    press(page, "Entrar")
    take(page, "inicio")


def register(page: Page) -> None:
    page.goto("/personas/registrar/")
    page.get_by_label("Nombres", exact=True).fill("Zoraida")
    page.get_by_label("Apellido paterno").fill("Ñaupa")
    page.get_by_label("Apellido materno").fill("Colque")
    page.get_by_label("Número de documento").fill("98123451")
    page.get_by_label("Organización").select_option(label="Río Claro, Laberinto")
    take(page, "registrar", 1180)
    press(page, "Revisar y guardar")
    take(page, "registrar-revisar")


def find_and_correct(page: Page) -> None:
    page.goto("/personas/")
    page.get_by_role("searchbox", name="Nombre, DNI o teléfono").fill("nunez")
    page.keyboard.press("Enter")
    take(page, "buscar", 860)
    page.get_by_role("table").get_by_role("link", name="Núñez").first.click()
    take(page, "ficha")


def settle_duplicates(page: Page) -> None:
    page.goto("/personas/duplicados/")
    take(page, "duplicados")
    page.get_by_role("link", name="Comparar").first.click()
    take(page, "juntar", 1100)


def hand_over(page: Page) -> None:
    page.goto("/organizaciones/?q=Río+Claro")
    page.get_by_role("table").get_by_role("link", name="Río Claro").first.click()
    page.get_by_role("link", name="Otra fecha y cambios").click()
    take(page, "junta")
    holder = page.get_by_role("row", name="Tesorera").get_by_role("link").first.inner_text()
    page.get_by_role("link", name=re.compile("Relevo *: Presidenta")).click()
    page.get_by_label("Presidenta").fill(holder)
    page.get_by_label("Desde").fill(time.strftime("%d/%m/%Y"))
    press(page, "Ver qué cambia")
    take(page, "relevo")


def ask_consent(page: Page) -> None:
    page.goto("/personas/?q=nunez")
    page.get_by_role("table").get_by_role("link", name="Núñez").first.click()
    page.goto(f"{page.url.partition('?')[0]}consentimientos/")
    take(page, "consentimientos", 760)
    page.goto(f"{page.url}whatsapp/")
    take(page, "consentimiento", 960)


def export(page: Page) -> None:
    page.goto("/personas/?q=nunez")
    page.get_by_role("link", name="Exportar la lista").click()
    page.get_by_label("Incluir datos personales").check()
    purpose = page.get_by_label("Para qué es el archivo")
    purpose.select_option(label="Padrón o asamblea de la organización")
    page.get_by_label("Cuéntalo con tus palabras").fill("Asamblea de Río Claro")
    take(page, "exportar", 840)


def trash_and_restore(page: Page) -> None:
    page.goto("/personas/?q=nunez")
    page.get_by_role("table").get_by_role("link", name="Núñez").last.click()
    press(page, "Mandar la ficha a la papelera")
    page.goto("/personas/papelera/")
    take(page, "papelera")
    page.get_by_role("button", name=re.compile("Recuperar.*Núñez")).first.click()


def plan(page: Page) -> None:
    page.goto("/formacion/")
    take(page, "formacion", 900)
    page.goto("/formacion/cursos/")
    page.get_by_role("link", name=re.compile("seguro")).first.click()
    take(page, "curso", 860)
    page.goto("/formacion/")
    page.get_by_role("link", name="Planear una edición").click()
    page.get_by_label("Curso").select_option(index=1)
    page.get_by_label("Empieza el").fill("16/01/2027")
    page.get_by_label("Termina el").fill("23/01/2027")
    take(page, "edicion-nueva", 980)


def invite(page: Page) -> None:
    page.goto("/formacion/matriz/")
    take(page, "matriz", 1000)
    page.locator(".heat__link").nth(1).click()
    take(page, "falta", 1100)
    page.get_by_label("Elegir a todas").uncheck()
    for number in range(2):
        page.locator("input[name=persona]").nth(number).check()
    page.get_by_role("radio").first.check()
    press(page, "Revisar la invitación")
    take(page, "invitar")


def attend(page: Page) -> None:
    page.goto("/formacion/")
    pending = page.get_by_role("region", name="Falta anotar la asistencia")
    pending.get_by_role("link").first.click()
    page.get_by_role("link", name="Todas vinieron").click()
    page.locator(".pick").nth(1).get_by_role("radio", name="Faltó").click()
    take(page, "asistencia", 900)
    page.get_by_role("link", name="Pasar la hoja a máquina").click()
    take(page, "hoja", 860)


def approve_and_issue(page: Page) -> None:
    page.get_by_role("link", name="edición 2").last.click()
    page.get_by_role("link", name="Quién completó").click()
    take(page, "quien-completo", 900)
    page.goto("/formacion/constancias/?estado=valid")
    page.locator("tbody").get_by_role("link").first.click()
    take(page, "constancia", 900)
    page.get_by_role("link", name="Ver lo que ve cualquiera").click()
    take(page, "comprobar", 560)


def count_manuals(page: Page) -> None:
    page.goto("/formacion/manual/")
    page.get_by_role("link", name="Versión 2").first.click()
    take(page, "manual", 900)
    page.get_by_role("link", name="Anotar ejemplares").click()
    take(page, "ejemplares")


def bring_a_list(page: Page) -> None:
    page.goto("/importar/")
    page.get_by_label("O pega aquí las celdas").fill(LIST)
    take(page, "importar", 820)
    press(page, "Revisar la lista")
    take(page, "importar-revisar", 1000)
    page.get_by_role("textbox", name="N° DNI").fill("98123462")
    press(page, "Revisar otra vez")
    press(page, "Importar 3 de 3 filas")
    take(page, "importar-hecha")
    press(page, "Deshacer la importación")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def take(page: Page, name: str, height: int = 720) -> None:
    """A light picture: few colours, as wide as the page of the guide shows it."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
