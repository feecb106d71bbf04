"""A backup: the database and the stored files, each whole. The keys are never in it.

Rights are not in it either: `prepare` gives them, so a backup fits any server and any names.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from network.base.crypto import configured_key_ids
from network.base.errors import Refused
from network.base.grants import as_owner
from network.serve.postgres import programs

LOGIN = {
    "PGHOST": "HOST",
    "PGPORT": "PORT",
    "PGUSER": "USER",
    "PGPASSWORD": "PASSWORD",
    "PGDATABASE": "NAME",
}
# Sessions of a running portal may hold the tables, but not for ever.
EMPTIED = (
    b"SET lock_timeout = '20s'; SET client_min_messages = 'warning';\n"
    b"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
)
# The newest programs write it for any server; before PostgreSQL 17 it is an error.
UNKNOWN_TO_OLDER_SERVERS = b"SET transaction_timeout = 0;\n"
DATABASE, FILES, MANIFEST = "database.dump", "files.tar", "manifest.json"


def back_up(folder: Path) -> Path:
    """Write a new folder in `folder`, under its name only once it is complete."""
    moment = timezone.now()
    backup = folder / f"portal-{moment:%Y%m%dT%H%M%SZ}"
    unfinished = folder / f".{backup.name}"
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={unfinished / DATABASE}",
        )
        with tarfile.open(unfinished / FILES, "w") as archive:
            if Path(settings.MEDIA_ROOT).exists():
                archive.add(settings.MEDIA_ROOT, arcname=".")
        manifest = {
            "made_at": moment.isoformat(),
            "keys": sorted(configured_key_ids()),
            "sha256": {name: _sha256(unfinished / name) for name in (DATABASE, FILES)},
        }
        (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1))
        unfinished.rename(backup)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return backup


def restore(backup: Path, *, replace: bool) -> None:
    """Bring a backup back; what is there now is lost, so it must be asked for."""
    _verify(backup)
    if _has_tables() and not replace:
        raise Refused(
            _("La base de datos no está vacía. Con --replace se borra y se pone la del respaldo.")
        )
    _replace_database(backup / DATABASE)
    files = Path(settings.MEDIA_ROOT)
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(mode=0o700, parents=True)
    with tarfile.open(backup / FILES) as archive:
        # Python before 3.11.4 has no filters; the archive is ours, and its sum was checked.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(files, **safely)  # type: ignore[arg-type]  # noqa: S202


def _verify(backup: Path) -> None:
    try:
        expected = json.loads((backup / MANIFEST).read_text())["sha256"]
        found = {name: _sha256(backup / name) for name in expected}
    except (OSError, ValueError, KeyError) as error:
        raise Refused(_("%s no es un respaldo completo.") % backup) from error
    if found != expected:
        raise Refused(_("El respaldo %s está dañado; no se cambió nada.") % backup)


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        return bool(connection.introspection.table_names(cursor))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace_database(dump: Path) -> None:
    """In one transaction: what was there goes only if all of the dump comes in."""
    script = _start("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump))
    server = _start(
        "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"
    )
    statements, lines = cast("IO[bytes]", server.stdin), iter(cast("IO[bytes]", script.stdout))
    is_whole = False
    with suppress(BrokenPipeError):
        statements.write(EMPTIED)
        statements.writelines(takewhile(lambda line: line != UNKNOWN_TO_OLDER_SERVERS, lines))
        statements.writelines(lines)
        is_whole = script.wait() == 0
    if not is_whole:
        # The end of its input would be a commit.
        server.kill()
        script.kill()
    problem = server.communicate()[1] + script.communicate()[1]
    if server.returncode:
        raise Refused(_("La base de datos quedó como estaba: %s") % problem.decode().strip())


def _run(program: str, *arguments: str) -> None:
    process = _start(program, *arguments)
    problem = process.communicate()[1]
    if process.returncode:
        raise Refused(f"{program}: {problem.decode().strip()}")


def _start(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """One of PostgreSQL's programs, as the owner; the password travels in the environment."""
    with as_owner():
        login = connection.settings_dict
    return subprocess.Popen(  # noqa: S603 - our program and arguments
        [str(programs(None) / program), *arguments],
        env=os.environ | {variable: login[key] for variable, key in LOGIN.items() if login[key]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
