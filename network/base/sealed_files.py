"""Files sealed at rest with the key ring, written and read as streams: one block in memory.

Every block is bound to what the file is called, to its place in it, and to being the last: blocks
that were swapped, taken from another file or cut off do not open.
"""

import io
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from network.base.crypto import SEAL_BYTES, SealBroken, seal_block, unseal_block

BLOCK_BYTES = 64 * 1024


class SealedWriter(io.RawIOBase):
    """Seals what is written into it. Only a file that was closed is whole."""

    def __init__(self, path: Path, *, bound_to: str) -> None:
        self._target = path.open("wb")
        self._bound_to = bound_to
        self._waiting = bytearray()
        self._number = 0
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting += content
        self.size += len(content)
        while len(self._waiting) > BLOCK_BYTES:
            self._seal(is_last=False)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._seal(is_last=True)
            self._target.close()
        super().close()

    def _seal(self, *, is_last: bool) -> None:
        content = bytes(self._waiting[:BLOCK_BYTES])
        del self._waiting[:BLOCK_BYTES]
        self._target.write(
            seal_block(content, file=self._bound_to, number=self._number, is_last=is_last)
        )
        self._number += 1


class SealedReader(io.RawIOBase):
    """The content of a sealed file. Its first block is opened at once, so that a file that cannot
    be read is refused before an answer begins."""

    def __init__(self, path: Path, *, bound_to: str) -> None:
        self._source = path.open("rb")
        self._bound_to = bound_to
        self._number = 0
        self._opened = memoryview(b"")
        self._ahead = self._source.read(BLOCK_BYTES + SEAL_BYTES)
        if not self._ahead:
            raise SealBroken(_("Este archivo cifrado está vacío."))
        self._open_next()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._opened and self._ahead:
            self._open_next()
        given = self._opened[: len(buffer)]
        buffer[: len(given)] = given
        self._opened = self._opened[len(given) :]
        return len(given)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _open_next(self) -> None:
        block, self._ahead = self._ahead, self._source.read(BLOCK_BYTES + SEAL_BYTES)
        content = unseal_block(
            block, file=self._bound_to, number=self._number, is_last=not self._ahead
        )
        self._opened = memoryview(content)
        self._number += 1
