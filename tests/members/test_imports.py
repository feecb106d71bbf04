"""Lists of organisations and women brought in: matched, compared, written, and taken back."""

import json
from datetime import date, timedelta
from io import StringIO

import pghistory
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from members.actions.consents import Decided, record_consent
from members.actions.people import correct_person, trash_person
from members.models import (
    Affiliation,
    Consent,
    Membership,
    Organisation,
    OrganisationAlias,
    Person,
    Phone,
    Purpose,
)
from members.rules import Name
from network.base.contracts import declared
from network.base.errors import Refused
from network.base.fields import open_value
from network.base.imports.engine import Request, file_digest, run_import
from network.base.imports.mapping import plan_sheets
from network.base.imports.reader import open_book
from network.base.imports.rows import SOMEONE_ELSE
from network.base.imports.told import told_row
from network.base.imports.undo import undo_import
from network.base.imports.waiting import WaitingWorkbook
from network.base.models import AccessLogEntry, ImportBatch, ImportedRow
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    PhoneFactory,
)
from tests.factories.workbooks import xlsx, xlsx_book
from tests.importing import Told, every_table

HEADINGS = ["Apellido paterno", "Apellido materno", "Nombres", "DNI", "Organización"]


@pytest.fixture
def bring(national):
    """Import a workbook, as the national coordinator unless told otherwise."""

    def bring(content, *, by=national, commit=True, name="lista.xlsx", **request):
        rows = []
        with open_book(content, name) as book:
            plans = tuple(plan_sheets(book.sheets, declared("imports").values()))
            result = run_import(
                book=book,
                request=Request(name, file_digest(content), plans, **request),
                by=by,
                commit=commit,
                each=lambda plan, row: rows.append(told_row(plan, row)),
            )
        return Told(result, rows)

    return bring


def women(*rows, headings=HEADINGS):
    return xlsx([headings, *rows])


# --- A messy workbook ----------------------------------------------------------------------------
def test_a_messy_workbook_is_read_as_people_mean_it(bring, piedra_viva, national):
    rows = [
        ["PADRÓN DE SOCIAS 2026", None, None, None, None, None, None, None, None],
        [None],
        ["N°", "APELLIDOS Y NOMBRES", "N° de D.N.I.", "Fec. Nac.", "Celular", "ASOCIACIÓN",
         "Ocupación", "Socia desde", "Firma"],
        [1, "MAMANI TICONA, ROSAURA", "00123456", date(1979, 11, 28), 951000720, "piedra viva",
         "pallaquera", 2019, " "],
        [2, "Huanca De la Cruz, Ñusta", "48103712-1", "1985", "+51 951 000 721", "PIEDRA VIVA",
         "Cocinera", "03/2020", None],
        [" ", None, None, None, None, None, None, None, None],
    ]  # fmt: skip
    rows[4][2] = "48103712"

    told = bring(xlsx(rows))

    assert told.counts == {"new": 2}
    assert told.rows.keys() == {4, 5}
    rosaura, nusta = Person.objects.order_by("document_tail")
    assert (rosaura.given_names, rosaura.paternal_surname, rosaura.maternal_surname) == (
        "Rosaura", "Mamani", "Ticona",
    )  # fmt: skip
    assert open_value(rosaura, "document_sealed") == "00123456"
    assert (rosaura.born_on, rosaura.born_precision) == (date(1979, 11, 28), "d")
    assert rosaura.occupation == "pallaquera"
    assert rosaura.registered_by == national
    assert open_value(rosaura.phones.get(), "number_sealed") == "+51951000720"
    membership = rosaura.memberships.get()
    assert (membership.organisation, membership.starts_on, membership.starts_precision) == (
        piedra_viva, date(2019, 1, 1), "y",
    )  # fmt: skip
    assert (nusta.paternal_surname, nusta.maternal_surname) == ("Huanca", "De la Cruz")
    assert (nusta.born_on, nusta.born_precision) == (date(1985, 1, 1), "y")
    assert (nusta.memberships.get().starts_on, nusta.memberships.get().starts_precision) == (
        date(2020, 3, 1), "m",
    )  # fmt: skip


def test_organisations_and_people_of_one_workbook_go_in_together(bring, madre_de_dios):
    book = xlsx_book(
        {
            "Socias": [HEADINGS, ["Mamani", "Ticona", "Rosaura", "00123456", "Amanecer Minero"]],
            "Organizaciones": [
                ["Nombre", "Tipo", "RUC", "Red regional", "Afiliada desde", "Actividades"],
                ["Amanecer Minero", "Cooperativa", "20512333797", "Red de Madre de Dios", "2020",
                 "Pallaqueo, joyería"],
            ],
        }
    )  # fmt: skip

    told = bring(book)

    assert told.counts == {"new": 2}
    organisation = Organisation.objects.get(name="Amanecer Minero")
    assert (organisation.kind, organisation.ruc) == ("cooperative", "20512333797")
    assert organisation.activities == ["gleaning", "jewellery"]
    affiliation = organisation.affiliations.get()
    assert (affiliation.regional_network, affiliation.starts_on) == (
        madre_de_dios, date(2020, 1, 1),
    )  # fmt: skip
    assert Person.objects.get().memberships.get().organisation == organisation


