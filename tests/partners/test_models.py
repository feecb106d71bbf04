from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from network.base.errors import Refused
from network.partners.actions import (
    InstitutionFacts,
    ProgrammeFacts,
    create_institution,
    create_programme,
    update_institution,
    update_programme,
)
from network.partners.models import Institution, Programme
from network.places.models import District
from tests.factories.accounts import RoleAssignmentFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)


def institution(name="Pure Earth Perú", kind="ngo", **facts):
    return create_institution(facts=InstitutionFacts(name=name, kind=kind, **facts), by=None)


def programme(name="Generaciones", code="GEN-1", **facts):
    return create_programme(facts=ProgrammeFacts(name=name, code=code, **facts), by=None)


def test_institution_is_written_with_all_that_is_known():
    place = District.objects.get(pk="150101")

    made = institution(
        short_name="PE",
        ruc="20512333797",
        website="https://ejemplo.pe",
        district=place,
        note="Desde 2024",
    )

    made.refresh_from_db()
    assert (made.name, made.short_name, made.kind) == ("Pure Earth Perú", "PE", "ngo")
    assert (made.ruc, made.website, made.district) == ("20512333797", "https://ejemplo.pe", place)
    assert made.note == "Desde 2024"
    assert (str(made), made.called) == ("Pure Earth Perú", "PE")
    assert Institution(name="Sola").called == "Sola"


@pytest.mark.parametrize("name", ["PURE EARTH PERU", " pure  earth perú", "Pure-Earth Perú"])
def test_same_name_in_another_spelling_is_refused(name):
    institution()

    with pytest.raises(Refused) as refusal:
        institution(name=name)

    assert refusal.value.message == "Ya hay una institución con ese nombre."
    assert refusal.value.field == "name"
    assert Institution.objects.count() == 1


def test_same_ruc_is_refused_and_none_is_no_ruc():
    institution(name="Una", ruc="20512333797")
    institution(name="Otra")
    institution(name="Otra más")

    with pytest.raises(Refused) as refusal:
        institution(name="Cuarta", ruc="20512333797")

    assert (refusal.value.message, refusal.value.field) == (
        "Ya hay una institución con ese RUC.",
        "ruc",
    )


def test_database_refuses_what_is_no_ruc():
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.create(name="Una", kind="ngo", ruc="99999999999")


def test_institution_is_corrected_as_a_whole():
    made = institution(short_name="PE", note="vieja")

    update_institution(
        institution=made, facts=InstitutionFacts(name="Pure Earth", kind="other"), by=None
    )

    made.refresh_from_db()
    assert (made.name, made.kind, made.short_name, made.note) == ("Pure Earth", "other", "", "")


def test_correction_takes_no_name_of_another():
    institution()
    other = institution(name="CINCIA")

    with pytest.raises(Refused):
        update_institution(
            institution=other, facts=InstitutionFacts(name="pure earth peru", kind="ngo"), by=None
        )

    other.refresh_from_db()
    assert other.name == "CINCIA"


@pytest.mark.parametrize(
    ("facts", "message", "field"),
    [
        ({"name": "GENERACIONES"}, "Ya hay un programa con ese nombre.", "name"),
        ({"code": "gen-1"}, "Ya hay un programa con ese código.", "code"),
        (
            {"starts_on": TODAY, "ends_on": TODAY - timedelta(days=1)},
            "Un programa no termina antes de empezar.",
            "ends_on",
        ),
    ],
)
def test_programme_that_breaks_a_rule_is_refused(facts, message, field):
    programme()

    with pytest.raises(Refused) as refusal:
        programme(**{"name": "Otro", "code": "O-1"} | facts)

    assert (refusal.value.message, refusal.value.field) == (message, field)


def test_programme_is_corrected_as_a_whole():
    donor = institution(kind="funder")
    made = programme(donor=donor, starts_on=TODAY, budget_line_code="A.1")

    update_programme(programme=made, facts=ProgrammeFacts(name="Gen", code="G"), by=None)

    made.refresh_from_db()
    assert (str(made), made.code, made.donor, made.starts_on) == ("Gen", "G", None, None)
    assert made.budget_line_code == ""


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [
        (None, None, "running"),
        (-1, 1, "running"),
        (0, 0, "running"),
        (None, 0, "running"),
        (0, None, "running"),
        (1, None, "upcoming"),
        (1, 9, "upcoming"),
        (None, -1, "ended"),
        (-9, -1, "ended"),
    ],
)
def test_state_follows_from_the_dates_alike_in_python_and_in_sql(starts, ends, state):
    made = programme(
        starts_on=None if starts is None else TODAY + timedelta(days=starts),
        ends_on=None if ends is None else TODAY + timedelta(days=ends),
    )

    assert made.state_on(TODAY) == state
    assert Programme.objects.with_state(TODAY).get().state == state


def test_search_finds_every_word_without_accents():
    institution(name="Ministerio de Energía y Minas", kind="ministry", short_name="MINEM")
    institution(name="Ministerio de la Mujer", kind="ministry")
    programme(name="Oro Responsable", code="OR-2026")

    def names(text):
        return set(Institution.objects.search(text).values_list("name", flat=True))

    assert names("energia ministerio") == {"Ministerio de Energía y Minas"}
    assert names("minem") == {"Ministerio de Energía y Minas"}
    assert len(names("MINISTERIO")) == 2
    assert names("nada") == set()
    assert Programme.objects.search("or 2026").count() == 1


def test_every_change_leaves_its_history():
    made = institution()
    update_institution(institution=made, facts=InstitutionFacts(name="Otra", kind="ngo"), by=None)

    events = Institution.pgh_event_model.objects.filter(pgh_obj_id=made.pk).order_by("pgh_id")
    assert [(e.pgh_label, e.name) for e in events] == [
        ("insert", "Pure Earth Perú"),
        ("update", "Otra"),
    ]


@pytest.mark.parametrize(("role", "sees"), [("analyst", True), ("trainer", False)])
def test_rows_are_seen_by_those_who_may_see_partners(role, sees):
    institution()
    programme()
    user = RoleAssignmentFactory(role=role).user

    assert Institution.objects.visible_to(user).exists() is sees
    assert Programme.objects.visible_to(user).exists() is sees
