"""Runs the launcher as people do, and looks at the processes it leaves."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

from network.serve.environment import ROOT, read

READY_SECONDS = 120
# What the tests themselves run with must not reach the portal that they start.
OWN_NAMES = (
    "DATABASE_",
    "REDIS_",
    "PORTAL_",
    "DJANGO_",
    "SECRET_KEY",
    "DATA_DIR",
    "PORT",
    "PYTEST_",
)


class RunningPortal:
    def __init__(self, folder: Path, **variables: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OWN_NAMES)}
        self.folder = folder
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "network.serve"],
            cwd=ROOT,
            env=inherited | {"DATA_DIR": str(folder), "PORTAL_DEMO": "0"} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append(line.rstrip())

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def variables(self) -> dict[str, str]:
        return read(self.folder)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        self.wait_for("Listo en")
        self.wait_for("ready.")

    def health(self) -> int:
        with urlopen(f"http://127.0.0.1:{self.variables['PORT']}/salud/") as answer:
            return answer.status

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def wait(self) -> int:
        code = self.process.wait(60)
        self.reader.join()
        return code


def descendants(pid: int) -> set[tuple[int, str]]:
    """Every process below this one, as (pid, start time)."""
    parents = {child: stat for stat in map(_stat, _pids()) if stat for child in [stat[0]]}
    found, wanted = set(), {pid}
    while wanted:
        wanted = {child for child, (_, _, parent, _) in parents.items() if parent in wanted}
        found |= {(child, parents[child][3]) for child in wanted}
    return found


def alive(processes: set[tuple[int, str]]) -> set[tuple[int, str]]:
    stats = {stat for stat in map(_stat, _pids()) if stat and stat[1] != "Z"}
    return processes & {(pid, started) for pid, _, _, started in stats}


def wait_until_gone(processes: set[tuple[int, str]], seconds: float) -> set[tuple[int, str]]:
    deadline = time.monotonic() + seconds
    while alive(processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive(processes)


def _pids() -> list[str]:
    return [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: str) -> tuple[int, str, int, str] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(pid), fields[0], int(fields[1]), fields[19]
