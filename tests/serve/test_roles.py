"""On a cluster of its own, because the suite's has no login that may create roles."""

import signal
import subprocess
from contextlib import closing

import psycopg2
import pytest

from network.serve import postgres, roles
from network.serve.process import ServeError, free_port
from tests.services import new_folder, stop


@pytest.fixture(scope="module")
def port():
    with new_folder() as folder:
        cluster = postgres.Cluster(postgres.cluster_folder(folder), is_throwaway=True)
        cluster.create()
        cluster.set_passwords(owner="x", app="x")
        cluster.execute(
            "CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'x'",
            "CREATE DATABASE made OWNER maker",
            "CREATE ROLE plain LOGIN PASSWORD 'x'",
            "CREATE DATABASE plainly OWNER plain",
            "CREATE ROLE above LOGIN SUPERUSER PASSWORD 'x'",
            "CREATE DATABASE high OWNER above",
        )
        port = free_port()
        server = cluster.start(port, subprocess.DEVNULL)
        postgres.wait_until_ready(postgres.url("plain", "x", port), server)
        yield port
        stop(server, signal.SIGQUIT)


@pytest.mark.parametrize(("login", "database"), [("maker", "made"), ("above", "high")])
def test_login_that_may_create_roles_gets_one_below_itself(port, login, database):
    url = postgres.url(login, "x", port, database)

    first = roles.application_environment({"DATABASE_URL": url})
    again = roles.application_environment({"DATABASE_URL": url})

    assert first == again == {"DATABASE_APP_ROLE": f"{database}_app"}
    with closing(psycopg2.connect(url, options=f"-c role={database}_app")) as server:
        cursor = server.cursor()
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (f"{database}_app", False, False, False)


def test_login_that_may_not_is_told_what_to_set(port):
    url = postgres.url("plain", "x", port, "plainly")

    with pytest.raises(ServeError, match="DATABASE_OWNER_URL"):
        roles.application_environment({"DATABASE_URL": url})


def test_two_logins_need_nothing_more(port):
    application = postgres.url(postgres.APP, "x", port)
    owner = postgres.url(postgres.OWNER, "x", port)

    given = {"DATABASE_URL": application, "DATABASE_OWNER_URL": owner}

    assert roles.application_environment(given) == {}


def test_owner_is_no_application(port):
    owner = postgres.url(postgres.OWNER, "x", port)

    with pytest.raises(ServeError, match="superusuario o dueño"):
        roles.application_environment({"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner})


def test_silent_server_is_named(port):
    with pytest.raises(ServeError, match="No se pudo conectar"):
        roles.application_environment({"DATABASE_URL": postgres.url("a", "x", free_port())})


def test_nobody_signs_in_as_the_superuser(port):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(postgres.url("postgres", "x", port))
