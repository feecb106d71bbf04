"""The paper: the sheet to sign, typed back, and the register of RM 050-2013-TR."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from members.models import Organisation
from network.base.contracts import Asked
from network.base.exporting.csv import csv_blocks
from network.base.exporting.order import order_file
from network.base.ids import new_id
from network.base.listing import select
from network.base.models import AccessLogEntry
from network.base.pdf import draw_qr
from network.base.tables import Format, Table
from tests.factories.accounts import sign_in
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    EditionFactory,
    EnrolmentFactory,
    SessionFactory,
)
from tests.pages import text_of
from trainings.exports import ATTENDANCE, COMPLETIONS, TRAINING_REGISTER
from trainings.models import Attendance, Enrolment
from trainings.names import same_names
from trainings.sheets import LEAST_BLANK, LINES_PER_PAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(madre_de_dios):
    edition = EditionFactory(
        regional_network=madre_de_dios, starts_on=timezone.localdate() - timedelta(days=3)
    )
    return SessionFactory(edition=edition, code="QHAPAQ", topic="Sin mercurio")


def woman(session, surname="Ñaupa", given="Rosa", organisation=None, **person):
    values = {"organisation": organisation} if organisation else {}
    return EnrolmentFactory(
        edition=session.edition,
        person=PersonFactory(
            paternal_surname=surname, maternal_surname="", given_names=given, **person
        ),
        **values,
    )


def kept(session):
    return dict(Attendance.objects.filter(session=session).values_list("enrolment", "mark"))


# --- To sign ------------------------------------------------------------------------------------
def printed(client, user, session, **data):
    sign_in(client, user)
    if data:
        answer = client.post(reverse("session-print-full", args=[session.pk]), data)
    else:
        answer = client.get(reverse("session-print", args=[session.pk]))
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


def words_of(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_sheet_has_what_the_annex_asks_and_who_is_enrolled(client, session, coordinator):
    woman(session, organisation=Organisation.objects.create(name="Río Claro"))

    (page,) = words_of(printed(client, coordinator, session))

    asked = (
        "Organiza (razón social)|RUC|Domicilio|Actividad económica|Inducción|Capacitación|"
        "Entrenamiento|Simulacro|Tema|Fecha|Capacitadora o entrenadora|N.º de horas|"
        "Apellidos y nombres|N.º DNI|Área u organización|Firma|Observaciones|"
        "Responsable del registro|Nombre|Cargo|QHAPAQ|Ñaupa, Rosa|Río Claro|Sin mercurio"
    )
    assert [words for words in asked.split("|") if words not in page] == []
    assert "DEMOSTRACIÓN" not in page


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (26, 1), (27, 2), (56, 2)])
def test_thirty_lines_a_page_and_always_some_for_whoever_just_comes(
    client, session, coordinator, count, pages
):
    for _each in range(count):
        woman(session)

    found = words_of(printed(client, coordinator, session))

    assert len(found) == pages
    assert str(LINES_PER_PAGE) in found[0].split()
    assert pages * LINES_PER_PAGE - count >= LEAST_BLANK


def test_the_sheet_carries_the_last_three_figures_and_no_more(client, session, coordinator):
    woman(session, dni="40881412")

    (page,) = words_of(printed(client, coordinator, session))

    assert "4 1 2" in page
    assert "4 0 8 8 1" not in page


def test_the_whole_document_is_printed_for_a_purpose_and_on_record(
    client, session, coordinator, rio_claro
):
    line = woman(session, dni="40881412")
    MembershipFactory(person=line.person, organisation=rio_claro)
    outside = woman(session, surname="Zela", dni="43140871")
    purpose = "Registro que pide el ministerio"

    (page,) = words_of(printed(client, coordinator, session, purpose=purpose))

    assert "4 0 8 8 1 4 1 2" in page
    assert outside.listed_name in page
    assert "4 3 1 4 0" not in page
    entry = AccessLogEntry.objects.get(action="reveal")
    assert (entry.user, entry.field, entry.purpose) == (coordinator, "document", purpose)


def test_without_a_purpose_the_whole_document_is_not_printed(client, session, coordinator):
    address = reverse("session-print-full", args=[session.pk])

    page = sign_in(client, coordinator).post(address, {"purpose": "corto"})

    assert "10 letras o más" in text_of(page)
    assert not AccessLogEntry.objects.filter(action="reveal").exists()


def test_a_demonstration_sheet_says_so(client, session, coordinator):
    session.edition.is_demo = True
    session.edition.save()

    (page,) = words_of(printed(client, coordinator, session))

    assert "DATOS DE DEMOSTRACIÓN" in page


def test_the_file_embeds_its_letters_and_stays_small(client, session, coordinator):
    for _each in range(26):
        woman(session, surname="Ñahui Ccahuana", given="Yolanda Felícitas")

    pdf = printed(client, coordinator, session)

    fonts = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"]
    embedded = [f.get_object() for f in fonts.values() if "NotoSans" in f.get_object()["/BaseFont"]]
    assert len(embedded) >= 2
    assert all("/FontFile2" in f["/FontDescriptor"].get_object() for f in embedded)
    assert len(pdf) < 60_000


def test_the_qr_is_drawn_inside_its_square():
    drawn = []

    class Paper:
        def beginPath(self):  # noqa: N802  # reportlab's name
            return self

        def rect(self, x, y, width, height):
            drawn.append((x, y, x + width, y + height))

        def __getattr__(self, _name):
            return lambda *_args, **_more: None

    draw_qr(Paper(), "https://ejemplo.pe/c/ABCDEF/", 100, 200, 50)

    assert min(x for x, _y, _r, _t in drawn) > 100
    assert min(y for _x, y, _r, _t in drawn) > 200
    assert max(r for _x, _y, r, _t in drawn) < 150
    assert max(t for _x, _y, _r, t in drawn) < 250


# --- Typed back ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Huaraca Ñaupa, Irma", ["Irma"]),
        ("irma huaraca ñaupa", ["Irma"]),
        ("Guaraca Naupa Irma", ["Irma"]),
        ("Huaraca Irma", ["Irma"]),
        ("Huaraca Ñaupa", ["Irma", "Luz"]),
        ("Huaraca", []),
        ("Rosa Quispe", []),
    ],
)
def test_a_name_by_hand_is_found_within_the_edition(session, typed, found):
    lines = [
        EnrolmentFactory(
            edition=session.edition,
            person=PersonFactory(
                given_names=given, paternal_surname="Huaraca", maternal_surname="Ñaupa"
            ),
        )
        for given in ("Irma", "Luz")
    ]

    assert [line.person.given_names for line in same_names(typed, lines)] == found


@pytest.fixture
def sheet_url(client, session, coordinator):
    sign_in(client, coordinator)
    return reverse("session-sheet", args=[session.pk])


def extra(name, letter="", **more):
    pk = new_id()
    data = {f"nueva-{pk}": name, f"letra-{pk}": letter, f"vino-{pk}": more.get("vino", "")}
    return data | ({f"quien-{pk}": more["quien"]} if "quien" in more else {})


def test_letters_typed_are_marks_of_the_sheet(client, session, sheet_url):
    rosa, irma, luz = woman(session), woman(session, "Zela"), woman(session, "Apaza")

    letters = {rosa: "p", irma: "F", luz: ""}
    client.post(sheet_url, {f"marca-{line.pk}": letter for line, letter in letters.items()})

    assert kept(session) == {rosa.pk: "p", irma.pk: "a", luz.pk: ""}
    assert Attendance.objects.get(enrolment=rosa).origin == "sheet"


def test_a_letter_that_is_none_is_refused_and_stays_typed(client, session, sheet_url):
    rosa = woman(session)

    page = client.post(sheet_url, {f"marca-{rosa.pk}": "X"})

    assert "Ñaupa, Rosa: escribe P, T, J o F." in text_of(page)
    assert 'value="X"' in page.content.decode()
    assert kept(session) == {}


def test_names_below_are_recognised_or_noted_as_come_the_same_day(client, session, sheet_url):
    rosa = woman(session)

    client.post(sheet_url, extra("Rosa Ñaupa", "t") | extra("Luz Condo", vino="Piedra Viva"))

    walk_in = Enrolment.objects.get(person=None)
    assert (walk_in.walk_in_name, walk_in.came_from) == ("Luz Condo", "Piedra Viva")
    assert kept(session) == {rosa.pk: "l", walk_in.pk: "p"}


def test_a_name_of_several_is_asked_again_with_a_list(client, session, sheet_url):
    one, other = woman(session, "Huaraca", "Irma"), woman(session, "Huaraca", "Irma")

    page = client.post(sheet_url, extra("Huaraca Irma", "p"))
    assert "Hay varias con ese nombre" in text_of(page)
    assert kept(session) == {}

    client.post(sheet_url, extra("Huaraca Irma", "p", quien=str(other.pk)))
    assert kept(session) == {one.pk: "", other.pk: "p"}


# --- Files --------------------------------------------------------------------------------------
def cells_of(export, format=Format.CSV, *, user=None, personal=True, query=""):
    """The rows as the file has them, by heading."""
    chosen = select(export, Asked(user, "export"), QueryDict(query))
    columns = export.file_columns(personal=personal)
    table = Table.of(chosen.rows, columns, format)
    with connection.cursor() as cursor:
        cursor.execute(table.sql, table.params)
        found = [(table.reader or list)(row) for row in cursor.fetchall()]
    return [dict(zip([str(c.heading) for c in columns], row, strict=False)) for row in found]


def mixed(session):
    for number, mark in enumerate(["p", "l", "e", "a", "", *["p"] * 60]):
        when = {} if mark else {"marked_at": None, "received_at": None}
        line = woman(session, f"Apaza {number}")
        AttendanceFactory(session=session, enrolment=line, mark=mark, **when)


def test_the_file_of_attendance_has_every_line_with_its_state(session):
    """Traps: export of only the current page (50 lines); three states in all totals."""
    mixed(session)

    rows = cells_of(ATTENDANCE)

    states = [row["Marca"] for row in rows]
    assert {s: states.count(s) for s in set(states)} == {
        "Presente": 61,
        "Tarde": 1,
        "Justificada": 1,
        "Faltó": 1,
        "Sin marcar": 1,
    }
    assert cells_of(ATTENDANCE, query="marca=-")[0]["Apellidos y nombres"] == "Apaza 4, Rosa"


def test_the_grid_and_the_file_say_the_same_numbers(client, session, coordinator):
    mixed(session)
    page = sign_in(client, coordinator).get(
        reverse("edition-attendance", args=[session.edition.pk])
    )

    states = [row["Marca"] for row in cells_of(ATTENDANCE)]

    (heading,) = page.context["grid"].headings
    came = states.count("Presente") + states.count("Tarde")
    assert (heading.tally.came, heading.tally.unmarked) == (came, states.count("Sin marcar"))
    assert f"Vinieron (presente o tarde) {came}" in text_of(page)


@pytest.mark.django_db(transaction=True)
def test_the_first_row_of_a_file_is_its_headings_and_each_other_a_record(session, national):
    """Trap: header rows. No title, no total and no blank row is between a program and the data."""
    mixed(session)
    order = order_file(ATTENDANCE, format=Format.CSV, query=QueryDict(), by=national)

    text = b"".join(csv_blocks(order)).decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(text, newline=""))

    assert heading == [str(column.heading) for column in ATTENDANCE.columns if not column.personal]
    assert (len(rows), {len(row) for row in rows}) == (65, {len(heading)})
    assert all(row[heading.index("Marca")] for row in rows)


def test_numbers_in_the_workbook_are_numbers(session):
    """Trap: percents and counts as text."""
    AttendanceFactory(session=session, enrolment=woman(session))

    (row,) = cells_of(ATTENDANCE, Format.XLSX)

    assert (row["Edición"], row["Horas previstas"]) == (session.edition.number, Decimal(4))
    assert row["Día"] == session.held_on


def test_csv_formula_injection_through_the_name_of_a_walk_in_is_neutralised(session):
    """Trap: a cell that begins with = is run by a spreadsheet."""
    line = EnrolmentFactory(
        edition=session.edition,
        person=None,
        organisation=None,
        walk_in_name='=HYPERLINK("http://x","Rosa")',
        walk_in_organisation="+51 Río Claro",
    )
    AttendanceFactory(session=session, enrolment=line)

    (row,) = cells_of(ATTENDANCE)

    assert row["Apellidos y nombres"].startswith("'=")
    assert row["Vino por"].startswith("'+")


def test_names_leave_only_with_the_right_to_them(session):
    AttendanceFactory(session=session, enrolment=woman(session))

    (row,) = cells_of(ATTENDANCE, personal=False)

    assert "Ñaupa" not in " ".join(str(value) for value in row.values())


def test_who_withdrew_stays_counted_and_is_not_named_in_a_file(session):
    line = woman(session)
    AttendanceFactory(session=session, enrolment=line)
    line.person.withdrawn_at = timezone.now()
    line.person.save()

    (row,) = cells_of(ATTENDANCE)

    assert (row["Apellidos y nombres"], row["persona_id"]) == (None, None)


def test_the_files_hold_what_is_in_reach(session, coordinator, other_region_coordinator):
    AttendanceFactory(session=session, enrolment=woman(session))

    assert len(cells_of(ATTENDANCE, user=coordinator)) == 1
    assert cells_of(ATTENDANCE, user=other_region_coordinator) == []


def test_completions_leave_without_those_taken_back(session, coordinator):
    CompletionFactory(enrolment=woman(session))
    CompletionFactory(enrolment=woman(session, "Zela"), voided_at=timezone.now())

    (row,) = cells_of(COMPLETIONS, Format.XLSX)

    assert (row["Apellidos y nombres"], row["Resultado"], row["Horas"]) == (
        "Ñaupa, Rosa",
        "Completó",
        Decimal(8),
    )


# --- The register of an organisation and a month ------------------------------------------------
def test_the_register_holds_who_came_of_one_organisation_in_one_month(session, rio_claro):
    hers = woman(session, dni="40881412", organisation=rio_claro)
    AttendanceFactory(session=session, enrolment=hers, mark="l")
    AttendanceFactory(session=session, enrolment=woman(session, "Zela"))
    AttendanceFactory(
        session=session, enrolment=woman(session, "Calla", organisation=rio_claro), mark="a"
    )
    query = f"organizacion={rio_claro.pk}&mes={session.held_on:%Y-%m}"

    (row,) = cells_of(TRAINING_REGISTER, query=query)

    assert (row["Razón social"], row["N.º DNI"], row["Observaciones"]) == (
        "Río Claro",
        "40881412",
        "Tarde",
    )
    assert cells_of(TRAINING_REGISTER, query=f"organizacion={rio_claro.pk}&mes=2019-01") == []
    assert cells_of(TRAINING_REGISTER, query="mes=noviembre") == []


def test_the_register_as_a_paper_has_one_sheet_for_each_session(
    client, session, coordinator, rio_claro
):
    other = SessionFactory(edition=session.edition, held_on=session.held_on + timedelta(days=1))
    line = woman(session, organisation=rio_claro)
    for one in (session, other):
        AttendanceFactory(session=one, enrolment=line)
        AttendanceFactory(session=one, enrolment=woman(session, "Zela"))
    month = f"{session.held_on:%Y-%m}"
    in_month = 2 if f"{other.held_on:%Y-%m}" == month else 1
    address = reverse("training-register", args=[rio_claro.pk])

    answer = sign_in(client, coordinator).get(address, {"mes": month})

    pages = words_of(answer.content)
    assert len(pages) == in_month
    assert all("Río Claro" in page and "Ñaupa, Rosa" in page for page in pages)
    assert not any("Zela" in page for page in pages)


def test_a_month_that_cannot_be_read_or_is_empty_is_told(client, coordinator, rio_claro):
    address = reverse("training-register", args=[rio_claro.pk])
    sign_in(client, coordinator)

    assert "Escribe el mes así" in text_of(client.get(address, {"mes": "2026-13"}))
    assert "Nadie de Río Claro" in text_of(client.get(address, {"mes": "2019-01"}))