def test_places_are_read_by_name_and_by_either_code(bring):
    headings = ["Nombres", "Apellido paterno", "Región", "Distrito", "Ubigeo INEI", "Ubigeo RENIEC"]
    told = bring(
        women(
            ["Ana", "Uno", "Puno", "Ananea", None, None],
            ["Ana", "Dos", None, None, "211002", None],
            ["Ana", "Tres", None, None, None, "201104"],
            ["Ana", "Cuatro", None, "Cusco", "211002", None],
            headings=headings,
        )
    )

    assert told.counts == {"new": 3, "refused": 1}
    assert set(Person.objects.values_list("district", flat=True)) == {"211002"}


# --- T25, T1, T2, T3: nothing by itself ----------------------------------------------------------
def test_preview_leaves_every_table_as_it_was(bring, piedra_viva, felicitas):
    PhoneFactory(person=felicitas, is_primary=True)
    content = women(
        ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
        ["Apaza", "Condori", "Felícitas", "123", "Río Claro"],
    )
    before = every_table()

    told = bring(content, commit=False)

    assert told.counts == {"new": 1, "refused": 1}
    assert every_table() == before


def test_an_import_cut_short_leaves_nothing(national, piedra_viva, monkeypatch):
    monkeypatch.setattr("network.base.imports.engine.BLOCK_ROWS", 1)
    content = women(
        ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
        ["Quispe", "Arce", "Delfina", "48103712", "Piedra Viva"],
    )
    before = every_table()

    def die(done, total):
        if done == 2:
            raise SystemExit

    with open_book(content, "a.xlsx") as book:
        plans = tuple(plan_sheets(book.sheets, declared("imports").values()))
        request = Request("a.xlsx", "", plans)
        with pytest.raises(SystemExit):
            run_import(book=book, request=request, by=national, commit=True, progress=die)

    assert every_table() == before


def test_preview_and_commit_tell_the_same(bring, piedra_viva, felicitas):
    content = women(
        ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
        ["Apaza", "Condori", "Felícitas", None, "Río Claro"],
        ["Apaza", "Condori", "Felícitas", None, "Piedra Viva"],
        ["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva"],
    )

    assert bring(content, commit=False).counts == bring(content).counts


def test_the_same_file_again_changes_nothing(bring, piedra_viva):
    headings = [*HEADINGS, "Teléfono", "WhatsApp", "Nacimiento", "Socia desde"]
    content = women(
        ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva", "951000720", "sí", "1979", 2019],
        ["Quispe", "Arce", "Delfina", None, "Piedra Viva", "951000721", None, "1980", None],
        headings=headings,
    )
    bring(content)
    before = {m: m.objects.count() for m in (Person, Phone, Membership, Consent)}

    again = bring(content)

    assert again.counts == {"unchanged": 2}
    assert {m: m.objects.count() for m in (Person, Phone, Membership, Consent)} == before


# A file is read from a connection of its own, which sees what was committed.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_export_then_import_changes_nothing(
    bring, piedra_viva, rio_claro, national, tmp_path, format
):
    headings = [*HEADINGS, "Teléfono", "WhatsApp", "Nacimiento", "Socia desde", "Sexo", "Lenguas",
                "Distrito", "Correo", "Prefiere audio"]  # fmt: skip
    bring(
        women(
            ["Núñez", "De la Cruz", "Ñusta", "00123456", "Piedra Viva; Río Claro", "951000720",
             "sí", "1979", None, "Mujer", "Quechua, castellano", "Ananea", "n@ejemplo.pe", "sí"],
            ["Choque", "", "Ana", None, "Río Claro", "+59171234567", "no", "28/11/1980", "03/2020",
             "", "", "", "", ""],
            headings=headings,
        )
    )  # fmt: skip
    out = tmp_path / f"personas.{format}"
    call_command(
        "export_file",
        "people",
        format=format,
        out=out,
        email=national.email,
        purpose="Prueba de ida y vuelta",
    )

    told = bring(out.read_bytes(), name=out.name)

    assert told.counts == {"unchanged": 2}


