"""Files: the same rows as the screen, in CSV and XLSX, with a trace of every one."""

import csv
import io
import json
import re
import time
import zipfile
from dataclasses import replace
from datetime import date

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from members.exports import CONSENTS, MEMBERSHIPS, ORGANISATIONS, PEOPLE
from members.models import Person
from network.base.contracts import Column, Export, Kind
from network.base.errors import Refused
from network.base.exporting.csv import csv_blocks
from network.base.exporting.order import FileOrder, order_file
from network.base.exporting.reading import copy_blocks, read_rows
from network.base.exporting.workbook import write_workbook
from network.base.listing import listing_page
from network.base.models import AccessLogEntry
from network.base.tables import FORMULA_SIGNS, Format, Table
from tests.factories.accounts import sign_in
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PhoneFactory,
)

# A file is read through a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "Asamblea del 28/11/2026 en Laberinto"


def asked(
    user, export: Export = PEOPLE, format: str = "csv", query: str = "", **options
) -> FileOrder:
    return order_file(export, format=format, query=QueryDict(query), by=user, **options)


def personal(user, export: Export = PEOPLE, format: str = "csv", query: str = "", **options):
    options = {"purpose": "member_list", "purpose_words": WORDS, **options}
    return asked(user, export, format, query, is_personal=True, **options)


