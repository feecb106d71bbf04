import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from trainings.models import Attendance, Completion, Edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demonstration(settings, tmp_path):
    settings.DEMO = True
    settings.DATA_DIR = tmp_path
    call_command("demo", verbosity=0)


def test_over_two_hundred_women_completed_leadership_or_safety():
    achieved = Completion.objects.achieved().filter(
        course__theme__in=["leadership", "safety"], person__sex="f"
    )

    women = achieved.values("person").distinct().count()

    assert 200 < women <= 240


def test_what_was_held_ended_in_various_ways():
    today = timezone.localdate()
    achieved = Completion.objects.achieved()

    assert Completion.objects.filter(result="not_completed").count() > 20
    assert achieved.filter(valid_until__lt=today).count() > 20
    assert achieved.ending_between(today, today + timezone.timedelta(days=90)).exists()
    assert achieved.filter(valid_until=None).exists()
    assert Edition.objects.filter(cancelled_on__isnull=False).count() == 1
    assert set(Attendance.objects.values_list("mark", flat=True)) == {"", "p", "l", "e", "a"}


def test_a_second_time_writes_nothing():
    models = list(apps.get_app_config("trainings").get_models())
    before = {model: model._default_manager.count() for model in models}

    call_command("demo", verbosity=0)

    assert {model: model._default_manager.count() for model in models} == before