@pytest.mark.django_db(transaction=True)
def test_exported_organisations_come_back_unchanged(bring, madre_de_dios, national, tmp_path):
    bring(
        xlsx(
            [
                ["Organización", "RUC", "Redes regionales", "Teléfono de contacto", "Fundada el"],
                ["Amanecer Ñusta", "20512333797", "Red de Madre de Dios", "951000720", "2012"],
                ["Otra base", "", "", "", "03/05/2013"],
            ]
        )
    )
    out = tmp_path / "organizaciones.xlsx"
    call_command(
        "export_file",
        "organisations",
        out=out,
        email=national.email,
        purpose="Prueba de ida y vuelta",
    )

    assert bring(out.read_bytes()).counts == {"unchanged": 2}


# --- Who is it? ----------------------------------------------------------------------------------
def test_document_finds_her_and_changes_are_told(bring, piedra_viva):
    person = MembershipFactory(
        person=PersonFactory(dni="00123456", occupation="cook"), organisation=piedra_viva
    ).person
    PhoneFactory(person=person, is_primary=True, number="+51951000655")

    told = bring(
        women(
            ["Apaza", "Condori", "Felícitas", "00123456", "Piedra Viva", "951000720", "Pallaquera"],
            headings=[*HEADINGS, "Celular", "Trabajo"],
        )
    )

    assert told.counts == {"changed": 1}
    assert told.changes(2) == [
        ("Trabajo", "Cocinera de campamento", "Pallaquera"),
        ("Celular", "••• ••• 655", "951 000 720"),
    ]
    assert {(p.number_tail, p.is_primary) for p in person.phones.all()} == {
        ("655", False),
        ("720", True),
    }


def test_hidden_key_finds_her_even_when_her_name_is_mended(bring, felicitas):
    told = bring(
        women(
            [str(felicitas.pk), "Apaza", "Quispe", "Felícitas", "00123456"],
            headings=["id", *HEADINGS[:4]],
        )
    )

    assert told.counts == {"changed": 1}
    felicitas.refresh_from_db()
    assert felicitas.maternal_surname == "Quispe"
    assert open_value(felicitas, "document_sealed") == "00123456"


def test_name_alone_never_matches_and_waits(bring, felicitas):
    told = bring(women(["Apaza", "Condori", "Felícitas", None, None]))

    assert told.counts == {"parked": 1}
    assert [c["id"] for c in told.rows[2]["candidates"]] == [str(felicitas.pk)]
    assert Person.objects.count() == 1


def test_two_possible_matches_wait(bring, rio_claro):
    twins = {MembershipFactory(organisation=rio_claro).person.pk for _n in range(2)}

    told = bring(women(["Apaza", "Condori", "Felícitas", None, "Río Claro"]))

    assert told.counts == {"parked": 1}
    assert {c["id"] for c in told.rows[2]["candidates"]} == set(map(str, twins))


@pytest.mark.parametrize(
    "name", [("Choque P.", "Edelmira"), ("Choque", "Edelmira"), ("Choqe Puma", "Edelmira")]
)
def test_same_phone_and_like_name_waits(bring, name):
    person = PersonFactory(
        given_names="Edelmira", paternal_surname="Choque", maternal_surname="Puma"
    )
    PhoneFactory(person=person, is_primary=True)

    told = bring(
        women([name[0], name[1], "951000720"], headings=["Apellidos", "Nombres", "Teléfono"])
    )

    assert told.counts == {"parked": 1}
    assert "mismo teléfono" in told.rows[2]["candidates"][0]["why"]


def test_retired_phone_is_no_reason_to_doubt(bring):
    person = PersonFactory(given_names="Edelmira", paternal_surname="Choque")
    PhoneFactory(person=person, retired_at=timezone.now())

    told = bring(
        women(["Choque Mamani", "Edelmira", "951000720"],
              headings=["Apellidos", "Nombres", "Teléfono"])
    )  # fmt: skip

    assert told.counts == {"new": 1}


@pytest.mark.parametrize("hers", [("48103712", None), (None, "1990")])
def test_other_document_or_other_birth_is_another_woman(bring, rio_claro, hers):
    MembershipFactory(
        person=PersonFactory(dni="00123456", born_on=date(1979, 1, 1), born_precision="y"),
        organisation=rio_claro,
    )

    told = bring(
        women(
            ["Apaza", "Condori", "Felícitas", hers[0], "Río Claro", hers[1]],
            headings=[*HEADINGS, "Nacimiento"],
        )
    )

    assert told.counts == {"new": 1}


def test_same_document_with_another_name_waits(bring):
    PersonFactory(dni="00123456")

    told = bring(women(["Quispe", "Arce", "Delfina", "00123456", None]))

    assert told.counts == {"parked": 1}