def csv_rows(order: FileOrder) -> list[dict[str, str]]:
    text = b"".join(csv_blocks(order)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def book_of(order: FileOrder) -> tuple[CalamineWorkbook, zipfile.ZipFile]:
    target = io.BytesIO()
    write_workbook(order, target)
    target.seek(0)
    return CalamineWorkbook.from_filelike(target), zipfile.ZipFile(target)


def sheet_of(order: FileOrder) -> list[dict[str, object]]:
    heading, *rows = book_of(order)[0].get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


def whole_person(**fields) -> Person:
    person = PersonFactory(
        dni="00412345",
        given_names="Nélida",
        paternal_surname="Ñahui",
        maternal_surname="Ccopa",
        born_on=date(1979, 3, 1),
        languages=["qu", "es"],
        occupation="pallaquera",
        sex="f",
        district_id="170101",
        **fields,
    )
    MembershipFactory(person=person, organisation__name="Río Claro", starts_on=date(2019, 5, 1))
    OfficeFactory(person=person, starts_on=date(2026, 1, 1))
    PhoneFactory(person=person, has_whatsapp=True, is_primary=True)
    ConsentFactory(person=person)
    return person


# --- Cells ---------------------------------------------------------------------------------------
def test_csv_of_a_person_says_everything_in_words(national):
    person = whole_person()

    (row,) = csv_rows(personal(national))

    assert row | {"Edad": ""} == {
        "Apellido paterno": "Ñahui",
        "Apellido materno": "Ccopa",
        "Nombres": "Nélida",
        "Tipo de documento": "DNI",
        "Número de documento": "00412345",
        "Organización": "Río Claro",
        "Trabajo": "Pallaquera",
        "Región": "Madre de Dios",
        "Provincia": "Tambopata",
        "Distrito": "Tambopata",
        "Ubigeo INEI": "170101",
        "Cargo": "Presidenta",
        "Teléfono": "'+51951000720",
        "WhatsApp": "Sí",
        "Correo": "",
        "Nacimiento": "1979-03-01",
        "Edad": "",
        "Grupo de edad": "45 a 59",
        "Sexo": "Mujer",
        "Lenguas que habla": "Quechua, Castellano",
        "Lengua que prefiere": "",
        "Prefiere audio": "No",
        "Socia desde": "2019-05-01",
        "Aceptó el registro": "Sí",
        "Aceptó compartir con Solidaridad": "No",
        "Aceptó informes a donantes": "No",
        "id": str(person.pk),
    }
    assert row["Edad"] == str(person.age_on(timezone.localdate()))


def test_workbook_has_real_dates_and_numbers_and_text_documents(national):
    whole_person()

    (row,) = sheet_of(personal(national, format="xlsx"))

    assert row["Nacimiento"] == date(1979, 3, 1)
    assert row["Socia desde"] == date(2019, 5, 1)
    assert isinstance(row["Edad"], float)
    assert row["Número de documento"] == "00412345"
    assert row["Teléfono"] == "+51951000720"
    assert row["Ubigeo INEI"] == "170101"


@pytest.mark.parametrize(
    ("precision", "in_csv", "in_book"),
    [("d", "1979-03-01", date(1979, 3, 1)), ("m", "1979-03", "03/1979"), ("y", "1979", "1979")],
)
def test_date_known_only_in_part_stays_so(national, precision, in_csv, in_book):
    PersonFactory(born_on=date(1979, 3, 1), born_precision=precision)

    (in_text,) = csv_rows(personal(national))
    (in_cells,) = sheet_of(personal(national, format="xlsx"))

    assert (in_text["Nacimiento"], in_cells["Nacimiento"]) == (in_csv, in_book)


def test_moment_is_written_in_lima_time(national):
    person = PersonFactory()
    Person.objects.filter(pk=person.pk).update(registered_at="2026-11-28T03:30:00Z")
    export = replace(PEOPLE, columns=(Column("at", "Registrada", "registered_at", Kind.MOMENT),))

    (in_text,) = csv_rows(asked(national, export))
    (in_cells,) = sheet_of(asked(national, export, "xlsx"))

    assert in_text["Registrada"] == "2026-11-27 22:30"
    assert in_cells["Registrada"].isoformat() == "2026-11-27T22:30:00"


def test_foreign_phone_keeps_its_plus_as_text(national):
    PhoneFactory(number="+59171234567")

    (in_text,) = csv_rows(personal(national))
    (in_cells,) = sheet_of(personal(national, format="xlsx"))

    assert in_text["Teléfono"] == "'+59171234567"
    assert in_cells["Teléfono"] == "+59171234567"


def test_altered_sealed_cell_is_named_and_the_rest_goes_on(national):
    PersonFactory(dni="40881412", paternal_surname="Apaza")
    other = PersonFactory(dni="40881413", paternal_surname="Ccopa")
    moved = Person.objects.get(paternal_surname="Apaza").document_sealed
    Person.objects.filter(pk=other.pk).update(document_sealed=moved)

    documents = [row["Número de documento"] for row in csv_rows(personal(national))]

    assert documents == ["40881412", "dato dañado"]


FORMULAS = [f"{sign}{rest}" for sign in FORMULA_SIGNS for rest in ("1+1", "cmd|' /C calc'!A0", "")]


def test_no_cell_of_a_csv_begins_like_a_formula(national):
    for text in [*FORMULAS, '"=1+1"', '=HYPERLINK("http://x")\n,=1']:
        PersonFactory(given_names=text, paternal_surname=f"={text}", email="")

    for order in (
        asked(national),
        personal(national),
        asked(national, replace(PEOPLE, columns=FREE)),
    ):
        text = b"".join(csv_blocks(order)).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert [cell for cell in cells if cell[:1] in FORMULA_SIGNS and cell] == []
        assert len(text.splitlines()) == Person.objects.count() + 1


# The same free text without a sealed column beside it: written by COPY.
FREE = (Column("a", "Nombres", "given_names"), Column("b", "Apellido", "paternal_surname"))


def test_workbook_keeps_what_looks_like_a_formula_as_text(national):
    for text in FORMULAS:
        PersonFactory(given_names=text)

    book, archive = book_of(personal(national, format="xlsx"))

    cells = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells
    assert "hyperlink" not in cells
    heading, *rows = book.get_sheet_by_index(0).to_python()
    kept = {row[heading.index("Nombres")] for row in rows}
    assert {"=1+1", "+1+1", "-1+1", "@1+1"} <= kept


def test_copy_and_python_write_the_same_bytes(national):
    whole_person()
    PersonFactory(given_names='Ana "Nita", la mayor', maternal_surname="", born_on=None)
    columns = tuple(c for c in PEOPLE.columns if c.in_file and c.kind != Kind.SEALED)
    table = Table.of(asked(national).rows, columns, Format.CSV)

    by_copy = b"".join(copy_blocks(table)).decode()

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(read_rows(table))
    assert by_copy == text.getvalue()
    assert by_copy.count("\n") == 2


# --- The workbook --------------------------------------------------------------------------------
def test_workbook_is_frozen_filtered_and_hides_its_key(national):
    PersonFactory()

    book, archive = book_of(personal(national, format="xlsx"))

    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert re.search(r'<autoFilter ref="A1:[A-Z]+2"/>', sheet)
    assert book.get_sheet_by_index(0).to_python()[0][-1] == "id"
    assert 'hidden="1"' in re.findall(r"<col [^>]*>", sheet)[-1]
    assert book.sheet_names == ["Personas", "Diccionario", "Acerca de"]


def test_dictionary_explains_every_column_of_the_file(national):
    order = personal(national, format="xlsx")

    heading, *rows = book_of(order)[0].get_sheet_by_name("Diccionario").to_python()

    assert heading == ["Columna", "Qué significa", "Qué contiene", "Dato personal"]
    assert [row[0] for row in rows] == [str(column.heading) for column in order.columns]
    assert all(row[1] for row in rows)
    assert ["Nacimiento", "fecha", "Sí"] in [[row[0], row[2], row[3]] for row in rows]


def test_about_says_who_when_which_filter_and_for_what(national, settings):
    settings.DEMO = True
    PersonFactory(sex="f")

    book, _archive = book_of(personal(national, format="xlsx", query="sexo=f"))

    about = dict(book.get_sheet_by_name("Acerca de").to_python())
    assert "DEMOSTRACIÓN" in about["Atención"]
    assert national.name in about["CONFIDENCIAL"]
    assert about["Filtros"] == "Sexo: Mujer"
    assert about["Filas"] == "1"
    assert about["Para qué"] == f"Padrón o asamblea de la organización: {WORDS}"
    assert timezone.localdate().strftime("%d/%m/%Y") in about["Cuándo, hora de Lima"]


def test_plain_workbook_says_that_personal_columns_are_absent(national):
    book, _archive = book_of(asked(national, format="xlsx"))

    about = dict(book.get_sheet_by_name("Acerca de").to_python())

    assert "CONFIDENCIAL" not in about
    assert "no están" in about["Datos personales"]


def test_workbook_of_more_rows_than_excel_opens_is_refused(national, monkeypatch):
    monkeypatch.setattr("network.base.exporting.workbook.MOST_ROWS", 1)
    PersonFactory.create_batch(2)

    with pytest.raises(Refused, match="CSV"):
        write_workbook(asked(national, format="xlsx"), io.BytesIO())


@pytest.mark.parametrize("export", [ORGANISATIONS, MEMBERSHIPS, CONSENTS], ids=lambda e: e.name)
@pytest.mark.parametrize("format", Format)
def test_empty_list_is_a_file_with_headings(national, export, format):
    order = asked(national, export, format)

    rows = csv_rows(order) if format == Format.CSV else sheet_of(order)

    assert rows == []


def test_list_that_can_have_no_row_is_a_file_with_headings(make_account, madre_de_dios):
    nobody_yet = make_account("regional_coordinator", regional_network=madre_de_dios)

    assert csv_rows(asked(nobody_yet)) == []
    assert csv_rows(personal(nobody_yet)) == []
    assert sheet_of(personal(nobody_yet, format="xlsx")) == []


# --- Whose rows, which columns -------------------------------------------------------------------
def test_file_has_the_rows_of_the_page_in_its_order(national, rf):
    for surname in ("Zela", "Apaza", "Ñahui"):
        PersonFactory(paternal_surname=surname, sex="f")
    PersonFactory(sex="m")
    request = rf.get("/?sexo=f&orden=-name")
    request.user = national
    page = listing_page(request, replace(PEOPLE, url_name=""))

    for rows in (
        csv_rows(personal(national, query="sexo=f&orden=-name")),
        sheet_of(personal(national, format="xlsx", query="sexo=f&orden=-name")),
    ):
        assert [row["id"] for row in rows] == [str(row.key) for row in page.rows]


def test_personal_columns_are_absent_unless_asked_for(national):
    whole_person()

    (row,) = csv_rows(asked(national))

    assert list(row) == [
        "Organización",
        "Trabajo",
        "Región",
        "Grupo de edad",
        "Sexo",
        "Lenguas que habla",
        "Lengua que prefiere",
        "Prefiere audio",
        "Aceptó el registro",
        "Aceptó compartir con Solidaridad",
        "Aceptó informes a donantes",
    ]


def test_analyst_takes_no_personal_columns_and_only_who_agreed(analyst):
    agreed = ConsentFactory(purpose="share_solidaridad", person__occupation="cook").person
    PersonFactory()
    ConsentFactory(purpose="share_solidaridad", is_granted=False)

    order = asked(analyst)

    assert [row["Trabajo"] for row in csv_rows(order)] == ["Cocinera de campamento"]
    assert order.left_out_count == 2
    with pytest.raises(Refused, match="datos personales"):
        personal(analyst)
    assert Person.objects.filter(pk=agreed.pk).exists()


def test_right_to_personal_data_still_ends_at_consent(analyst_with_personal_data):
    agreed = ConsentFactory(purpose="share_solidaridad").person
    PersonFactory()

    assert [row["id"] for row in csv_rows(personal(analyst_with_personal_data))] == [str(agreed.pk)]


def test_regional_coordinator_takes_only_her_region(coordinator, rio_claro, flor_de_cuarzo):
    hers = MembershipFactory(organisation=rio_claro).person
    MembershipFactory(organisation=flor_de_cuarzo)

    assert [row["id"] for row in csv_rows(personal(coordinator))] == [str(hers.pk)]
    assert csv_rows(personal(coordinator, query="orden=x"))[0]["id"] == str(hers.pk)


def test_withdrawn_and_trashed_are_in_no_file(national):
    now = timezone.now()
    PersonFactory(withdrawn_at=now)
    PersonFactory(trashed_at=now)

    assert csv_rows(personal(national)) == []


def test_donor_report_takes_only_who_agreed_to_be_in_one(national):
    agreed = ConsentFactory(purpose="donor_reporting").person
    PersonFactory()

    order = personal(national, purpose="donor_report")

    assert [row["id"] for row in csv_rows(order)] == [str(agreed.pk)]
    assert order.left_out_count == 1
    assert personal(national).left_out_count == 0


def test_search_is_not_told_who_was_left_out(analyst_with_personal_data):
    PersonFactory(paternal_surname="Zela")

    assert asked(analyst_with_personal_data).left_out_count == 1
    assert asked(analyst_with_personal_data, query="q=zela").left_out_count == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": ""}, "purpose"),
        ({"purpose": "spam"}, "purpose"),
        ({"purpose_words": "para algo"}, "purpose_words"),
        ({"purpose_words": "a         b"}, "purpose_words"),
    ],
)
def test_personal_columns_need_a_stated_purpose(national, changes, field):
    with pytest.raises(Refused) as refusal:
        personal(national, **changes)

    assert refusal.value.field == field


