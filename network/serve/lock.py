"""One portal per DATA_DIR."""

import fcntl
import os
import time
from pathlib import Path

from network.serve.process import ServeError

CLOSING_SECONDS = 60


def take(folder: Path) -> int:
    """The open lock, to be handed to the services too: it is held until the last of them is gone.

    So a start right after a killed one waits for its services to finish closing.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + CLOSING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode().strip()
            if _is_portal(holder):
                raise ServeError(
                    f"El portal de {folder} ya está en marcha (proceso {holder});"
                    " deténlo, o usa otra DATA_DIR."
                ) from None
            if time.monotonic() > deadline:
                raise ServeError(f"Otro proceso usa {folder} y no termina de cerrarse.") from None
            time.sleep(0.05)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor


def _is_portal(process: str) -> bool:
    try:
        return b"network.serve" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