def test_a_decision_settles_a_parked_row(bring, felicitas):
    content = women(["Apaza", "Condori", "Felícitas", "00123456", "Río Claro"])

    assert bring(content, commit=False, decisions={"0:2": SOMEONE_ELSE}).counts == {"new": 1}
    told = bring(content, decisions={"0:2": str(felicitas.pk)})

    assert told.counts == {"changed": 1}
    felicitas.refresh_from_db()
    assert felicitas.document_tail == "456"


def test_a_decision_for_someone_who_is_no_candidate_counts_for_nothing(bring, felicitas):
    stranger = PersonFactory(given_names="Otra")

    told = bring(
        women(["Apaza", "Condori", "Felícitas", None, "Río Claro", "951000720"],
              headings=[*HEADINGS, "Teléfono"]),
        decisions={"0:2": str(stranger.pk)},
    )  # fmt: skip

    assert told.counts == {"parked": 1}


# --- Cells ---------------------------------------------------------------------------------------
def test_blank_never_overwrites_and_a_word_erases(bring, piedra_viva):
    person = PersonFactory(dni="00123456", email="f@ejemplo.pe", note="Vive en Ananea")
    headings = ["DNI", "Correo", "Nota", "Nombres"]

    bring(women(["00123456", None, " ", None], headings=headings))
    person.refresh_from_db()
    assert (person.email, person.note) == ("f@ejemplo.pe", "Vive en Ananea")

    told = bring(women(["00123456", "#BORRAR", "#borrar", None], headings=headings))
    person.refresh_from_db()
    assert told.changes(2) == [("Correo", "f@ejemplo.pe", ""), ("Nota", "Vive en Ananea", "")]
    assert (person.email, person.note) == ("", "")


def test_a_year_does_not_overwrite_a_day_nor_plain_letters_an_accent(bring):
    person = PersonFactory(
        dni="00123456", paternal_surname="Núñez", born_on=date(1979, 5, 3), born_precision="d"
    )

    told = bring(
        women(["NUNEZ", "CONDORI", "Felicitas", "00123456", "1979"],
              headings=[*HEADINGS[:4], "Nacimiento"])
    )  # fmt: skip

    assert told.counts == {"unchanged": 1}
    person.refresh_from_db()
    assert (person.paternal_surname, person.born_on) == ("Núñez", date(1979, 5, 3))


def test_errors_say_column_value_and_what_to_do(bring, piedra_viva):
    told = bring(
        women(
            ["Quispe", "Arce", "Delfina", 4810371, "Piedra Viba", "31/02/1988", "#N/A"],
            headings=[*HEADINGS, "Fec. Nac.", "Nota"],
        )
    )

    assert told.counts == {"refused": 1}
    assert told.errors(2) == [
        ("Fec. Nac.", "31/02/1988", "Ese día no existe: febrero de 1988 tiene 29 días."),
        ("Nota", "#N/A", "La celda tiene un error de Excel. Escribe el dato."),
    ]


def test_rules_across_cells_are_told_too(bring, piedra_viva):
    told = bring(
        women(
            ["Quispe", "Arce", "Delfina", 4810371, "Piedra Viba"],
            ["Quispe", None, None, "00123456", "Piedra Viva"],
        )
    )

    assert [column for column, _value, _message in told.errors(2)] == ["DNI", "Organización"]
    assert "Este tiene 7" in told.errors(2)[0][2]
    assert "¿Será «Piedra Viva»?" in told.errors(2)[1][2]
    assert told.errors(3) == [("Nombres", "", "Faltan los nombres.")]


def test_corrections_are_read_in_place_of_cells(bring, piedra_viva):
    content = women(["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva"])

    told = bring(content, corrections={"0:2:dni": "48103712", "0:2:email": "d@ejemplo.pe"})

    assert told.counts == {"new": 1}
    person = Person.objects.get()
    assert (open_value(person, "document_sealed"), person.email) == ("48103712", "d@ejemplo.pe")


# --- Rows of one file about one woman ------------------------------------------------------------
def test_a_second_row_may_add_an_organisation(bring, piedra_viva, rio_claro):
    told = bring(
        women(
            ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
            ["Mamani", "Ticona", "Rosaura", "00123456", "Río Claro"],
            ["Mamani", "Ticona", "Rosaura", "00123456", "Río Claro"],
        )
    )

    assert told.counts == {"new": 1, "changed": 1, "refused": 1}
    assert "fila 2" in told.errors(4)[0][2]
    assert Person.objects.get().memberships.count() == 2


def test_two_like_rows_without_document_wait(bring, piedra_viva):
    told = bring(
        women(
            ["Mamani", "Ticona", "Rosaura", None, "Piedra Viva"],
            ["Mamani", None, "Rosaura", None, "Piedra Viva"],
        )
    )

    assert told.counts == {"new": 1, "parked": 1}
    assert told.rows[3]["candidates"][0]["text"] == "La fila 2 de este archivo"


