"""A portal with data of a given size, started as a newcomer starts it, and stopped again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.memory import command_of, tree
from network.serve.environment import ROOT, read
from network.serve.process import die_with_parent, free_port, is_free

READY_SECONDS = 180


class Portal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    @property
    def variables(self) -> dict[str, str]:
        return read(self.folder)

    @property
    def port(self) -> int:
        return int(self.variables["PORT"])

    def start(self) -> float:
        """Seconds until the portal says that it is ready."""
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "network.serve"],
            cwd=ROOT,
            env=os.environ
            | {"DATA_DIR": str(self.folder), "PORTAL_DEMO": "0", "PORT": str(free_port())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        ready = threading.Event()
        lines: list[str] = []

        def relay() -> None:
            for line in self.process.stdout:
                lines.append(line)
                if "Listo en" in line:
                    ready.set()

        threading.Thread(target=relay, daemon=True).start()
        while not ready.wait(0.05):
            if self.process.poll() is not None or time.monotonic() - begun > READY_SECONDS:
                raise RuntimeError("".join(lines))
        return time.monotonic() - begun

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints, run against this portal."""
        return self._said("manage.py", *arguments)

    def inside(self, *arguments: str) -> Any:
        """What a measure of bench/inside.py answers."""
        return json.loads(self._said("-m", "bench.inside", *arguments).splitlines()[-1])

    def _said(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def web_workers(self) -> list[int]:
        web = [pid for pid in tree(self.process.pid) if "gunicorn" in command_of(pid)]
        return web[1:]  # the first one only watches over the others

    def answering(self) -> list[int]:
        """The processes that work for a page."""
        return self.web_workers() + self.postgres()

    def postgres(self) -> list[int]:
        backends = (
            pid for pid in tree(self.process.pid) if command_of(pid).startswith("postgres:")
        )
        return list(backends)


@contextmanager
def portal() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # root's PostgreSQL passes through it as another account
    running = Portal(folder)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def floor(variables: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The bare application of bench/floor.py under the same server: its port and process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "4"]
        + ["-b", f"127.0.0.1:{port}", "--log-level", "error", "bench.floor:application"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": variables["DATABASE_OWNER_URL"]},
    )
    try:
        while is_free(port):
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
