"""One item is made ahead, and nothing is lost or left running."""

import threading

import pytest

from network.base.imports.ahead import ahead


def running():
    return [t for t in threading.enumerate() if t.name == "import-ahead"]


def test_items_come_in_order_and_the_thread_ends():
    assert list(ahead(iter(range(50)))) == list(range(50))
    assert running() == []


def test_what_the_source_raises_is_raised():
    def broken():
        yield 1
        raise ValueError("roto")

    items = ahead(broken())

    assert next(items) == 1
    with pytest.raises(ValueError, match="roto"):
        next(items)
    assert running() == []


def test_leaving_early_ends_the_thread():
    def endless():
        while True:
            yield 0

    items = ahead(endless())
    next(items)
    items.close()

    assert running() == []