# --- Belonging, phones, consents -----------------------------------------------------------------
def test_a_changed_end_is_the_same_membership(bring, piedra_viva):
    headings = [*HEADINGS, "Socia desde", "Socia hasta"]
    row = ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva", "2019", None]
    bring(women(row, headings=headings))

    told = bring(women([*row[:6], "30/06/2022"], headings=headings))

    assert told.changes(2) == [("Socia hasta", "", "30/06/2022")]
    assert Membership.objects.get().ends_on == date(2022, 6, 30)


def test_coming_back_needs_a_first_day(bring, piedra_viva):
    headings = [*HEADINGS, "Socia desde", "Socia hasta"]
    row = ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"]
    bring(women([*row, "2019", "30/06/2022"], headings=headings))

    assert "terminó el 30/06/2022" in bring(women(row)).errors(2)[0][2]
    assert bring(women([*row, "2024", None], headings=headings)).counts == {"changed": 1}
    assert Membership.objects.count() == 2


def test_a_known_phone_changes_nothing_and_a_given_up_one_comes_back(bring):
    person = PersonFactory(dni="00123456")
    PhoneFactory(person=person, is_primary=True, number="+51951000655")
    PhoneFactory(person=person, number="+51951000656")
    PhoneFactory(person=person, number="+51951000657", retired_at=timezone.now())
    headings = ["DNI", "Teléfono", "Nombres"]

    assert bring(women(["00123456", "951000656", None], headings=headings)).counts == {
        "unchanged": 1
    }
    told = bring(women(["00123456", "951000657", None], headings=headings))

    assert told.counts == {"changed": 1}
    assert Phone.objects.get(is_primary=True).number_tail == "657"


def test_consents_come_only_with_their_day(bring, piedra_viva):
    headings = [*HEADINGS, "Aceptó el registro", "Aceptó WhatsApp", "Fecha del consentimiento"]

    told = bring(
        women(
            ["Uno", "A", "Ana", "00000001", "Piedra Viva", "sí", "no", "01/02/2026"],
            ["Dos", "B", "Eva", "00000002", "Piedra Viva", "sí", None, None],
            ["Tres", "C", "Luz", "00000003", "Piedra Viva", None, "no", None],
            headings=headings,
        )
    )

    assert told.counts == {"new": 2, "refused": 1}
    assert told.errors(3) == [
        ("Fecha del consentimiento", "", "Falta la fecha del consentimiento.")
    ]
    given = Consent.objects.values_list("purpose", "is_granted", "channel", "decided_on")
    assert set(given) == {
        ("registry", True, "imported", date(2026, 2, 1)),
        ("whatsapp", False, "imported", date(2026, 2, 1)),
    }


def test_an_older_paper_does_not_undo_a_newer_decision(bring):
    person = PersonFactory(dni="00123456")
    ConsentFactory(
        person=person, purpose=Purpose.WHATSAPP, is_granted=False, decided_on=date(2026, 3, 12)
    )

    told = bring(
        women(["00123456", "sí", "01/02/2026"],
              headings=["DNI", "Aceptó WhatsApp", "Fecha del consentimiento"])
    )  # fmt: skip

    assert told.counts == {"refused": 1}
    assert "12/03/2026" in told.errors(2)[0][2]


def test_a_refused_row_leaves_no_part_of_itself(bring, piedra_viva):
    PersonFactory(dni="00123456")
    headings = [*HEADINGS, "Teléfono", "Aceptó WhatsApp"]

    told = bring(
        women(["Apaza", "Condori", "Felícitas", "00123456", "Piedra Viva", "951000720", "sí"],
              headings=headings)
    )  # fmt: skip

    assert told.counts == {"refused": 1}
    assert (Phone.objects.count(), Membership.objects.count()) == (0, 0)
    assert ImportedRow.objects.count() == 0


def test_trashed_and_withdrawn_women_are_not_brought_back(bring, national):
    trashed, gone = PersonFactory(dni="00000001"), PersonFactory(dni="00000002")
    trash_person(person=trashed, by=national)
    record_consent(
        person=gone,
        decided=Decided("registry", False, "paper", timezone.localdate()),
        by=national,
    )

    told = bring(
        women(["00000001", "x@ejemplo.pe"], ["00000002", "y@ejemplo.pe"],
              headings=["DNI", "Correo"])
    )  # fmt: skip

    assert told.counts == {"refused": 2}
    assert "papelera" in told.errors(2)[0][2]
    assert "salir del registro" in told.errors(3)[0][2]