def test_who_may_not_export_is_refused(trainer):
    with pytest.raises(Refused, match="No puedes exportar"):
        asked(trainer)


def test_command_line_without_a_name_takes_no_personal_columns():
    PersonFactory()

    assert len(csv_rows(asked(None))) == 1
    with pytest.raises(Refused):
        personal(None)


def test_filter_that_cannot_be_read_is_refused(national):
    with pytest.raises(Refused, match="filtros"):
        asked(national, query="sexo=x")


# --- Traces --------------------------------------------------------------------------------------
def traces() -> list[tuple[int | None, str]]:
    entries = AccessLogEntry.objects.filter(action="export").order_by("pk")
    return [(entry.row_count, entry.filters.get("resultado", "")) for entry in entries]


def test_file_leaves_one_trace_with_its_count_filter_and_purpose(national):
    PersonFactory.create_batch(2, sex="f")

    csv_rows(personal(national, query="sexo=f&q=apaza"))

    entry = AccessLogEntry.objects.get()
    assert (entry.action, entry.subject, entry.field) == ("export", "people", "personal")
    assert (entry.user, entry.row_count) == (national, 2)
    assert entry.filters == {"sexo": "Mujer", "formato": "csv"}
    assert entry.purpose == f"Padrón o asamblea de la organización: {WORDS}"


