"""A figure opened from its page is its list, to the unit, whole and in each part."""

import re

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from members.models import RoleAssignment
from network.base.contracts import Asked, declared
from network.base.figures import Question
from network.base.listing import select
from tests.factories.accounts import sign_in

pytestmark = pytest.mark.django_db
LISTS = {"attendance-list": "attendance", "completion-list": "completions"}
SPLITS = ("region", "sexo", "edad", "tema", "programa", "red", "organizacion", "curso")


@pytest.fixture
def coordinator(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    call_command("demo", verbosity=0)
    roles = RoleAssignment.objects.filter(regional_network__code="madre-de-dios")
    return roles.filter(role="regional_coordinator").select_related("user")[0].user


def opened(figure, question):
    """The rows of the list that the answer leads to, counted as the figure counts them."""
    export = declared("exports")[LISTS[figure.list_url_name]]
    query = QueryDict(figure.rows_url(question).partition("?")[2])
    chosen = select(export, Asked(question.user, export.permission), query)
    assert not chosen.is_refused
    return chosen.rows.order_by().aggregate(n=figure.counting.measure)["n"] or 0


NAMES = (
    "women_trained",
    "participations",
    "participants",
    "attended_hours",
    "completions",
    "people_completed",
)


def test_a_figure_and_its_parts_open_to_exactly_their_rows(coordinator):
    client, question = sign_in(Client(), coordinator), Question(user=coordinator)
    for name in NAMES:
        figure = declared("figures")[name]
        assert client.get(figure.rows_url(question)).status_code == 200
        assert opened(figure, question) == figure.compute(question) > 0, name
        for split in SPLITS:
            part = figure.counting.by(question, split)[0]
            assert opened(figure, question.also(split, part.key)) == part.value, split


def test_the_page_of_a_figure_says_its_parts_and_its_definition(coordinator):
    client = sign_in(Client(), coordinator)

    page = client.get(reverse("figure-detail", args=["participants"]), {"corte": "region"})

    html = page.content.decode()
    assert "Quien vino por dos organizaciones cuenta una vez" in re.sub(r"\s+", " ", html)
    assert "Madre de Dios" in html
