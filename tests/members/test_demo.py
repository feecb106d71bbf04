import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from members.figures import organisations_counted, women_by_department, women_counted
from members.models import Person, Role
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demonstration(settings, tmp_path):
    settings.DEMO = True
    settings.DATA_DIR = tmp_path


def row_counts():
    return {m._meta.label: m.objects.count() for m in apps.get_models() if m._meta.managed}


def test_the_network_has_its_true_shape():
    call_command("demo", verbosity=0)

    assert organisations_counted().count() == 25
    assert set(women_by_department()) == {"17", "21", "04", "05", "11", "12"}
    assert 400 < women_counted().count() <= 430
    assert organisations_counted().in_regional_network(_network()).count() == 9


def _network():
    return apps.get_model("members", "RegionalNetwork").objects.get(code="madre-de-dios").pk


def test_running_it_again_changes_nothing(settings):
    call_command("demo", verbosity=0)
    before, accounts = row_counts(), (settings.DATA_DIR / "demo-accounts.json").read_text()

    call_command("demo", verbosity=0)

    assert row_counts() == before
    assert (settings.DATA_DIR / "demo-accounts.json").read_text() == accounts


def test_every_role_has_an_account_and_the_file_is_private(settings):
    call_command("demo", verbosity=0)

    path = settings.DATA_DIR / "demo-accounts.json"
    accounts = json.loads(path.read_text())
    assert {account["role"] for account in accounts} == set(Role.values)
    assert all("totp_secret" in a for a in accounts if a["role"] != Role.MEMBER)
    assert path.stat().st_mode & 0o777 == 0o600


def test_real_people_refuse_it():
    PersonFactory()

    with pytest.raises(CommandError, match="Hay personas reales"):
        call_command("demo", verbosity=0)


def test_it_loads_only_where_it_was_asked_for(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="PORTAL_DEMO"):
        call_command("demo", verbosity=0)


def test_a_populated_registry_is_the_same_for_a_seed(capsys):
    call_command("populate", people=60, seed=3, json=True)

    counts = json.loads(capsys.readouterr().out)
    assert counts["people"] == Person.objects.count() == 60
    with pytest.raises(CommandError, match="sintéticas"):
        call_command("populate", people=60, seed=3)


def test_too_many_people_are_refused():
    with pytest.raises(CommandError, match="Elige entre"):
        call_command("populate", people=2_000_000)