def test_that_she_left_the_registry_is_told_to_no_leader(bring, leader, rio_claro):
    gone = PersonFactory(dni="00000002", withdrawn_at=timezone.now())
    MembershipFactory(person=gone, organisation=rio_claro)

    told = bring(women(["00000002", "y@ejemplo.pe"], headings=["DNI", "Correo"]), by=leader)

    assert "fuera de tu alcance" in told.errors(2)[0][2]


# --- Organisations -------------------------------------------------------------------------------
def test_organisations_match_by_ruc_by_name_and_by_other_names(bring, piedra_viva, national):
    Organisation.objects.filter(pk=piedra_viva.pk).update(ruc="20512333797")
    other = OrganisationFactory(name="Asociación Nueva Esperanza")
    OrganisationAlias.objects.create(organisation=other, name="AMNE")

    told = bring(
        xlsx(
            [
                ["Organización", "RUC", "Nombre corto"],
                ["Piedra Viva de Ananea", "20512333797", ""],
                ["A.M.N.E", "", "Esperanza"],
                ["Asociacion Nueva Esperansa", "", ""],
            ]
        )
    )

    assert told.counts == {"changed": 1, "new": 1, "parked": 1} or told.counts == {
        "changed": 2,
        "parked": 1,
    }
    piedra_viva.refresh_from_db()
    assert piedra_viva.name == "Piedra Viva de Ananea"


def test_two_organisations_of_one_ruc_are_stopped_by_the_database(bring):
    told = bring(
        xlsx(
            [
                ["Organización", "RUC"],
                ["Amanecer", "20512333797"],
                ["Ocaso", "20512333797"],
                ["Mediodía", ""],
            ]
        )
    )

    assert told.counts == {"new": 2, "refused": 1}
    assert "fila 2" in told.errors(3)[0][2]
    assert set(Organisation.objects.values_list("name", flat=True)) == {"Amanecer", "Mediodía"}


def test_unknown_network_names_those_there_are(bring, madre_de_dios):
    told = bring(xlsx([["Organización", "Red regional"], ["Amanecer", "Red de Tacna"]]))

    assert told.counts == {"refused": 1}
    assert "Red de Madre de Dios" in told.errors(2)[0][2]
    assert Affiliation.objects.count() == 0


# --- Reach ---------------------------------------------------------------------------------------
def test_a_leader_brings_women_only_into_her_organisation(bring, leader, rio_claro, piedra_viva):
    told = bring(
        women(
            ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
            ["Quispe", "Arce", "Delfina", "48103712", "Río Claro"],
            ["Huanca", "Mollo", "Primitiva", "48103713", None],
        ),
        by=leader,
    )

    assert told.counts == {"refused": 1, "new": 2}
    assert "a tu alcance" in told.errors(2)[0][2]
    assert set(Membership.objects.values_list("organisation__name", flat=True)) == {"Río Claro"}


def test_out_of_reach_nothing_is_told_of_her(bring, leader, rio_claro, piedra_viva):
    hidden = MembershipFactory(
        person=PersonFactory(dni="00123456", given_names="Zoraida", paternal_surname="Secreta"),
        organisation=piedra_viva,
    ).person
    PhoneFactory(person=hidden, is_primary=True)

    told = bring(
        women(
            ["Secreta", "Condori", "Zoraida", "00123456", "Río Claro", None],
            ["Secreta", "Condori", "Zoraida", None, "Río Claro", "951000720"],
            ["Secreta", "Condori", "Zoraida", None, "Río Claro", None],
            headings=[*HEADINGS, "Teléfono"],
        ),
        by=leader,
    )

    assert told.counts == {"refused": 1, "parked": 1, "new": 1} or told.counts == {
        "refused": 1,
        "parked": 2,
    }
    said = json.dumps([told.rows[n]["errors"] + told.rows[n]["candidates"] for n in (2, 3, 4)])
    assert str(hidden.pk) not in said
    assert "Piedra" not in said
    assert "456" not in said.replace("00123456", "")


@pytest.fixture
def gone(rio_claro):
    """She left Río Claro: her page answers 404 to those who lead it and to its region."""
    return MembershipFactory(
        person=PersonFactory(dni="00123456", given_names="Zoraida", paternal_surname="Secreta"),
        organisation=rio_claro,
        ends_on=date(2024, 3, 1),
    ).person


@pytest.mark.parametrize("named_by", ["id", "dni"])
def test_who_left_is_not_changed_by_those_she_left(bring, coordinator, gone, named_by):
    key = [str(gone.pk), None] if named_by == "id" else [None, "00123456"]
    born = gone.born_on

    told = bring(
        women(
            [*key, "Secreta", "Zoraida", "01/01/1960"],
            headings=["id", "DNI", "Apellido paterno", "Nombres", "Fecha de nacimiento"],
        ),
        by=coordinator,
    )

    gone.refresh_from_db()
    assert (told.counts, gone.born_on) == ({"refused": 1}, born)
    assert "fuera de tu alcance" in told.errors(2)[0][2]


