"""Old paper records brought in: matched, confirmed, kept apart in every figure, and taken back."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pghistory
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members.models import Role
from network.base.contracts import declared
from network.base.figures import Question
from network.base.imports.engine import Request, file_digest, run_import
from network.base.imports.mapping import plan_sheets
from network.base.imports.preview import Gathered
from network.base.imports.reader import open_book
from network.base.imports.rows import SOMEONE_ELSE
from network.base.imports.told import told_row
from network.base.imports.undo import undo_import
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.trainings import (
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    RequirementFactory,
)
from tests.factories.workbooks import xlsx
from tests.importing import Told, every_table
from trainings.coverage import count_coverage
from trainings.models import Completion, CourseAlias

pytestmark = pytest.mark.django_db
HEADINGS = ["Apellidos y nombres", "DNI", "Organización", "Curso", "Fecha", "Fuente"]
NOTEBOOK = "Cuaderno de actas 2019, folio 12"
COURSE = "Trabajo seguro en el pallaqueo"


class Asked(Told):
    """And what is asked of whoever brings it."""

    def __init__(self, gathered, result, rows):
        super().__init__(result, rows)
        self.questions = {asked["text"]: asked for asked in gathered.questions.values()}

    def answer(self, text, choice):
        return {self.questions[text]["key"]: str(getattr(choice, "pk", choice))}


@pytest.fixture
def course(db):
    course = CourseFactory(name=COURSE, code="trabajo-seguro")
    CourseVersionFactory(
        course=course,
        validity="rolling",
        valid_months=24,
        hours=Decimal(16),
        in_use_from=date(2018, 1, 1),
    )
    return course


@pytest.fixture
def rosaura(rio_claro):
    person = PersonFactory(
        given_names="Rosaura",
        paternal_surname="Mamani",
        maternal_surname="Ticona",
        dni="40881412",
        sex="f",
    )
    MembershipFactory(person=person, organisation=rio_claro)
    return person


@pytest.fixture
def bring(national):
    """Import a workbook, as the national coordinator unless told otherwise."""

    def bring(*rows, by=national, commit=True, headings=HEADINGS, content=None, **request):
        content = content or xlsx([headings, *rows], sheet="Cursos en papel")
        told, gathered = [], Gathered()

        def each(plan, row):
            gathered(plan, row)
            told.append(told_row(plan, row))

        with gathered.waiting, open_book(content, "lista.xlsx") as book:
            plans = tuple(plan_sheets(book.sheets, declared("imports").values()))
            result = run_import(
                book=book,
                request=Request("lista.xlsx", file_digest(content), plans, **request),
                by=by,
                commit=commit,
                each=each,
            )
        return Asked(gathered, result, told)

    return bring


def line(who="Mamani Ticona, Rosaura", dni="40881412", course=COURSE, when="15/08/2019", **values):
    """One row under HEADINGS."""
    return [who, dni, values.get("at"), course, when, values.get("source", NOTEBOOK)]


def figures():
    found = {}
    for name, figure in declared("figures").items():
        value = figure.compute(Question())
        if value:
            found[name] = value
    return found


# --- What a row becomes --------------------------------------------------------------------------
def test_a_record_is_unverified_and_takes_hours_and_validity_of_the_version_in_use_that_day(
    bring, course, rosaura, rio_claro
):
    CourseVersionFactory(
        course=course, number=2, hours=40, valid_months=6, validity="rolling",
        in_use_from=date(2021, 1, 1),
    )  # fmt: skip

    told = bring(line())

    assert told.counts == {"new": 1}
    record = Completion.objects.get()
    assert (record.person, record.course, record.organisation) == (rosaura, course, rio_claro)
    assert (record.origin, record.is_verified, record.version, record.approved_by) == (
        "paper", False, None, None,
    )  # fmt: skip
    assert (record.hours, record.valid_until) == (Decimal(16), date(2021, 8, 15))
    assert (record.completed_on, record.completed_precision) == (date(2019, 8, 15), "d")
    assert record.source == NOTEBOOK


def test_the_rule_is_that_of_the_version_the_day_fell_in(bring, course, rosaura):
    CourseVersionFactory(
        course=course, number=2, hours=40, valid_months=6, validity="rolling",
        in_use_from=date(2021, 1, 1),
    )  # fmt: skip

    bring(line(when="10/01/2022"))

    record = Completion.objects.get()
    assert (record.hours, record.valid_until) == (Decimal(40), date(2022, 7, 10))


def test_all_that_a_coordinator_writes_is_kept(bring, course, rosaura):
    headings = [*HEADINGS, "Horas", "Lugar", "Quién dictó", "Tipo de fuente", "Resultado"]

    bring(
        [*line(when="agosto de 2019"), "7,5", "Ananea", "Dirección de Minería", "cuaderno", "no"],
        headings=headings,
    )

    record = Completion.objects.get()
    assert (record.hours, record.place, record.taught_by) == (
        Decimal("7.5"), "Ananea", "Dirección de Minería",
    )  # fmt: skip
    assert (record.source_kind, record.result, record.valid_until) == (
        "minutes", "not_completed", None,
    )  # fmt: skip
    assert record.reason
    assert (record.completed_on, record.completed_precision) == (date(2019, 8, 1), "m")


def test_a_paper_older_than_every_version_is_held_no_longer_than_the_first_allows(
    bring, course, rosaura
):
    bring(line(when="2015"))

    record = Completion.objects.get()
    assert (record.valid_until, record.hours) == (date(2017, 1, 1), None)


@pytest.mark.parametrize("wrong", ["31/02/2019", "0", "nunca", "01/01/1970", "2099"])
def test_a_wrong_date_is_refused_at_its_cell_and_never_becomes_1970(bring, course, rosaura, wrong):
    told = bring(line(when=wrong), line(when="2019"))

    assert told.counts == {"new": 1, "refused": 1}
    assert [(column, value) for column, value, _message in told.errors(2)] == [("Fecha", wrong)]
    assert Completion.objects.get().completed_on == date(2019, 1, 1)


def test_a_record_without_source_is_refused(bring, course, rosaura):
    told = bring(line(source=None))

    assert [(column, "folio" in message) for column, _v, message in told.errors(2)] == [
        ("Fuente", True)
    ]
    assert not Completion.objects.exists()


# --- Which course --------------------------------------------------------------------------------
def test_an_unknown_course_is_refused_at_its_cell_with_nothing_half_saved(bring, course, rosaura):
    before = every_table()

    told = bring(line(course="Repostería"), line(course="Repostería", when="2020"), commit=False)

    assert told.errors(2) == [
        ("Curso", "Repostería",
         "No hay un curso «Repostería». Di cuál es, o pide que lo registren."),
    ]  # fmt: skip
    assert told.questions["Repostería"]["rows"] == 2
    assert every_table() == before


def test_the_database_refuses_an_unknown_course(rosaura):
    record = Completion(
        person=rosaura,
        course_id=PersonFactory().pk,
        origin="paper",
        completed_on=date(2019, 8, 15),
        result="completed",
        approved_at=timezone.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        record.save()


def test_the_database_refuses_a_paper_record_under_a_version(course, rosaura):
    with pytest.raises(IntegrityError, match="trainings_completion_paper_rule"):
        CompletionFactory(
            enrolment=None, person=rosaura, organisation=None, origin="paper",
            version=course.versions.get(),
        )  # fmt: skip


def test_a_likeness_is_asked_once_for_all_its_rows_and_never_decides(bring, course, rosaura):
    rows = [line(course="taller trabajo seguro pallaqueo", when=str(y)) for y in (2018, 2019)]

    told = bring(*rows)

    asked = told.questions["taller trabajo seguro pallaqueo"]
    assert told.counts == {"parked": 2}
    assert (asked["rows"], [one["id"] for one in asked["likely"]]) == (2, [str(course.pk)])
    assert not Completion.objects.exists()


def test_an_answer_counts_for_all_rows_and_is_remembered_for_the_next_file(
    bring, course, rosaura, national
):
    rows = [line(course="Trabajo segurro", when=str(year)) for year in (2018, 2019)]
    told = bring(*rows, commit=False)

    answered = bring(*rows, decisions=told.answer("Trabajo segurro", course))

    assert answered.counts == {"new": 2}
    alias = CourseAlias.objects.get()
    assert (alias.course, alias.name, alias.confirmed_by) == (course, "Trabajo segurro", national)
    assert bring(line(course="TRABAJO  SEGURRO", when="2021")).counts == {"new": 1}


def test_an_answer_that_it_is_none_refuses_its_rows(bring, course, rosaura):
    told = bring(line(course="Trabajo segurro"))

    refused = bring(
        line(course="Trabajo segurro"), decisions=told.answer("Trabajo segurro", SOMEONE_ELSE)
    )

    assert refused.counts == {"refused": 1}
    assert not CourseAlias.objects.exists()


def test_a_name_is_not_remembered_when_no_row_of_it_is_written(bring, course, rosaura):
    told = bring(line(course="Trabajo segurro"))

    bring(
        line(course="Trabajo segurro", source=None),
        decisions=told.answer("Trabajo segurro", course),
    )

    assert not CourseAlias.objects.exists()


def test_questions_are_gathered_over_all_rows_and_not_only_those_shown(bring, course, rosaura):
    rows = [
        line(course="Trabajo segurro", when=f"{1 + n % 28:02}/{1 + n // 28:02}/2019")
        for n in range(250)
    ]

    told = bring(*rows, line(course="Trabajo  seguro  palaqueo", when="2017"))

    assert {text: asked["rows"] for text, asked in told.questions.items()} == {
        "Trabajo segurro": 250, "Trabajo seguro palaqueo": 1,
    }  # fmt: skip


# --- Who -----------------------------------------------------------------------------------------
def test_a_name_alone_waits_for_a_person_also_where_a_leader_has_one_organisation(
    bring, course, rosaura, leader
):
    assert bring(line(dni=None), by=leader).counts == {"parked": 1}


def test_a_namesake_of_another_organisation_is_not_taken_for_her(
    bring, course, rosaura, piedra_viva
):
    assert bring(line(dni=None, at="Piedra Viva")).counts == {"parked": 1}


def test_a_name_alone_waits_for_a_person(bring, course, rosaura):
    told = bring(line(dni=None))

    assert told.counts == {"parked": 1}
    asked = told.questions["Rosaura Mamani Ticona"]
    assert [one["id"] for one in asked["likely"]] == [str(rosaura.pk)]

    assert bring(
        line(dni=None), decisions=told.answer("Rosaura Mamani Ticona", rosaura)
    ).counts == {"new": 1}


def test_a_whole_name_in_its_organisation_is_her_unless_two_are_called_so(
    bring, course, rosaura, rio_claro
):
    assert bring(line(dni=None, at="Río Claro")).counts == {"new": 1}

    twin = PersonFactory(
        given_names="Rosaura", paternal_surname="Mamani", maternal_surname="Ticona"
    )
    MembershipFactory(person=twin, organisation=rio_claro)

    assert bring(line(dni=None, at="Río Claro", when="2020")).counts == {"parked": 1}


def test_whoever_is_not_on_record_is_not_made_up(bring, course, rosaura):
    told = bring(line(who="Quispe Arce, Delfina", dni="40999999"))

    assert told.errors(2) == [
        ("DNI", "40999999", "No está en el registro. Regístrala primero en la lista de personas.")
    ]


def test_a_document_under_another_name_waits(bring, course, rosaura):
    assert bring(line(who="Quispe Arce, Delfina")).counts == {"parked": 1}


def test_a_leader_brings_records_of_her_own_women_and_of_no_others(
    bring, course, rosaura, leader, make_account, flor_de_cuarzo
):
    other = make_account(Role.ORGANISATION_LEADER, organisation=flor_de_cuarzo)

    assert bring(line(), by=other).counts == {"refused": 1}
    assert bring(line(), by=leader).counts == {"new": 1}
    assert not Completion.objects.get().is_verified


# --- Again, and back -----------------------------------------------------------------------------
def test_the_same_file_twice_changes_nothing(bring, course, rosaura):
    rows = [line(), line(when="03/2020"), line(when="2017"), line(when="2017")]
    first = bring(*rows)
    before = list(Completion.objects.order_by("pk").values())

    again = bring(*rows)

    assert first.counts == {"new": 3, "refused": 1}
    assert again.counts == {"unchanged": 3, "refused": 1}
    assert list(Completion.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_an_export_brought_in_again_changes_nothing(bring, course, rosaura, national, tmp_path):
    headings = [*HEADINGS, "Horas", "Lugar", "Quién dictó", "Tipo de fuente"]
    told = bring(
        [*line(), "7,5", "Ananea", "Dirección de Minería", "Cuaderno de actas"],
        [*line(when="03/2020"), "8", None, None, "Lista de asistencia"],
        [*line(when="2017"), None, None, None, None],
        headings=headings,
    )
    assert told.counts == {"new": 3}
    before = list(Completion.objects.order_by("pk").values())

    for personal in ({"email": national.email, "purpose": "archivo de la red"}, {}):
        for ending in ("xlsx", "csv"):
            out = tmp_path / f"registros-{bool(personal)}.{ending}"
            call_command("export_file", "training_records", format=ending, out=out, **personal)
            answer = io.StringIO()
            call_command(
                "import_file", "training_records", str(out), commit=True, json=True, stdout=answer
            )
            told = json.loads(answer.getvalue())
            assert (told["read"], told["unchanged"]) == (3, 3)

    assert list(Completion.objects.order_by("pk").values()) == before


def test_a_day_completes_what_only_had_its_year_and_less_is_no_change(bring, course, rosaura):
    bring(line(when="2019"))

    told = bring(line(when="15/08/2019"))

    assert told.changes(2) == [("Fecha", "2019", "15/08/2019")]
    assert bring(line(when="2019")).counts == {"unchanged": 1}
    record = Completion.objects.get()
    assert (record.completed_on, record.valid_until) == (date(2019, 8, 15), date(2021, 8, 15))


def test_what_an_edition_completed_that_day_is_not_brought_in_again(bring, course, rosaura):
    enrolment = EnrolmentFactory(person=rosaura, edition__version=course.versions.get())
    CompletionFactory(enrolment=enrolment, completed_on=date(2019, 8, 15))

    told = bring(line())

    assert told.errors(2) == [
        ("Fecha", "15/08/2019", "Ya está en el portal, completado en una edición.")
    ]


def test_what_was_annulled_does_not_come_back_by_itself(bring, course, rosaura):
    bring(line())
    Completion.objects.update(voided_at=timezone.now(), void_reason="Era de su prima")

    told = bring(line())

    assert told.counts == {"parked": 1}
    assert bring(line(), decisions={"0:2": SOMEONE_ELSE}).counts == {"new": 1}


def test_a_verified_record_is_not_changed_by_a_list(bring, course, rosaura, national):
    bring(line())
    Completion.objects.update(is_verified=True, approved_by=national)

    told = bring(line(source="Otro cuaderno"))

    assert told.counts == {"refused": 1}
    assert bring(line()).counts == {"unchanged": 1}
    assert Completion.objects.get().source == NOTEBOOK


def test_an_import_is_undone_with_the_names_it_remembered(bring, course, rosaura, national):
    told = bring(line(course="Trabajo segurro"), commit=False)
    bring(line(when="2015"))
    before = list(Completion.objects.values())
    headings = [*HEADINGS, "Horas"]
    done = bring(
        [*line(course="Trabajo segurro"), "8"],
        [*line(when="03/2015", source="Cuaderno 2015"), "7,5"],
        headings=headings,
        decisions=told.answer("Trabajo segurro", course),
    )
    assert done.counts == {"new": 1, "changed": 1}

    assert undo_import(batch=done.batch, by=national) == []

    assert list(Completion.objects.values()) == before
    assert not CourseAlias.objects.exists()


def test_undoing_keeps_what_was_verified_since(bring, course, rosaura, national):
    done = bring(line(), line(when="2017"))
    kept = Completion.objects.get(completed_on=date(2019, 8, 15))
    kept.is_verified, kept.approved_by = True, national
    with pghistory.context(user=str(national.pk)):
        kept.save()

    assert [one.row_id for one in undo_import(batch=done.batch, by=national)] == [str(kept.pk)]
    assert list(Completion.objects.all()) == [kept]


def test_a_preview_leaves_every_table_as_it_was(bring, course, rosaura):
    told = bring(line(course="Trabajo segurro"), commit=False)
    before = every_table()

    bring(line(course="Trabajo segurro"), line(), line(course="Trabajo segurro", when="2018"),
          commit=False, decisions=told.answer("Trabajo segurro", course))  # fmt: skip

    assert every_table() == before


# --- Apart ---------------------------------------------------------------------------------------
def test_no_figure_but_its_own_counts_what_nobody_verified(bring, course, rosaura):
    assert (course.theme, rosaura.sex) == ("safety", "f")
    before = figures()

    bring(line(when=str(timezone.localdate().year)))

    assert figures() == before | {"completions_unverified": 1}


def test_the_matrix_counts_it_apart(bring, course, rosaura, rio_claro):
    requirement = RequirementFactory(course=course)

    bring(line(when=str(timezone.localdate().year)))

    count = count_coverage([requirement], timezone.localdate(), [rio_claro.pk])
    cell = count.cells[rio_claro.pk][requirement.pk]
    assert (cell.due, cell.covered, cell.unverified) == (1, 0, 1)


def test_the_database_refuses_a_certificate_for_what_nobody_verified(bring, course, rosaura):
    bring(line())

    with pytest.raises(IntegrityError, match="trainings_certificate_proved|verified"):
        CertificateFactory(completion=Completion.objects.get())


def test_many_rows_take_the_same_questions_to_the_database(
    bring, course, rosaura, django_assert_max_num_queries
):
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(200)]
    with django_assert_max_num_queries(60):
        told = bring(*(line(when=f"{d:%d/%m/%Y}") for d in days))

    assert told.counts == {"new": 200}
