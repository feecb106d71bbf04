"""One address of the access matrix, and the words its table is written in."""

from typing import NamedTuple

PUBLIC, SIGNED_IN = "public", "signed_in"
READ, WRITE, BOTH = ("GET",), ("POST",), ("GET", "POST")
OK, MOVED = (200,), (302,)
EITHER = OK + MOVED


class Page(NamedTuple):
    """An address: what it asks for, what it answers to those whom it lets in."""

    name: str
    permission: str
    methods: tuple[str, ...] = READ
    row: str = ""
    get: tuple[int, ...] = OK
    post: tuple[int, ...] = EITHER
    stranger: int = 302  # to sign in first; a program is told 403
