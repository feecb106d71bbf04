"""SQL written once answers what Django would, for each value; and the connection it goes by."""

from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models import F

from members.models import Person
from network.base.models import AccessLogEntry
from network.base.written import WrittenLines, WrittenQuery
from tests.factories.members import PersonFactory


@pytest.mark.django_db
def test_each_question_gives_its_own_values():
    one, other = PersonFactory.create_batch(2)
    surname = WrittenQuery(
        lambda pk, sex: (
            Person.objects.filter(pk=pk).exclude(sex=sex).values_list("paternal_surname", "pk")
        ),
        uuid4(),
        "x",
    )

    assert surname(one.pk, "?") == [(one.paternal_surname, one.pk)]
    assert surname(other.pk, "?") == [(other.paternal_surname, other.pk)]
    assert surname(other.pk, other.sex) == []
    assert surname(uuid4(), "?") == []


@pytest.mark.django_db
def test_a_value_that_the_query_changes_is_refused():
    changed = WrittenQuery(
        lambda text: Person.objects.filter(search_key__contains=text).values_list("pk"), "abc"
    )

    with pytest.raises(ImproperlyConfigured):
        changed("Ana")


@pytest.mark.django_db
def test_values_are_read_as_the_fields_read_them():
    AccessLogEntry.objects.create(action="view", subject="x", filters={"sexo": "f"})
    filters = WrittenQuery(
        lambda subject: AccessLogEntry.objects.filter(subject=subject).values_list("filters"),
        "subject",
    )

    assert filters("x") == [({"sexo": "f"},)]


@pytest.mark.django_db
def test_lines_come_in_the_order_of_their_keys_without_those_that_are_gone():
    one, other, third = (PersonFactory().pk for _number in range(3))
    lines = WrittenLines(Person.objects.annotate(called=F("given_names")), ["called"])

    assert [line["pk"] for line in lines([third, uuid4(), one])] == [third, one]
    assert lines([other]) == [{"pk": other, "called": Person.objects.get(pk=other).given_names}]
    assert lines([]) == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_known_as_such():
    own = connections.create_connection("default")
    own.connect()
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    assert own.is_usable()

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert not own.is_usable()
    own.close()
