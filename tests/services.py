"""The PostgreSQL and the Valkey that one run of the tests uses, and its databases.

Servers given by TEST_DATABASE_URL and TEST_REDIS_URL, or by DATABASE_URL and REDIS_URL, are used;
what is not given is started in a temporary folder and goes with this process. The tables belong to
one role and the tests connect as another, as in production.
"""

import atexit
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from network.serve import postgres, roles, valkey
from network.serve.process import free_port

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
TEST_KEY = "cHJ1ZWJhLXBydWViYS1wcnVlYmEtcHJ1ZWJhLTMyISE="
# Only the process that pytest was started in starts servers; xdist's workers inherit its answers.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_until_exit = ExitStack()
atexit.register(_until_exit.close)


def provide() -> None:
    """Set the environment that settings read; must come before Django is set up."""
    if WORKER == "main":
        folder = _until_exit.enter_context(new_folder())
        os.environ["PORTAL_TEST_FOLDER"] = str(folder)
        _provide_database(folder)
        _provide_broker(folder)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "network.settings_test",
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], _name(WORKER)),
        "SECRET_KEY": "test",
        "PORTAL_DATA_KEYS": f"test:{TEST_KEY}",
        "PORTAL_INDEX_KEY": TEST_KEY,
        "PORTAL_ISSUER_KEY": TEST_KEY,
        "PORTAL_DEMO": "0",
        "PORTAL_HTTPS": "0",
        "DEBUG": "0",
        "DATA_DIR": f"{os.environ['PORTAL_TEST_FOLDER']}/{WORKER}",
    }


@contextmanager
def new_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        if (folder / "postgres").is_symlink():
            shutil.rmtree((folder / "postgres").resolve().parent)
        shutil.rmtree(folder)


def create_database(migrate: Callable[[str], None]) -> None:
    """This process's database, copied from the one that the first to come has migrated."""
    template, own = _name("template"), _name(WORKER)
    with closing(maintenance()) as server, server.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {template}_new")
            migrate(f"{template}_new")
            cursor.execute(f"ALTER DATABASE {template}_new RENAME TO {template}")
        cursor.execute(f"CREATE DATABASE {own} TEMPLATE {template}")


def truncate(kept: set[str]) -> None:
    """Empty, as their owner, the tables that have rows and are not among the kept."""
    own = psycopg2.connect(with_database(_owner_url(), _name(WORKER)))
    with closing(own), own, own.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> ALL(%s)",
            [list(kept)],
        )
        tables = [name for (name,) in cursor.fetchall()]
        has_row = [f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables]
        cursor.execute(" UNION ALL ".join(has_row))
        if filled := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


def drop_databases(kept: str = "") -> None:
    with closing(maintenance()) as server, server.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s",
            [os.environ["PORTAL_TEST_RUN"], kept],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _provide_database(folder: Path) -> None:
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given
        os.environ |= roles.application_environment(os.environ)
        os.environ["PORTAL_TEST_RUN"] = f"test_{secrets.token_hex(4)}"
        _until_exit.callback(drop_databases)
    else:
        _start_cluster(folder)


def _start_cluster(folder: Path) -> None:
    """A new cluster, or a copy of the one an earlier run has migrated with the same migrations."""
    os.environ["PORTAL_TEST_RUN"] = "test"
    password, port = secrets.token_hex(8), free_port()
    fingerprint = _schema_fingerprint()
    cached = CACHE / f"cluster-{fingerprint}"
    cluster = postgres.Cluster(postgres.cluster_folder(folder), is_throwaway=True)
    with _cache_lock(fcntl.LOCK_SH):
        cluster.create(copy_of=cached if cached.exists() else None)
    cluster.set_passwords(owner=password, app=password)
    server = cluster.start(port, subprocess.DEVNULL)
    os.environ["DATABASE_URL"] = postgres.url(postgres.APP, password, port)
    os.environ["DATABASE_OWNER_URL"] = postgres.url(postgres.OWNER, password, port)
    _until_exit.callback(_stop_cluster, cluster, server, fingerprint)
    postgres.wait_until_ready(_owner_url(), server)


def _stop_cluster(
    cluster: postgres.Cluster, server: "subprocess.Popen[bytes]", fingerprint: str
) -> None:
    cached = CACHE / f"cluster-{fingerprint}"
    # Someone may have edited a migration while this run was migrating.
    if cached.exists() or not _has_template() or _schema_fingerprint() != fingerprint:
        stop(server, signal.SIGQUIT)
        return
    drop_databases(kept=_name("template"))
    stop(server, signal.SIGINT)
    with _cache_lock(fcntl.LOCK_EX):
        for other in CACHE.glob("cluster-*/"):
            shutil.rmtree(other)
        shutil.copytree(cluster.folder, CACHE / "cluster-unfinished")
        (CACHE / "cluster-unfinished").rename(cached)


@contextmanager
def _cache_lock(kind: int) -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "cluster.lock").open("w") as lock:
        fcntl.flock(lock, kind)
        yield


def _schema_fingerprint() -> str:
    """Of all that shapes a migrated database."""
    shaping = [*ROOT.glob("*/migrations/*"), *ROOT.glob("network/*/migrations/*")]
    shaping += [*ROOT.glob("network/places/**/*"), ROOT / "network" / "base" / "grants.py"]
    shaping += [ROOT / "requirements.txt", Path(postgres.__file__)]
    digest = hashlib.sha256()
    for path in sorted(path for path in shaping if path.is_file() and path.suffix != ".pyc"):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _has_template() -> bool:
    with closing(maintenance()) as server, server.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [_name("template")])
        return cursor.rowcount == 1


def _provide_broker(folder: Path) -> None:
    given = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL")
    if given:
        os.environ["REDIS_URL"] = given
        return
    password, port = secrets.token_hex(8), free_port()
    server = valkey.start(folder / "valkey", port, password, subprocess.DEVNULL)
    _until_exit.callback(stop, server, signal.SIGKILL)
    os.environ["REDIS_URL"] = valkey.url(password, port)
    valkey.wait_until_ready(os.environ["REDIS_URL"], server)


def stop(server: "subprocess.Popen[bytes]", with_signal: signal.Signals) -> None:
    server.send_signal(with_signal)
    server.wait(20)


def _name(suffix: str) -> str:
    return f"{os.environ['PORTAL_TEST_RUN']}_{suffix}"


def _owner_url() -> str:
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def maintenance() -> connection:
    """A connection of the owner beside the databases of the tests."""
    server = psycopg2.connect(with_database(_owner_url(), "postgres"))
    server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return server