def test_of_who_left_nothing_is_told_to_those_she_left(bring, leader, gone):
    told = bring(women(["Secreta", "Zoraida"], headings=["Apellido paterno", "Nombres"]), by=leader)

    said = json.dumps(told.rows[2]["candidates"])
    assert (str(gone.pk) in said, "456" in said) == (False, False)


def test_a_leader_registers_no_organisation(bring, leader):
    told = bring(xlsx([["Organización", "RUC"], ["Amanecer", "20512333797"]]), by=leader)

    assert told.counts == {"refused": 1}
    assert Organisation.objects.filter(name="Amanecer").count() == 0


def test_a_regional_coordinator_registers_into_her_network(bring, coordinator, madre_de_dios):
    told = bring(xlsx([["Organización", "RUC"], ["Amanecer", ""]]), by=coordinator)

    assert told.counts == {"new": 1}
    assert Affiliation.objects.get(organisation__name="Amanecer").regional_network == madre_de_dios


# --- Traces --------------------------------------------------------------------------------------
def test_history_and_access_log_say_who_and_which_file(bring, piedra_viva, national):
    told = bring(women(["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"]))

    event = apps.get_model("members", "PersonEvent").objects.get()
    assert event.pgh_label == "insert"
    assert event.pgh_context.metadata["user"] == str(national.pk)
    assert event.pgh_context.metadata["file"] == "lista.xlsx"
    entry = AccessLogEntry.objects.get(action="import")
    assert (entry.user, entry.row_count, entry.subject_id) == (national, 1, str(told.batch.pk))


def test_no_document_or_phone_is_kept_in_clear(bring, piedra_viva):
    bring(
        women(["Mamani", "Ticona", "Rosaura", "48103712", "Piedra Viva", "951000720"],
              headings=[*HEADINGS, "Teléfono"])
    )  # fmt: skip
    bring(
        women(["Mamani", "Ticona", "Rosaura", "48103712", "Piedra Viva", "951000721"],
              headings=[*HEADINGS, "Teléfono"])
    )  # fmt: skip

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*) FROM \"{table}\" t WHERE t::text ~ '48103712|95100072[01]'"
            )
            assert (table, cursor.fetchone()[0]) == (table, 0)


# --- Undo ----------------------------------------------------------------------------------------
def test_undo_takes_back_what_it_made_and_changed(bring, piedra_viva, national):
    known = PersonFactory(dni="00000001", email="antes@ejemplo.pe")
    old_phone = PhoneFactory(person=known, is_primary=True, number="+51951000655")
    before = {m: m.objects.count() for m in (Person, Phone, Membership)}
    told = bring(
        women(
            ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva", "951000720", None],
            [None, None, None, "00000001", "Piedra Viva", "951000721", "despues@ejemplo.pe"],
            headings=[*HEADINGS, "Teléfono", "Correo"],
        )
    )
    assert told.counts == {"new": 1, "changed": 1}

    kept = undo_import(batch=told.batch, by=national)

    assert kept == []
    assert {m: m.objects.count() for m in (Person, Phone, Membership)} == before
    known.refresh_from_db()
    old_phone.refresh_from_db()
    assert known.email == "antes@ejemplo.pe"
    assert old_phone.is_primary
    with pytest.raises(Refused, match="ya se deshizo"):
        undo_import(batch=told.batch, by=national)


def test_undo_restores_a_sealed_document(bring, national):
    person = PersonFactory(dni="00000001")
    told = bring(women([str(person.pk), "48103712"], headings=["id", "DNI"]))

    undo_import(batch=told.batch, by=national)

    person.refresh_from_db()
    assert open_value(person, "document_sealed") == "00000001"


def test_undo_keeps_and_names_what_someone_changed_since(bring, piedra_viva, national):
    known = PersonFactory(dni="00000001", email="antes@ejemplo.pe", note="antes")
    told = bring(
        women(
            ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva", None, None],
            ["Quispe", "Arce", "Delfina", "48103712", "Piedra Viva", None, None],
            ["Huanca", "Mollo", "Primitiva", "48103713", "Piedra Viva", None, None],
            [None, None, None, "00000001", None, "despues@ejemplo.pe", "después"],
            headings=[*HEADINGS, "Correo", "Nota"],
        )
    )
    rosaura, delfina = (Person.objects.get(given_names=n) for n in ("Rosaura", "Delfina"))
    with pghistory.context(user=str(national.pk)):
        correct_person(
            person=rosaura, name=Name("Rosa", "Mamani", "Ticona"), profile=_profile(), by=national
        )
        PhoneFactory(person=delfina)
        Person.objects.filter(pk=known.pk).update(email="a.mano@ejemplo.pe")

    kept = undo_import(batch=told.batch, by=national)

    assert {(one.table, one.row_id, one.columns) for one in kept} == {
        ("members_person", str(rosaura.pk), ()),
        ("members_person", str(delfina.pk), ()),
        ("members_person", str(known.pk), ("email",)),
    }
    known.refresh_from_db()
    assert (known.email, known.note) == ("a.mano@ejemplo.pe", "antes")
    assert not Person.objects.filter(given_names="Primitiva").exists()


