"""Row identities: UUIDs that can be minted before the row exists, on the server or on a phone."""

import os
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76 | 0x2 << 62
_LEFT_FREE = (1 << 128) - 1 & ~(0xF << 76 | 0x3 << 62)


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): new rows stay together in the index, nothing is guessable."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & _LEFT_FREE | _VERSION_7)
