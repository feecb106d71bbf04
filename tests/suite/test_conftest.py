"""What the suite promises to every test."""

import socket

import pytest
from django.db import connection

from network.places.models import Department
from tests import browser


@pytest.mark.django_db
def test_tests_connect_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


def test_another_machine_is_out_of_reach():
    with pytest.raises(OSError, match="may not connect to 192.0.2.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_committed_rows_are_gone_in_the_next_test(run, django_user_model):
    assert django_user_model.objects.count() == 0

    django_user_model.objects.create(email="alguien@example.org")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_reference_rows_stay(run):
    assert Department.objects.count() == 25


def test_browser_meets_the_portal(page):
    page.goto("/salud/")

    assert '"database": "ok"' in page.inner_text("body")


def test_missing_browser_says_how_to_get_one():
    with pytest.raises(browser.NoBrowserError, match="apt-get install chromium"):
        browser._find([lambda: None])


def test_given_browser_must_exist(monkeypatch):
    monkeypatch.setenv("PORTAL_CHROMIUM", "/nowhere/chromium")

    with pytest.raises(browser.NoBrowserError, match="/nowhere/chromium"):
        browser.find_browser()
