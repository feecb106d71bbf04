"""Memory of processes as the kernel counts it, and the highest it went while something ran."""

import threading
from pathlib import Path

EVERY_SECONDS = 0.02


def children(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += children(int(child))
        except OSError:
            continue
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


def private_mb(pids: list[int]) -> float:
    """Memory of their own, which nothing else shares and no file holds."""
    return sum(_private_kb(pid) for pid in pids) / 1024


def _private_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), 0)


class Watch:
    """`with Watch(pids) as memory: …` then `memory.growth_mb` and `memory.peak_mb`."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        self.peak_mb = self.first_mb = private_mb(pids)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def growth_mb(self) -> float:
        return self.peak_mb - self.first_mb

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.peak_mb = max(self.peak_mb, private_mb(self.pids))
