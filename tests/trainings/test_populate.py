import json

import pytest
from django.core.management import call_command

from trainings.models import Attendance, Completion, Enrolment

pytestmark = pytest.mark.django_db


def test_populate_gives_ten_marks_for_each_person(capsys):
    call_command("populate", people=100, seed=1, json=True)

    counts = json.loads(capsys.readouterr().out)
    assert (counts["editions"], counts["sessions"], counts["enrolments"]) == (10, 40, 250)
    assert 800 < counts["marks"] == Attendance.objects.count() <= 1000
    assert counts["completions"] == Completion.objects.count()
    assert Enrolment.objects.filter(person__isnull=True).count() == 0
    assert set(Attendance.objects.values_list("mark", flat=True)) == {"", "p", "l", "e", "a"}


def test_populate_may_fill_the_registry_alone(capsys):
    call_command("populate", people=20, seed=1, only=["members"], json=True)

    assert "marks" not in json.loads(capsys.readouterr().out)
    assert Enrolment.objects.count() == 0
