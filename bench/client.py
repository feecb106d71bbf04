"""Requests over one connection kept alive, and how long each answer takes."""

import http.client
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

WARM_UP = 10
# Django takes the cookie's own value as the token of a form.
TOKEN = "b" * 32


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one connection, one request after another."""

    p50: float
    p99: float
    size: int


@dataclass(frozen=True)
class Download:
    first_byte: float
    seconds: float
    size: int
    lines: int


def timed(
    port: int, path: str, *, cookies: Mapping[str, str] | None = None, count: int = 60
) -> Timing:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": _cookie(cookies or {})}
    taken, size = [], 0
    for number in range(WARM_UP + count):
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")
        if number >= WARM_UP:
            taken.append((time.perf_counter() - begun) * 1000)
        size = len(body)
    connection.close()
    taken.sort()
    return Timing(statistics.median(taken), taken[int(len(taken) * 0.99) - 1], size)


def paired(
    ours: tuple[int, str, Mapping[str, str]], floor: tuple[int, str], rounds: int = 3
) -> tuple[Timing, Timing]:
    """Both in turns, so that what else the machine does weighs on both; each one's median round."""
    port, path, cookies = ours
    both = [(timed(port, path, cookies=cookies), timed(*floor)) for _round in range(rounds)]
    mine, bare = zip(*both, strict=True)
    return _middle(list(mine)), _middle(list(bare))


def _middle(timings: list[Timing]) -> Timing:
    return sorted(timings, key=lambda timing: timing.p50)[len(timings) // 2]


def download(
    port: int, path: str, *, cookies: Mapping[str, str], form: Mapping[str, str]
) -> Download:
    """Send a form and read the file that answers it to its end, without keeping it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1800)
    headers = {
        "Cookie": _cookie({**cookies, "csrf": TOKEN}),
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


def _cookie(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
