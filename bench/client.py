"""One connection kept alive, and how long each answer takes over it."""

import http.client
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one connection, one request after another."""

    p50: float
    p99: float
    size: int


def timed(
    port: int, path: str, *, cookies: Mapping[str, str] | None = None, count: int = 200
) -> Timing:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in (cookies or {}).items())}
    taken, size = [], 0
    for number in range(count + 20):
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")
        if number >= 20:
            taken.append((time.perf_counter() - begun) * 1000)
        size = len(body)
    connection.close()
    taken.sort()
    return Timing(statistics.median(taken), taken[int(len(taken) * 0.99) - 1], size)


@dataclass(frozen=True)
class Download:
    first_byte: float
    seconds: float
    size: int


def download(
    port: int, path: str, *, cookies: Mapping[str, str], form: Mapping[str, str] | None = None
) -> Download:
    """Read an answer to its end without keeping it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
    begun = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")
    size = len(answer.read(1))
    first = time.perf_counter() - begun
    while block := answer.read(1 << 16):
        size += len(block)
    return Download(first, time.perf_counter() - begun, size)
