"""Makes the next item while the last one is used: PostgreSQL writes as the next rows are read."""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from django.utils import translation

T = TypeVar("T")
WAIT_SECONDS = 0.05
TURN_SECONDS = 0.0002


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in the same order, made one ahead in a thread that must not ask the database.

    What `items` raises is raised here. Close this, and the thread is over.
    """
    made: Queue[tuple[str, Any]] = Queue(maxsize=1)
    is_left = Event()
    language = translation.get_language()

    def put(kind: str, value: Any) -> bool:
        while not is_left.is_set():
            with suppress(Full):
                made.put((kind, value), timeout=WAIT_SECONDS)
                return True
        return False

    def make() -> None:
        with translation.override(language):
            try:
                for item in items:
                    if not put("item", item):
                        return
                put("end", None)
            except BaseException as error:  # noqa: BLE001  # raised again, where it is waited for
                put("error", error)

    thread = Thread(target=make, name="import-ahead", daemon=True)
    thread.start()
    try:
        with _quick_turns():
            while True:
                kind, value = made.get()
                if kind == "error":
                    raise value
                if kind == "end":
                    return
                yield value
    finally:
        is_left.set()
        with suppress(Empty):
            made.get_nowait()
        thread.join()


@contextmanager
def _quick_turns() -> Iterator[None]:
    """When PostgreSQL answers, whoever waited for it should not wait for this thread as well."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
