"""`make run`: PostgreSQL and Valkey unless given, then web, worker and beat, until Ctrl-C."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from network.serve import environment, lock, postgres, roles, supervisor, valkey
from network.serve.process import ServeError, die_with_parent, follow_parent, free_port, is_free
from network.serve.supervisor import Service, say

USUAL_PORT = 8000
READY_SECONDS = 60


class Portal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stopping = threading.Event()
        self.servers: list[Service] = []
        self.processes: list[Service] = []
        self.variables: dict[str, str] = {}

    def run(self) -> None:
        begun_at = time.monotonic()
        # Root's PostgreSQL runs as another account, which must be able to pass through.
        self.folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        held = lock.take(self.folder)
        try:
            self.variables = self._variables()
            self._provide_servers(held)
            environment.write(self.folder, self.variables)
            self._prepare()
            self._describe_processes()
            self._watch(begun_at)
        finally:
            self._stop()

    def _variables(self) -> dict[str, str]:
        stored = environment.read(self.folder)
        given = {
            name: os.environ[name] for name in ("ALLOWED_HOSTS", "DEBUG") if name in os.environ
        }
        return given | {
            "DATA_DIR": str(self.folder),
            "PORT": str(_web_port()),
            "PORTAL_DEMO": os.environ.get("PORTAL_DEMO", "1"),
            "PORTAL_HTTPS": os.environ.get("PORTAL_HTTPS", "0"),
            **environment.keys(os.environ, stored),
        }

    def _provide_servers(self, held: int) -> None:
        if "DATABASE_URL" in os.environ:
            names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_ROLE")
            self.variables |= {name: os.environ[name] for name in names if os.environ.get(name)}
            self.variables |= roles.application_environment(os.environ)
        else:
            self._start_postgres(held)
        if "REDIS_URL" in os.environ:
            self.variables["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            self._start_valkey(held)

    def _start_postgres(self, held: int) -> None:
        port, owner, app = free_port(), secrets.token_hex(16), secrets.token_hex(16)
        cluster = postgres.Cluster(postgres.cluster_folder(self.folder))
        if not cluster.folder.exists():
            say("portal", f"Se crea la base de datos en {cluster.folder}.")
            cluster.create()
        cluster.set_passwords(owner=owner, app=app)
        server = Service(
            "postgres", lambda: cluster.start(port, subprocess.PIPE, [held]), signal.SIGINT
        )
        self.servers.append(server)
        server.start()
        self.variables["DATABASE_URL"] = postgres.url(postgres.APP, app, port)
        self.variables["DATABASE_OWNER_URL"] = postgres.url(postgres.OWNER, owner, port)
        postgres.wait_until_ready(self.variables["DATABASE_OWNER_URL"], server.process)

    def _start_valkey(self, held: int) -> None:
        port, password = free_port(), secrets.token_hex(16)
        folder = self.folder / "valkey"
        server = Service(
            "valkey", lambda: valkey.start(folder, port, password, subprocess.PIPE, [held])
        )
        self.servers.append(server)
        server.start()
        self.variables["REDIS_URL"] = valkey.url(password, port)
        valkey.wait_until_ready(self.variables["REDIS_URL"], server.process)

    def _prepare(self) -> None:
        preparation = self._python("prepara", "manage.py", "prepare")
        preparation.start()
        while preparation.process and preparation.process.poll() is None:
            if self.stopping.wait(0.02):
                supervisor.stop([preparation])
        if preparation.process and preparation.process.returncode and not self.stopping.is_set():
            raise ServeError("El portal no se pudo preparar; la causa está en la línea de arriba.")

    def _describe_processes(self) -> None:
        schedule = str(self.folder / "beat-schedule")
        gunicorn = ("-m", "gunicorn", "-c", "python:network.serve.gunicorn_conf")
        # Celery warns of root on every start; here root is whoever typed `make run`.
        celery = ("-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A", "network")
        alone = ("--without-gossip", "--without-mingle")
        self.processes = [
            self._python("web", *gunicorn, "network.wsgi"),
            # Asked kindly, an orphan waits for the end of its tasks; they are delivered again.
            self._python(
                "worker",
                *celery,
                "worker",
                "-l",
                "INFO",
                "-c",
                "2",
                *alone,
                orphaned=signal.SIGKILL,
            ),
            self._python("beat", *celery, "beat", "-l", "WARNING", "-s", schedule),
        ]

    def _python(
        self, name: str, *arguments: str, orphaned: signal.Signals = signal.SIGTERM
    ) -> Service:
        def launch() -> "subprocess.Popen[bytes]":
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=environment.ROOT,
                env=os.environ | self.variables | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(orphaned),
            )

        return Service(name, launch)

    def _watch(self, begun_at: float) -> None:
        """People wait for the first page: worker and beat start when it is there."""
        web, *background = self.processes
        watched = [*self.servers, web]
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping.wait(0.1):
            for service in watched:
                service.watch()
            if not background:
                continue
            if self._is_healthy():
                self._announce(time.monotonic() - begun_at)
                watched += background
                background = []
            elif time.monotonic() > deadline:
                raise ServeError(
                    "El portal no responde bien; la causa está en las líneas de arriba."
                )

    def _is_healthy(self) -> bool:
        web = http.client.HTTPConnection("127.0.0.1", int(self.variables["PORT"]), timeout=5)
        try:
            web.request("GET", "/salud/")
            return web.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            web.close()

    def _announce(self, seconds: float) -> None:
        address = f"http://127.0.0.1:{self.variables['PORT']}/"
        say("portal", f"Listo en {seconds:.1f} s: {address}  (Ctrl-C lo detiene)")
        accounts = self.folder / "demo-accounts.json"
        if self.variables["PORTAL_DEMO"] == "1" and accounts.exists():
            say("portal", f"Cuentas de demostración ({accounts}):")
            for account in json.loads(accounts.read_text()):
                say("portal", f"  {_one_line(account)}")

    def _stop(self) -> None:
        if self.servers or self.processes:
            say("portal", "Se detiene…")
        supervisor.stop(self.processes)
        supervisor.stop(self.servers)


def _web_port() -> int:
    if "PORT" not in os.environ:
        return USUAL_PORT if is_free(USUAL_PORT) else free_port()
    port = int(os.environ["PORT"])
    if not is_free(port):
        raise ServeError(f"El puerto {port} está ocupado; elige otro: make run PORT=8001")
    return port


def _one_line(account: dict[str, str]) -> str:
    who = account.get("email") or account.get("phone", "")
    secret = account.get("password") or account.get("code", "")
    parts = [account["role"], account["scope"], who, secret]
    if "totp_secret" in account:
        parts.append(f"TOTP {account['totp_secret']}")
    return " · ".join(part for part in [*parts, account.get("link", "")] if part)


def main() -> None:
    portal = Portal(environment.data_dir(os.environ))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        portal.stopping.set()

    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, stop)
    if "MAKELEVEL" in os.environ:
        # A killed `make` would leave us behind.
        follow_parent(signal.SIGTERM)
    try:
        portal.run()
    except ServeError as error:
        say("portal", str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
