"""Filters, search and order are no way around the columns: page, file, job, command and API."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.urls import reverse

from members.exports import PEOPLE
from members.models import Person, Role
from network.base.contracts import declared
from network.base.errors import Refused
from network.base.exporting.order import order_file
from network.base.jobs import enqueue, run
from network.base.listing import Asked, select
from network.base.models import Job
from tests.factories.accounts import RoleAssignmentFactory, sign_in
from tests.factories.members import ConsentFactory, MembershipFactory, PersonFactory, PhoneFactory

# What an analyst does not see, asked in every way there is.
HIDDEN = [
    ("telefono=si", "Con teléfono"),
    ("documento=no", "Con documento"),
    ("cargo=si", "Con cargo"),
    ("distrito=mazuko", "Distrito"),
    ("acepto=whatsapp", "Aceptó"),
    ("sin_preguntar=registry", "Falta preguntarle"),
    ("orden=name", "Apellidos y nombres"),
    ("orden=-district", "Distrito"),
    ("q=apaza", "No puedes buscar"),
    ("q=00481037", "No puedes buscar"),
]
SHOWN = ["trabajo=cook", "sexo=f", "lengua=qu", "socia=si", "filtros=1", "orden=nada"]

hidden = pytest.mark.parametrize(("query", "word"), HIDDEN)


@pytest.fixture
def people(db):
    """Two who agreed to be shared; one of them has a phone and a document."""
    phone = PhoneFactory(person=PersonFactory(paternal_surname="Zela", dni="00481037"))
    one = ConsentFactory(purpose="share_solidaridad", person=phone.person).person
    other = ConsentFactory(purpose="share_solidaridad").person
    return one, other


def file_of(user, query):
    return order_file(PEOPLE, format="csv", query=QueryDict(query), by=user)


@hidden
def test_a_file_of_the_analyst_is_not_chosen_by_what_it_does_not_show(people, analyst, query, word):
    with pytest.raises(Refused, match=word):
        file_of(analyst, query)


@pytest.mark.parametrize("query", SHOWN)
def test_a_file_of_the_analyst_is_chosen_by_what_it_shows(people, analyst, query):
    assert file_of(analyst, query).rows.count() in {0, 2}


@hidden
def test_the_page_before_the_file_says_why_and_counts_nothing(client, people, analyst, query, word):
    page = sign_in(client, analyst).get(f"{reverse('export', args=['people'])}?{query}")
    answer = client.post(f"{reverse('export', args=['people'])}?{query}", {"format": "csv"})

    assert word in page.content.decode()
    assert page.context["order"].known_count == 0
    assert word in answer.content.decode()
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


@hidden
def test_the_api_refuses_it_in_words(client, people, analyst, settings, query, word):
    settings.SECURE_SSL_REDIRECT = False

    answer = sign_in(client, analyst).get(f"/api/v1/people/?{query}")

    assert answer.status_code == 400
    assert word in json.dumps(answer.json(), ensure_ascii=False)


@hidden
def test_the_command_under_her_name_refuses_it(people, analyst, tmp_path, query, word):
    where = ["export_file", "people", "--as", analyst.email, "--where", query]

    with pytest.raises(CommandError, match=word):
        call_command(*where, "--out", str(tmp_path / "file.xlsx"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_job_asked_for_while_she_saw_the_list_is_refused_once_she_does_not(people, make_account):
    user = make_account(Role.ANALYST)
    params = {
        "name": "people",
        "format": "xlsx",
        "query": "telefono=si",
        "is_personal": False,
        "purpose": "",
        "purpose_words": "",
    }

    job = enqueue(kind="export", title="Personas", params=params, owner=user)
    run(job.pk)

    told = Job.objects.get()
    assert (told.state, "Con teléfono" in told.error) == ("failed", True)


def test_whoever_sees_the_list_may_ask_for_all_of_it(people, analyst_with_personal_data, national):
    for query, _word in HIDDEN:
        assert file_of(analyst_with_personal_data, query).chosen.refusal == ""
        assert file_of(national, query).chosen.refusal == ""
        assert select(PEOPLE, Asked(national, PEOPLE.permission), QueryDict(query)).refusal == ""


def test_seeing_the_list_of_one_region_says_nothing_of_the_others(
    people, analyst, madre_de_dios, rio_claro
):
    """A trainer of one region who is an analyst too: her file holds women she does not see."""
    RoleAssignmentFactory(user=analyst, role=Role.TRAINER, regional_network=madre_de_dios)
    MembershipFactory(organisation=rio_claro, person=people[0])

    with pytest.raises(Refused, match="Con teléfono"):
        file_of(analyst, "telefono=si")


def test_the_order_of_her_file_does_not_tell_the_names(people, analyst, national):
    by_key = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    by_name = list(Person.objects.order_by("name_key").values_list("pk", flat=True))
    assert by_key != by_name

    assert list(file_of(analyst, "").rows.values_list("pk", flat=True)) == by_key
    assert list(file_of(national, "").rows.values_list("pk", flat=True)) == by_name


def test_every_filter_that_names_a_column_names_one_of_its_list():
    for export in declared("exports").values():
        columns = {column.name for column in export.columns}
        filters = export.filters.base_filters if export.filters else {}
        assert set(export.filters_on) <= set(filters), export.name
        assert set(export.filters_on.values()) <= columns, export.name


@pytest.mark.parametrize(
    "address", ["person-list", "organisation-list", "institution-list", "person-print"]
)
def test_a_search_with_a_nul_in_it_is_answered(client, national, address):
    assert sign_in(client, national).get(reverse(address), {"q": "ap\0aza"}).status_code == 200