def test_trace_is_written_before_the_first_byte(national):
    blocks = csv_blocks(asked(national))

    next(blocks)

    assert traces() == [(0, "")]
    blocks.close()


def test_reader_who_leaves_half_way_is_traced_with_the_rows_she_got(national):
    PersonFactory.create_batch(3)
    blocks = csv_blocks(asked(national))
    next(blocks)

    blocks.close()

    assert traces() == [(3, ""), (0, "interrumpido")]


def test_count_too_long_to_wait_for_is_traced_at_the_end(national, monkeypatch):
    monkeypatch.setattr("network.base.exporting.order.COUNTED_ROWS", 1)
    PersonFactory.create_batch(3)

    csv_rows(asked(national))

    assert traces() == [(None, ""), (3, "completo")]


def test_reader_who_leaves_ends_the_query(national):
    endless = replace(asked(national).table, sql="SELECT generate_series(1, 1000000000)", params=())
    blocks = copy_blocks(endless)
    next(blocks)

    blocks.close()

    deadline = time.monotonic() + 5
    while copies_under_way() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert copies_under_way() == 0


def copies_under_way() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'"
        )
        return cursor.fetchone()[0]


def test_failure_half_way_is_raised_so_that_the_file_does_not_look_whole(national):
    broken = replace(
        asked(national).table,
        sql="SELECT 1 / (50000 - g) FROM generate_series(1, 60000) g",
        params=(),
    )

    with pytest.raises(psycopg2.DataError):
        for _block in copy_blocks(broken):
            pass


