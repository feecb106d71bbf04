"""A figure opened from its page is its list, to the unit, whole and in each part."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from members.models import Membership, Person, RoleAssignment
from network.base.contracts import Asked, declared
from network.base.figures import Question, Ratio
from network.base.listing import select
from tests.factories.accounts import sign_in
from tests.factories.trainings import CompletionFactory
from tests.trainings.clients import file_rows
from trainings.figures import FIGURES as TRAINING_FIGURES
from trainings.models import Course

pytestmark = pytest.mark.django_db
# An average of two scores of each woman: its rows are on the page of each edition.
WITHOUT_LIST = {"paired_gain"}


@pytest.fixture
def coordinator(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    call_command("demo", verbosity=0)
    with connection.cursor() as cursor:
        # Rows of a test's own transaction have no statistics: joined row by row it takes minutes.
        cursor.execute("SET LOCAL enable_nestloop TO off")
    roles = RoleAssignment.objects.filter(regional_network__code="madre-de-dios")
    user = roles.filter(role="regional_coordinator").select_related("user")[0].user
    member = Membership.objects.filter(person__in=Person.objects.visible_to(user))[0]
    CompletionFactory(
        enrolment=None,
        origin="paper",
        is_verified=False,
        person=member.person,
        organisation=member.organisation,
        version=None,
        course=Course.objects.all()[0],
    )
    return user


def opened(figure, question):
    """The rows of the list that the answer leads to, counted as the figure counts them."""
    export = list_of(figure)
    query = figure.rows_url(question).partition("?")[2]
    chosen = select(export, Asked(question.user, export.permission), QueryDict(query))
    assert not chosen.is_refused
    return figure.counting.measured(chosen.rows.order_by())


def list_of(figure):
    lists = {export.list_url_name: export for export in declared("exports").values()}
    return lists[figure.list_url_name]


def file_of(figure, question):
    """The rows of its file, for the address that the answer leads to."""
    query = figure.rows_url(question).partition("?")[2]
    return file_rows(question.user, list_of(figure).name, query)[1:]


FIGURES = [f for f in TRAINING_FIGURES if f.name not in WITHOUT_LIST]


def test_a_figure_and_its_parts_open_to_exactly_their_rows(coordinator):
    client, question = sign_in(Client(), coordinator), Question(user=coordinator)
    for figure in FIGURES:
        assert client.get(figure.rows_url(question)).status_code == 200
        assert opened(figure, question) == figure.compute(question), figure.name
        assert figure.compute(question), figure.name
        for split in figure.splits:
            parts = figure.counting.by(question, split.name)
            for part in (parts[0], parts[-1]):
                found = opened(figure, question.also(split.name, part.key))
                assert found == part.value, (figure.name, split.name, part)


def test_the_file_of_a_figure_has_exactly_the_rows_it_counts(coordinator):
    question = Question(user=coordinator)
    for figure in FIGURES:
        split = figure.splits[0].name
        part = figure.counting.by(question, split)[0]
        for asked in (question, question.also(split, part.key)):
            counted = figure.counting.found(asked).order_by().count()
            assert len(file_of(figure, asked)) == counted > 0, figure.name


def test_the_coverage_of_requirements_is_that_of_the_matrix_and_of_its_file(coordinator):
    figure, question = declared("figures")["requirement_coverage"], Question(user=coordinator)
    client = sign_in(Client(), coordinator)
    parts = [
        (question.also(split.name, part.key), part.value)
        for split in figure.splits
        for part in figure.counting.by(question, split.name)
    ]
    for asked, value in [(question, figure.compute(question)), *parts]:
        matrix = client.get(figure.rows_url(asked)).context["matrix"]
        counts = [cell.count for row in matrix.rows for cell in row.cells]
        shown = Ratio(sum(c.covered for c in counts), sum(c.due for c in counts))
        rows = [[int(row[4]), int(row[3])] for row in file_of(figure, asked)]
        assert shown == Ratio(*map(sum, zip(*rows, strict=True))) == value


def test_the_page_of_a_figure_says_its_parts_and_its_definition(coordinator):
    client = sign_in(Client(), coordinator)

    page = client.get(reverse("figure-detail", args=["participants"]), {"corte": "region"})

    html = page.content.decode()
    assert "Quien vino por dos organizaciones cuenta una vez" in re.sub(r"\s+", " ", html)
    assert "Madre de Dios" in html
