"""The portal is started for real: three times on one DATA_DIR, and once on servers given."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field

import psycopg2
import pytest

from network.serve.environment import ROOT
from tests import services
from tests.serve.running import RunningPortal, alive, descendants, wait_until_gone


@dataclass
class Story:
    """What was seen while one DATA_DIR lived: start, Ctrl-C, start, kill -9, start."""

    facts: dict[str, object] = field(default_factory=dict)
    output: str = ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A DATA_DIR; root's PostgreSQL cannot reach it here, so its data lies elsewhere."""
    folder = tmp_path_factory.mktemp("portal") / "data"
    yield folder
    if (folder / "postgres").is_symlink():
        shutil.rmtree((folder / "postgres").resolve().parent)


@pytest.fixture(scope="module")
def story(folder):
    facts = {}

    first = RunningPortal(folder)
    first.wait_until_ready()
    facts["mode"] = stat.S_IMODE((folder / "env").stat().st_mode)
    facts["keys"] = first.variables["PORTAL_DATA_KEYS"]
    facts["health"] = first.health()
    facts["names"] = {line.split("|")[0].strip() for line in first.lines}
    facts["command"] = command(folder, "migrate", "--check")
    run_sql(first, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('oro')")
    facts["role"] = run_sql(first, "SELECT current_user", "DATABASE_URL")
    below = descendants(first.process.pid)
    facts["count"] = len(below)
    facts["exit"] = first.stop()
    facts["left_by_ctrl_c"] = alive(below)
    facts["refusal"] = command(folder, "migrate", "--check")

    second = RunningPortal(folder)
    second.wait_until_ready()
    facts["kept"] = run_sql(second, "SELECT word FROM kept")
    facts["same_keys"] = second.variables["PORTAL_DATA_KEYS"] == facts["keys"]
    rival = RunningPortal(folder)
    facts["rival_exit"], facts["rival_output"] = rival.wait(), rival.output
    run_sql(second, "INSERT INTO kept VALUES ('plata')")
    below = descendants(second.process.pid)
    second.kill()
    facts["left_by_kill"] = wait_until_gone(below, 15)

    third = RunningPortal(folder)
    third.wait_until_ready()
    facts["kept_after_kill"] = run_sql(third, "SELECT word FROM kept ORDER BY 1")
    third.stop()
    return Story(facts, first.output)


def command(folder, *arguments):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def run_sql(portal, statement, url="DATABASE_OWNER_URL"):
    database = psycopg2.connect(portal.variables[url])
    with closing(database), database, database.cursor() as cursor:
        cursor.execute(statement)
        return [value for (value,) in cursor.fetchall()] if cursor.description else []


def test_first_start_answers_and_prefixes_every_line(story):
    assert story.facts["health"] == 200
    assert story.facts["names"] >= {"portal", "postgres", "valkey", "web", "worker"}


def test_first_start_leaves_its_environment_to_its_owner_alone(story):
    assert story.facts["mode"] == 0o600


def test_command_beside_the_portal_finds_it_by_itself(story):
    beside = story.facts["command"]

    assert (beside.returncode, beside.stderr) == (0, "")


def test_application_connects_as_a_plain_role(story):
    assert story.facts["role"] == ["portal_app"]


def test_ctrl_c_ends_every_process(story):
    assert story.facts["count"] > 8
    assert (story.facts["exit"], story.facts["left_by_ctrl_c"]) == (0, set())


def test_command_without_the_portal_refuses_in_one_sentence(story):
    refusal = story.facts["refusal"]

    assert refusal.returncode == 1
    assert "make run" in refusal.stderr
    assert "Traceback" not in refusal.stderr


def test_second_start_keeps_the_data_and_the_keys(story):
    assert (story.facts["kept"], story.facts["same_keys"]) == (["oro"], True)


def test_second_portal_on_one_folder_says_that_one_runs(story):
    assert story.facts["rival_exit"] == 1
    assert "ya está en marcha" in story.facts["rival_output"]


def test_killed_supervisor_leaves_no_process(story):
    assert story.facts["left_by_kill"] == set()


def test_killed_supervisor_leaves_the_data_whole(story):
    assert story.facts["kept_after_kill"] == ["oro", "plata"]


def test_given_servers_are_used_and_nothing_is_started(tmp_path, db):
    name = f"{os.environ['PORTAL_TEST_RUN']}_given"
    with closing(services.maintenance()) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {os.environ['PORTAL_TEST_RUN']}_template")
    given = {
        url: services.with_database(os.environ[url], name)
        for url in ("DATABASE_URL", "DATABASE_OWNER_URL")
        if url in os.environ
    }

    portal = RunningPortal(tmp_path / "data", REDIS_URL=os.environ["REDIS_URL"], **given)
    portal.wait_until_ready()
    health, names = portal.health(), {line.split("|")[0].strip() for line in portal.lines}
    portal.stop()

    assert (health, names & {"postgres", "valkey"}) == (200, set())
    assert not (tmp_path / "data" / "postgres").exists()


def test_command_without_any_portal_says_how_to_start_one(tmp_path):
    refusal = command(tmp_path, "migrate")

    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert "make run" in refusal.stderr
    assert "Traceback" not in refusal.stderr


def test_busy_port_is_refused_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        portal = RunningPortal(tmp_path / "data", PORT=str(taken.getsockname()[1]))
        code = portal.wait()

    assert code == 1
    assert "está ocupado" in portal.output