def test_file_is_one_moment_of_the_data(national):
    PersonFactory.create_batch(2)
    blocks = csv_blocks(personal(national))
    next(blocks)
    rows = [next(blocks)]

    Person.objects.update(paternal_surname="Cambiada")

    assert b"Cambiada" not in b"".join([*rows, *blocks])


# --- Pages ---------------------------------------------------------------------------------------
def test_page_tells_what_the_file_holds_before_it_leaves(client, national):
    whole_person()

    page = sign_in(client, national).get("/exportar/people/?sexo=f").content.decode()

    assert "Sexo: Mujer" in page
    assert "Grupo de edad" in page
    assert 'name="purpose"' in page
    assert AccessLogEntry.objects.count() == 0


def test_analyst_is_not_offered_personal_columns(client, analyst):
    page = sign_in(client, analyst).get("/exportar/people/").content.decode()

    assert 'name="format"' in page
    assert 'name="purpose"' not in page


def test_csv_streams_with_its_name_and_is_kept_by_nobody(client, national):
    person = whole_person()

    answer = sign_in(client, national).post(
        "/exportar/people/?sexo=f",
        {"format": "csv", "is_personal": "on", "purpose": "training", "purpose_words": WORDS},
    )

    assert answer.streaming
    assert re.fullmatch(
        r'attachment; filename="personas-confidencial-\d{8}-\d{4}\.csv"',
        answer["Content-Disposition"],
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert str(person.pk) in answer.getvalue().decode("utf-8-sig")


def test_short_workbook_is_sent_at_once_and_traced(client, national):
    whole_person()

    answer = sign_in(client, national).post("/exportar/people/", {"format": "xlsx"})

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    assert len(book.get_sheet_by_index(0).to_python()) == 2
    assert traces() == [(1, "")]


def test_missing_purpose_is_told_beside_its_field(client, national):
    answer = sign_in(client, national).post(
        "/exportar/people/", {"format": "csv", "is_personal": "on", "purpose": "training"}
    )

    assert "10 letras o más" in str(answer.context["form"].errors["purpose_words"])
    assert AccessLogEntry.objects.count() == 0


def test_personal_columns_posted_by_the_analyst_are_still_absent(client, analyst):
    ConsentFactory(purpose="share_solidaridad")

    answer = sign_in(client, analyst).post(
        "/exportar/people/",
        {"format": "csv", "is_personal": "on", "purpose": "training", "purpose_words": WORDS},
    )

    assert b"Nombres" not in answer.getvalue()


def test_refusals_of_the_page(client, trainer, national):
    assert client.get("/exportar/people/").status_code == 302
    assert sign_in(Client(), trainer).get("/exportar/people/").status_code == 403
    sign_in(client, national)
    assert client.get("/exportar/nothing/").status_code == 404
    assert client.delete("/exportar/people/").status_code == 405


# --- The command ---------------------------------------------------------------------------------
def command(*words: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("export_file", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_command_writes_what_that_person_may_see(tmp_path, coordinator, rio_claro):
    hers = MembershipFactory(organisation=rio_claro, person__sex="f").person
    MembershipFactory(organisation=rio_claro)
    PersonFactory(sex="f")
    out = tmp_path / "salida.csv"

    said = command(
        *("people", "--format", "csv", "--out", str(out), "--as", coordinator.email),
        *("--where", "sexo=f", "--purpose", WORDS),
    )

    assert said == {
        "name": "people",
        "format": "csv",
        "out": str(out),
        "rows": 1,
        "left_out": 0,
        "personal": True,
    }
    assert str(hers.pk) in out.read_text("utf-8-sig")
    assert out.stat().st_mode & 0o777 == 0o600
    assert AccessLogEntry.objects.get().channel == "command"
    assert list(tmp_path.iterdir()) == [out]


def test_command_without_a_name_writes_every_row_without_personal_data(tmp_path):
    PersonFactory.create_batch(2)
    out = tmp_path / "salida.xlsx"

    said = command("people", "--format", "xlsx", "--out", str(out))

    heading, *rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert (len(rows), said["rows"], said["personal"]) == (2, 2, False)
    assert "Nombres" not in heading


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "boards, .*consents, .*people"),
        (["people", "--as", "nadie@ejemplo.pe"], "nadie@ejemplo.pe"),
        (["people", "--where", "planeta=Marte"], "organizacion"),
        (["people", "--where", "sexo=x"], "filtros"),
        (["people", "--purpose", WORDS], "datos personales"),
    ],
)
def test_command_refuses_with_a_sentence_and_leaves_no_file(tmp_path, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        command(*words, "--format", "csv", "--out", str(tmp_path / "salida.csv"))

    assert list(tmp_path.iterdir()) == []


def book_row(order: FileOrder) -> dict[str, object]:
    target = io.BytesIO()
    write_workbook(order, target)
    target.seek(0)
    heading, first = CalamineWorkbook.from_filelike(target).get_sheet_by_index(0).to_python()
    return dict(zip(heading, first, strict=True))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_speaks_spanish_whoever_takes_it(national, rio_claro, format):
    MembershipFactory(person=PersonFactory(sex="f"), organisation=rio_claro)

    with translation.override("en"):
        order = asked(national, format=format)
        row = csv_rows(order)[0] if format == "csv" else book_row(order)

    assert row["Sexo"] == "Mujer"