def _profile():
    from members.actions.people import Profile  # noqa: PLC0415

    return Profile()


def test_undo_ends_after_thirty_days(bring, piedra_viva, national):
    told = bring(women(["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"]))
    ImportBatch.objects.update(committed_at=timezone.now() - timedelta(days=31))

    with pytest.raises(Refused, match="30 días"):
        undo_import(batch=told.batch, by=national)
    assert Person.objects.count() == 1


# --- The rows that wait, as a workbook -----------------------------------------------------------
def test_waiting_rows_come_back_to_be_mended_and_imported(national, piedra_viva, felicitas, bring):
    content = women(
        ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva", "firma"],
        ["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva", "firma"],
        ["Apaza", "Condori", "Felícitas", None, None, None],
        headings=[*HEADINGS, "Firma"],
    )
    waiting = WaitingWorkbook()
    with open_book(content, "a.xlsx") as book:
        plans = tuple(plan_sheets(book.sheets, declared("imports").values()))
        run_import(
            book=book,
            request=Request("a.xlsx", "", plans),
            by=national,
            commit=True,
            each=lambda plan, row: row.outcome in {"refused", "parked"} and waiting.add(plan, row),
        )

    with open_book(waiting.content(), "a.xlsx") as book:
        lines = list(book.lines(0))

    assert lines[0] == (1, [*HEADINGS, "Firma", "Por qué espera"])
    assert lines[1][1][:6] == ["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva", "firma"]
    assert "Este tiene 7" in lines[1][1][6]
    assert "Se parece a: Apaza Condori, Felícitas" in lines[2][1][6]
    assert bring(waiting.content(), corrections={"0:2:dni": "48103712"}).counts == {
        "new": 1,
        "parked": 1,
    }


# --- The command ---------------------------------------------------------------------------------
def command(*args, **options):
    out = StringIO()
    call_command("import_file", *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def list_file(tmp_path, piedra_viva):
    path = tmp_path / "padron.xlsx"
    path.write_bytes(
        women(
            ["Mamani", "Ticona", "Rosaura", "00123456", "Piedra Viva"],
            ["Quispe", "Arce", "Delfina", "4810371", "Piedra Viva"],
        )
    )
    return str(path)


def test_command_previews_and_commits(list_file):
    assert "No se guardó nada" in command("people", list_file)
    assert Person.objects.count() == 0

    assert "2 filas: 1 nuevas" in command("people", list_file, commit=True)
    assert Person.objects.count() == 1


def test_command_answers_with_json(list_file):
    answer = json.loads(command("people", list_file, json=True))

    assert {k: answer[k] for k in ("read", "new", "changed", "unchanged", "parked", "refused")} == {
        "read": 2, "new": 1, "changed": 0, "unchanged": 0, "parked": 0, "refused": 1,
    }  # fmt: skip
    assert [(row["sheet"], row["row"], row["outcome"]) for row in answer["rows"]] == [
        ("Socias", 2, "new"),
        ("Socias", 3, "refused"),
    ]
    [error] = answer["rows"][1]["errors"]
    assert (error["column"], error["value"]) == ("DNI", "4810371")


def test_command_works_in_the_name_and_reach_of_an_account(list_file, leader):
    answer = json.loads(command("people", list_file, json=True, email=leader.email))

    assert (answer["new"], answer["refused"]) == (0, 2)


@pytest.mark.parametrize(
    ("args", "options", "says"),
    [
        (("gente", "a.xlsx"), {}, "organisations, people"),
        (("people", "no-hay.xlsx"), {}, "No se puede leer"),
    ],
)
def test_command_refuses_with_a_sentence(db, args, options, says):
    with pytest.raises(CommandError, match=says):
        command(*args, **options)


def test_command_refuses_unknown_sheets_and_accounts(list_file, trainer):
    with pytest.raises(CommandError, match="«Socias»"):
        command("people", list_file, sheet="Hoja9")
    with pytest.raises(CommandError, match="no puede importar"):
        command("people", list_file, email=trainer.email)
    with pytest.raises(CommandError, match="No hay una cuenta"):
        command("people", list_file, email="nadie@ejemplo.pe")
