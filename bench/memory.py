"""Memory and processor time of processes, as the kernel counts them."""

import threading
from collections.abc import Callable
from pathlib import Path

EVERY_SECONDS = 0.02


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += tree(int(child))
        except OSError:
            continue
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


def cpu_ms(pids: list[int]) -> float:
    """Milliseconds on a processor so far; waiting for one does not count."""
    return sum(_ran(task) for pid in pids for task in Path(f"/proc/{pid}/task").glob("*")) / 1e6


def _ran(task: Path) -> int:
    try:
        return int((task / "schedstat").read_text().split()[0])
    except OSError:
        return 0


def private_mb(pids: list[int]) -> float:
    """What is theirs alone, and no file holds."""
    return sum(_kilobytes(pid, "RssAnon:") for pid in pids) / 1024


def resident_mb(pids: list[int]) -> float:
    """All they hold; what several share counts for each."""
    return sum(_kilobytes(pid, "VmRSS:") for pid in pids) / 1024


def _kilobytes(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


class Watch:
    """`with Watch(look) as memory: …`, then how high it went, and how far above the beginning."""

    def __init__(self, look: Callable[[], float]) -> None:
        self.look = look
        self.peak_mb = self.first_mb = look()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def growth_mb(self) -> float:
        return self.peak_mb - self.first_mb

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.peak_mb = max(self.peak_mb, self.look())
