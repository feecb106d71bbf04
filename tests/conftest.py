"""What every test stands on: real servers, a database of its own, no network."""

import ipaddress
import os
import socket
from collections.abc import Iterator

import pytest
from playwright import sync_api as playwright

from tests import services
from tests.browser import find_browser

# Before Django is set up, and before any other conftest imports a model.
services.provide()

import django  # noqa: E402

django.setup()
# pytest-django would read the settings of xdist's workers before this file has set them right.
del os.environ["DJANGO_SETTINGS_MODULE"]

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


@pytest.fixture
def live_portal(live_server) -> str:
    """The portal over real HTTP; what the test writes is committed, and emptied afterwards."""
    return live_server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    found = find_browser()
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        # Playwright keeps an event loop in this thread, which Django would take for async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield driver.chromium.launch(
            executable_path=found.path,
            env=os.environ | found.environment,
            args=[
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )


@pytest.fixture
def page(browser, live_portal) -> Iterator[playwright.Page]:
    """A fresh visitor from Lima; an error of a script or of the CSP fails the test."""
    errors: list[str] = []
    context = browser.new_context(base_url=live_portal, locale="es-PE", timezone_id="America/Lima")
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield context.new_page()
    context.close()
    assert errors == []
