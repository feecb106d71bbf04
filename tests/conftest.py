"""What every test stands on: real servers, a database of its own, no network."""

import ipaddress
import socket
from collections.abc import Iterator

import pytest

from tests import services

# Before Django is set up, and before any other conftest imports a model.
services.provide()

import django  # noqa: E402

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command, get_commands  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402

REFERENCE_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "places_department",
    "places_province",
    "places_district",
}


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        services.create_database(migrate=_migrate)
    # Django's own way needs TRUNCATE, which the application's role does not have.
    TransactionTestCase._fixture_teardown = lambda self: services.truncate(kept=REFERENCE_TABLES)
    yield
    connections.close_all()


def _migrate(name: str) -> None:
    own = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    if "load_places" in get_commands():
        call_command("load_places", verbosity=0)
    connection.close()
    connection.settings_dict["NAME"] = own


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    """Nothing in the suite may speak to another machine, by accident or on purpose."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            host = address[0]  # type: ignore[index]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise OSError(f"The tests may not connect to {host}.")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield
