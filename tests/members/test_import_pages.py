"""The three pages of an import, as people of each role use them."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members.models import Person, Role, RoleAssignment
from network.base.imports import background
from network.base.imports.reader import open_book
from network.base.models import AccessLogEntry, ImportBatch, ImportMapping, Job
from tests.factories.accounts import RoleAssignmentFactory, sign_in
from tests.factories.workbooks import xlsx
from tests.pages import text_of

HEADINGS = ["Apellido paterno", "Apellido materno", "Nombres", "DNI", "Organización"]
GOOD = ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"]
WRONG = ["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva"]


@pytest.fixture
def portal(client, coordinator, piedra_viva):
    sign_in(client, coordinator)
    return client


def upload(client, *rows, headings=HEADINGS, **fields):
    file = SimpleUploadedFile("padron.xlsx", xlsx([headings, *rows]))
    return client.post(reverse("import-start"), {"file": file, **fields})


def test_a_list_is_reviewed_then_imported_then_undone(portal):
    answer = upload(portal, GOOD, WRONG)
    page = portal.get(answer.url)

    assert "1 + 0 + 0 = 1, de 2" in text_of(page)
    assert "Este tiene 7" in text_of(page)
    assert Person.objects.count() == 0

    answer = portal.post(answer.url, {"act": "import"}, follow=True)

    assert "Importación hecha" in text_of(answer)
    assert Person.objects.get().given_names == "Rosaura"
    batch = ImportBatch.objects.get()

    answer = portal.post(reverse("import-undo", args=[batch.pk]), follow=True)

    assert "Importación deshecha" in text_of(answer)
    assert Person.objects.count() == 0


def test_a_cell_corrected_on_the_page_is_looked_at_before_it_is_imported(portal):
    address = upload(portal, GOOD, WRONG).url

    answer = portal.post(address, {"act": "import", "celda:0:3:dni": "48103712"}, follow=True)

    assert Person.objects.count() == 0
    assert "Corregida aquí" in text_of(answer)
    assert "Importar 2 de 2 filas" in text_of(answer)
    portal.post(address, {"act": "import", "celda:0:3:dni": "48103712"})
    assert Person.objects.count() == 2


def test_a_parked_row_is_decided_on_the_page(portal, felicitas):
    address = upload(portal, ["Apaza", "Condori", "Felícitas", "00123456", "Río Claro"]).url
    assert "Decidir después" in text_of(portal.get(address))

    portal.post(address, {"act": "review", "fila:0:2": str(felicitas.pk)})
    portal.post(address, {"act": "import", "fila:0:2": str(felicitas.pk)})

    felicitas.refresh_from_db()
    assert felicitas.document_tail == "456"


def test_importing_twice_is_importing_once(portal):
    content = xlsx([HEADINGS, GOOD])
    address, same = (
        portal.post(reverse("import-start"), {"file": SimpleUploadedFile(name, content)}).url
        for name in ("padron.xlsx", "copia.xlsx")
    )

    portal.post(address, {"act": "import"})
    again = portal.post(address, {"act": "import"})

    batch = ImportBatch.objects.get()
    assert again.url == reverse("import-done", args=[batch.pk])
    assert "ya se importó" in text_of(portal.get(same))


def test_columns_are_mended_and_remembered(portal):
    headings = ["Pater", "Mater", "Nombres", "Carnet de la señora", "Organización"]
    address = upload(portal, GOOD, headings=headings).url
    assert "Faltan" in text_of(portal.get(address)) or "Falta" in text_of(portal.get(address))

    columns = {"columna:0:0": "paternal_surname", "columna:0:1": "maternal_surname"}
    portal.post(f"{address}columnas/", columns | {"columna:0:3": "dni"})

    assert "Importar 1 de 1 fila" in text_of(portal.get(address))
    assert ImportMapping.objects.get().headings == headings
    assert "Importar 1 de 1 fila" in text_of(
        portal.get(upload(portal, GOOD, headings=headings).url)
    )


ODD = ["Pater", "Mater", "Nombres", "Carnet de la señora", "Organización"]
MENDED = {"columna:0:0": "paternal_surname", "columna:0:1": "maternal_surname"}
MENDED |= {"columna:0:3": "dni"}


@pytest.fixture
def at(make_account):
    """A browser of a new account with these roles: `at((role, {scope}), …)`."""

    def sign_in_as(first, *others):
        account = make_account(first[0], **first[1])
        for role, scope in others:
            RoleAssignmentFactory(user=account, role=role, **scope)
        return sign_in(Client(), account)

    return sign_in_as


def mends(client):
    """She says what the odd headings mean."""
    assert not reads(client)
    client.post(f"{upload(client, GOOD, headings=ODD).url}columnas/", MENDED)


def reads(client, organisation="Río Claro"):
    """Is the same workbook read at once, without asking?"""
    row = [*GOOD[:-1], organisation]
    return "Importar 1 de 1 fila" in text_of(client.get(upload(client, row, headings=ODD).url))


def test_columns_are_remembered_for_the_organisation(at, rio_claro, piedra_viva, puno):
    leads = (Role.ORGANISATION_LEADER, {"organisation": rio_claro})
    mends(at(leads))

    assert ImportMapping.objects.get().organisation_id == rio_claro.pk
    assert reads(at(leads))
    assert not reads(at((Role.ORGANISATION_LEADER, {"organisation": piedra_viva})), "Piedra Viva")
    assert not reads(at((Role.NATIONAL_COORDINATOR, {})))


def test_whoever_serves_several_organisations_or_all_is_remembered_alone(
    at, rio_claro, piedra_viva, madre_de_dios
):
    leads = (Role.ORGANISATION_LEADER, {"organisation": rio_claro})
    of_two = at(leads, (Role.ORGANISATION_LEADER, {"organisation": piedra_viva}))
    of_region = at((Role.REGIONAL_COORDINATOR, {"regional_network": madre_de_dios}))
    for client in (of_two, of_region):
        mends(client)

    assert [kept.organisation_id for kept in ImportMapping.objects.all()] == [None, None]
    assert reads(of_two)
    assert reads(of_region)
    assert not reads(at(leads))


def test_what_she_mended_alone_still_serves_her_in_one_organisation(at, rio_claro, piedra_viva):
    leads = (Role.ORGANISATION_LEADER, {"organisation": rio_claro})
    client = at(leads, (Role.ORGANISATION_LEADER, {"organisation": piedra_viva}))
    mends(client)
    RoleAssignment.objects.filter(organisation=piedra_viva).delete()

    assert reads(client)


def test_a_missing_column_is_asked_for_before_anything_is_read(portal):
    address = upload(portal, ["x", "y"], headings=["Distrito", "Teléfono"]).url
    page = text_of(portal.get(address))

    assert "Falta la columna" in page
    assert "Importar" not in page.split("Revisa antes de importar")[-1].split("Cómo se leyó")[0]


def test_waiting_rows_are_downloaded_as_a_workbook(portal):
    address = upload(portal, GOOD, WRONG).url

    answer = portal.get(f"{address}esperan/")

    with open_book(answer.content, "a.xlsx") as book:
        assert [cells[2] for _n, cells in book.lines(0)] == ["Nombres", "Delfina"]


def test_pasted_cells_are_a_list(portal):
    pasted = "\n".join(["\t".join(HEADINGS), "\t".join(GOOD)])

    address = portal.post(reverse("import-start"), {"pasted": pasted}).url

    assert "Importar 1 de 1 fila" in text_of(portal.get(address))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Elige un archivo o pega las celdas."),
        ({"file": SimpleUploadedFile("a.xlsm", b"PK\x03\x04")}, "macros"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, "Ese tipo de archivo no se lee"),
        ({"pasted": "hola\nadiós"}, "No se reconoce ninguna columna"),
    ],
)
def test_what_is_no_list_is_refused_on_the_form_and_nothing_is_kept(portal, fields, says):
    answer = portal.post(reverse("import-start"), fields)

    assert answer.status_code == 200
    assert says in text_of(answer)
    assert _spooled() == []


def _spooled():
    spool = storages["spool"]
    return spool.listdir("imports")[1] if spool.exists("imports") else []


@pytest.fixture(autouse=True)
def _clean_spool():
    for name in _spooled():
        storages["spool"].delete(f"imports/{name}")


def test_the_file_waits_sealed_and_leaving_deletes_it(portal):
    address = upload(portal, GOOD).url
    stored = [Path(storages["spool"].path(f"imports/{name}")).read_bytes() for name in _spooled()]

    assert len(stored) == 3
    assert not any(b"PK\x03\x04" in content or b"Rosaura" in content for content in stored)
    portal.post(f"{address}dejar/")
    assert _spooled() == []
    assert portal.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_long_list_is_looked_at_and_imported_in_the_background(portal, monkeypatch):
    monkeypatch.setattr(background, "DIRECT_ROWS", 1)
    address = upload(portal, GOOD, WRONG).url
    assert Job.objects.get().state == "ready"
    assert "Importar 1 de 2 filas" in text_of(portal.get(address))

    portal.post(address, {"act": "import"})

    assert Person.objects.count() == 1
    assert portal.get(address).url == reverse("import-done", args=[ImportBatch.objects.get().pk])


def test_the_page_tells_that_a_job_is_at_it(portal, monkeypatch):
    monkeypatch.setattr(background, "DIRECT_ROWS", 1)
    address = upload(portal, GOOD, WRONG).url

    assert "sigue sola" in text_of(portal.get(address))
    assert "sigue sola" in text_of(portal.get(address, headers={"HX-Request": "true"}))


def test_template_comes_back_as_a_list_without_rows(portal):
    answer = portal.get(reverse("import-template"))

    with open_book(answer.content, "plantilla.xlsx") as book:
        assert [sheet.name for sheet in book.sheets][:2] == ["Personas", "Organizaciones"]
    file = SimpleUploadedFile("plantilla.xlsx", answer.content)
    page = portal.post(reverse("import-start"), {"file": file}, follow=True)
    assert "No hay filas aquí" in text_of(page)


# --- Who may -------------------------------------------------------------------------------------
def test_a_draft_and_a_batch_are_found_only_by_whoever_made_them(portal, client, leader, national):
    address = upload(portal, GOOD).url
    portal.post(address, {"act": "import"})
    batch = ImportBatch.objects.get()
    draft = upload(portal, GOOD).url

    sign_in(client, national)

    for path in (draft, f"{draft}esperan/", reverse("import-done", args=[batch.pk])):
        assert client.get(path).status_code == 404
    for path in (f"{draft}dejar/", f"{draft}columnas/", reverse("import-undo", args=[batch.pk])):
        assert client.post(path).status_code == 404
    assert Person.objects.count() == 1


def test_who_may_not_import_is_turned_away(client, trainer):
    assert client.get(reverse("import-start")).status_code == 302
    sign_in(client, trainer)
    for name in ("import-start", "import-template"):
        assert client.get(reverse(name)).status_code == 403


def test_a_made_up_token_is_not_found(portal):
    for token in ("x", "a" * 32, "a" * 31 + "-"):
        assert portal.get(reverse("import-review", args=[token])).status_code == 404


def test_upload_over_the_limit_is_refused(portal, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    file = io.BytesIO(b"x" * 1001)
    file.name = "a.csv"

    assert "pesa más" in text_of(portal.post(reverse("import-start"), {"file": file}))


def test_every_look_at_a_list_leaves_its_trace(client, coordinator, rio_claro):
    sign_in(client, coordinator)

    client.post(
        reverse("import-start"), {"pasted": "Apellidos y nombres\tDNI\nApaza, Ana\t40881412"}
    )

    (trace,) = AccessLogEntry.objects.filter(action="search")
    assert (trace.user, trace.field, trace.row_count) == (
        coordinator,
        "import",
        2,
    )  # lines read, the heading too
    assert "40881412" not in str(trace.filters)
