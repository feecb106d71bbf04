"""Reading a table out: a connection of its own, one moment of the data, no more memory at any size.

The request's own connection stays free for the access log, and COPY may run in another thread.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.db import connection
from psycopg2 import extensions

from network.base.tables import Table

BLOCK_BYTES = 65536
BLOCK_ROWS = 2000
# A reader on a slow line may take this long over one file.
LONGEST = "30min"


def read_rows(table: Table) -> Iterator[list[Any]]:
    """The cells of every row, through a server-side cursor."""
    with closing(_own_connection()) as own, own.cursor("salida") as cursor:
        cursor.itersize = BLOCK_ROWS
        cursor.execute(table.sql, table.params)
        yield from map(table.reader or list, cursor)


def copy_blocks(table: Table) -> Iterator[bytes]:
    """The table as CSV without heading, written by PostgreSQL as fast as the reader takes it.

    A reader that leaves ends the query too. What fails half-way is raised: the file must not look
    whole.
    """
    own = _own_connection()
    read_end, write_end = os.pipe()
    copying = _Copying(own, table, write_end)
    copying.start()
    try:
        while block := os.read(read_end, BLOCK_BYTES):
            yield block
    finally:
        os.close(read_end)
        own.cancel()  # nothing happens when it is over
        copying.join()
        own.close()
    if copying.failure:
        raise copying.failure


class _Copying(threading.Thread):
    """COPY into a pipe: it waits when the reader does."""

    def __init__(self, own: extensions.connection, table: Table, write_end: int) -> None:
        super().__init__(name="copy", daemon=True)
        self.failure: Exception | None = None
        with own.cursor() as cursor:
            query = cursor.mogrify(table.sql, table.params).decode()
        self._statement = f"COPY ({query}) TO STDOUT WITH (FORMAT csv)"
        self._own, self._write_end = own, write_end

    def run(self) -> None:
        try:
            with (
                os.fdopen(self._write_end, "wb", BLOCK_BYTES) as pipe,
                self._own.cursor() as cursor,
            ):
                cursor.copy_expert(self._statement, pipe)
        except Exception as failure:  # noqa: BLE001  # handed to the thread that reads
            self.failure = failure


def _own_connection() -> extensions.connection:
    own = connection.get_new_connection(connection.get_connection_params())
    own.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with own.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [LONGEST])
    return own
