"""What emptying the trash leaves of a woman in her trainings: that she was there, not who."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.actions.trash import purge_trash
from members.models import Person
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    EnrolmentFactory,
    SessionFactory,
)
from tests.members.test_trash import found_anywhere
from trainings.models import Attendance, Completion, Needs

pytestmark = pytest.mark.django_db
TELLING = ("zunilda", "operada", "xochitl", "belarmina")


def test_nothing_tells_who_she_was_and_she_still_counts():
    her = PersonFactory(given_names="Zunilda")
    session = SessionFactory()
    line = EnrolmentFactory(
        edition=session.edition,
        person=her,
        walk_in_name="Zunilda de Xochitl",
        state_reason="Zunilda avisó",
    )
    AttendanceFactory(session=session, enrolment=line)
    CompletionFactory(
        enrolment=line,
        result="not_completed",
        reason="La tuvieron que dejar operada",
        source="Cuaderno de Belarmina",
    )
    Needs.objects.create(
        person=her, access_note="Operada de la cadera", asked_on=timezone.localdate()
    )
    assert {word for _table, word in found_anywhere(*TELLING)} == set(TELLING)
    Person.objects.filter(pk=her.pk).update(trashed_at=timezone.now() - timedelta(days=31))

    purge_trash()

    assert found_anywhere(*TELLING) == set()
    assert Attendance.objects.came().count() == 1
    assert Completion.objects.get().result == "not_completed"
    assert not Needs.objects.exists()
