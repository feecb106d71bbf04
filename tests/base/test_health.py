import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from network.base import health
from network.serve.process import free_port


def ask():
    response = health.health(RequestFactory().get("/salud/"))
    return response.status_code, json.loads(response.content)


@pytest.mark.django_db
def test_health_names_each_part(monkeypatch):
    monkeypatch.setattr(health, "free_disk_mb", lambda: 5000)

    assert ask() == (
        200,
        {
            "status": "ok",
            "database": "ok",
            "broker": "ok",
            "outbox_age_seconds": None,
            "disk_free_mb": 5000,
        },
    )


@pytest.mark.django_db
def test_health_address_keeps_no_session_and_no_copy(client):
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/salud/")

    assert (response.status_code, dict(client.cookies), len(queries)) == (200, {}, 0)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_health_fails_without_database(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PORT", str(free_port()))

    status, answer = ask()

    assert (status, answer["status"], answer["database"], answer["broker"]) == (
        503,
        "fail",
        "fail",
        "ok",
    )


@pytest.mark.django_db
def test_health_fails_without_broker(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    status, answer = ask()

    assert (status, answer["status"], answer["database"], answer["broker"]) == (
        503,
        "fail",
        "ok",
        "fail",
    )


@pytest.mark.django_db
def test_health_fails_on_a_full_disk(monkeypatch):
    monkeypatch.setattr(health, "free_disk_mb", lambda: health.LEAST_FREE_MB - 1)

    assert ask()[0] == 503


@pytest.mark.django_db
def test_health_tells_how_long_messages_wait(monkeypatch):
    monkeypatch.setattr(health, "outbox_age", lambda: timedelta(minutes=3))

    assert ask()[1]["outbox_age_seconds"] == 180


def test_health_is_only_read(client):
    assert client.post("/salud/").status_code == 405
