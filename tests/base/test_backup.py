"""Backup and restore by their commands, on a copy of the database that no other test sees."""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from network.serve.environment import ROOT
from tests import services


@pytest.fixture(scope="module")
def portal(django_db_setup, tmp_path_factory):
    """The environment of commands on a database and a folder of their own."""
    name = f"{os.environ['PORTAL_TEST_RUN']}_backup_{services.WORKER}"
    with closing(services.maintenance()) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {os.environ['PORTAL_TEST_RUN']}_template")
    urls = [url for url in ("DATABASE_URL", "DATABASE_OWNER_URL") if url in os.environ]
    own = {url: services.with_database(os.environ[url], name) for url in urls}
    own["DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    return os.environ | own | {"DJANGO_SETTINGS_MODULE": "network.settings"}


def command(portal, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=portal,
        capture_output=True,
        text=True,
    )


def run_sql(portal, statement, url="DATABASE_URL"):
    database = psycopg2.connect(portal.get(url) or portal["DATABASE_URL"])
    with closing(database), database, database.cursor() as cursor:
        if role := portal.get("DATABASE_APP_ROLE"):
            cursor.execute(f"SET ROLE {role}")
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_restore_brings_back_rows_files_and_rights(portal, tmp_path):
    evidence = Path(portal["DATA_DIR"]) / "files" / "acta.pdf"
    evidence.parent.mkdir(exist_ok=True)
    evidence.write_bytes(b"acta")
    departments = run_sql(portal, "SELECT count(*) FROM places_department")
    made = command(portal, "backup", str(tmp_path), "--json")
    assert made.returncode == 0, made.stderr
    backup = json.loads(made.stdout)["backup"]
    evidence.unlink()
    run_sql(portal, "INSERT INTO django_content_type (app_label, model) VALUES ('x', 'later')")

    refused = command(portal, "restore", backup)
    restored = command(portal, "restore", backup, "--replace")

    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    assert restored.returncode == 0, restored.stderr
    assert evidence.read_bytes() == b"acta"
    assert run_sql(portal, "SELECT count(*) FROM places_department") == departments
    assert run_sql(portal, "SELECT 1 FROM django_content_type WHERE model = 'later'") == []
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_sql(portal, "DELETE FROM base_accesslogentry")


def test_backup_that_does_not_fit_leaves_the_database_as_it_was(portal, tmp_path):
    """The sums agree, and the dump breaks half-way."""
    backup = Path(json.loads(command(portal, "backup", str(tmp_path), "--json").stdout)["backup"])
    dump, manifest = backup / "database.dump", backup / "manifest.json"
    whole = hashlib.sha256(dump.read_bytes()).hexdigest()
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 9 // 10])
    cut = hashlib.sha256(dump.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(whole, cut))

    refused = command(portal, "restore", str(backup), "--replace")

    assert (refused.returncode, "quedó como estaba" in refused.stderr) == (1, True)
    assert run_sql(portal, "SELECT count(*) FROM places_department") == [(25,)]


def test_damaged_backup_changes_nothing(portal, tmp_path):
    backup = Path(json.loads(command(portal, "backup", str(tmp_path), "--json").stdout)["backup"])
    with (backup / "database.dump").open("ab") as file:
        file.write(b"x")

    refused = command(portal, "restore", str(backup), "--replace")

    assert (refused.returncode, "está dañado" in refused.stderr) == (1, True)
    assert run_sql(portal, "SELECT count(*) FROM places_department") == [(25,)]


def test_backup_is_closed_to_others_and_holds_no_key(portal, tmp_path):
    backup = Path(json.loads(command(portal, "backup", str(tmp_path), "--json").stdout)["backup"])

    key = portal["PORTAL_DATA_KEYS"].split(":")[1].encode()
    assert backup.stat().st_mode & 0o077 == 0
    assert [path.name for path in backup.iterdir() if key in path.read_bytes()] == []


def test_unreachable_folder_leaves_nothing_half_made(portal, tmp_path):
    (tmp_path / "file").write_text("")

    refused = command(portal, "backup", str(tmp_path / "file" / "below"))

    assert (refused.returncode, "No se pudo escribir" in refused.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
