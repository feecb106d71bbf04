"""Requests over one connection kept alive, and how long each answer takes."""

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import requests

from bench.memory import cpu_ms

WARM_UP = 10
# Django takes the cookie's own value as the token of a form.
TOKEN = "b" * 32


@dataclass(frozen=True)
class Target:
    """A page, who asks for it, and the processes that answer."""

    port: int
    path: str
    processes: Callable[[], list[int]]
    cookies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one connection, one request after another. `cpu` is what the server and
    PostgreSQL worked for one, which a busy machine stretches far less."""

    p50: float
    cpu: float
    size: int


@dataclass(frozen=True)
class Download:
    first_byte: float
    seconds: float
    size: int
    lines: int


def timed(target: Target, count: int = 60) -> Timing:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=120)
    for _number in range(WARM_UP):
        _ask(connection, target)
    processes = target.processes()
    worked = cpu_ms(processes)
    taken, sizes = zip(*(_ask(connection, target) for _number in range(count)), strict=True)
    worked = cpu_ms(processes) - worked
    connection.close()
    return Timing(statistics.median(taken), worked / count, sizes[-1])


def _ask(connection: http.client.HTTPConnection, target: Target) -> tuple[float, int]:
    begun = time.perf_counter()
    connection.request("GET", target.path, headers={"Cookie": cookie_header(target.cookies)})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{target.path}: {answer.status} {answer.getheader('Location', '')}")
    return (time.perf_counter() - begun) * 1000, len(body)


def paired(ours: Target, floor: Target, rounds: int = 3) -> tuple[Timing, Timing]:
    """Both in turns, so that what else the machine does weighs on both; each one's median round."""
    both = [(timed(ours), timed(floor)) for _round in range(rounds)]
    mine, bare = zip(*both, strict=True)
    return _middle(list(mine)), _middle(list(bare))


def _middle(timings: list[Timing]) -> Timing:
    return Timing(
        statistics.median(timing.p50 for timing in timings),
        statistics.median(timing.cpu for timing in timings),
        timings[-1].size,
    )


def download(
    port: int, path: str, *, cookies: Mapping[str, str], form: Mapping[str, str]
) -> Download:
    """Send a form and read the file that answers it to its end, without keeping it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1800)
    headers = {
        "Cookie": cookie_header({**cookies, "csrf": TOKEN}),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    begun = time.perf_counter()
    connection.request("POST", path, urlencode({**form, "csrfmiddlewaretoken": TOKEN}), headers)
    answer = connection.getresponse()
    if "csv" not in answer.getheader("Content-Type", ""):
        raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")
    block = answer.read(1)
    first, size, lines = time.perf_counter() - begun, 0, 0
    while block:
        size, lines = size + len(block), lines + block.count(b"\n")
        block = answer.read(1 << 16)
    connection.close()
    return Download(first, time.perf_counter() - begun, size, lines)


class Importer:
    """The pages of an import, walked as she does: upload, look, import."""

    def __init__(self, port: int, cookies: Mapping[str, str]) -> None:
        self.root = f"http://127.0.0.1:{port}/importar/"
        self.session = requests.Session()
        self.session.headers.update(
            {
                "Cookie": cookie_header({**cookies, "csrf": TOKEN}),
                "X-CSRFToken": TOKEN,
            }
        )

    def look(self, file: Path, seconds: float) -> str:
        """Upload a list and wait for what it would change; the address where it can be imported."""
        with file.open("rb") as content:
            sent = {"file": (file.name, content)}
            answer = self.session.post(self.root, files=sent, timeout=seconds)
        deadline = time.monotonic() + seconds
        while 'value="import"' not in answer.text:
            if answer.url == self.root or time.monotonic() > deadline:
                raise RuntimeError(f"{answer.url}: {answer.status_code}")
            time.sleep(0.05)
            answer = self.session.get(answer.url, timeout=seconds)
        return answer.url

    def bring_in(self, url: str) -> None:
        """A long list becomes a job."""
        self.session.post(url, data={"act": "import"}, timeout=600).raise_for_status()


def cookie_header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
