"""Child processes that cannot outlive their parent, and the account they run under."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ServeError(Exception):
    """Something a person can mend; its text is shown as it is."""


def die_with_parent(signal_number: signal.Signals) -> Callable[[], None]:
    """For preexec_fn: the kernel sends the signal when the thread that starts the child ends.

    It runs after the change of account, which would have cleared it.
    """
    parent = os.getpid()

    def in_child() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def follow_parent(signal_number: signal.Signals) -> None:
    """The same for this very process."""
    _libc.prctl(PR_SET_PDEATHSIG, signal_number)


def unprivileged_account(owner_of: Path) -> pwd.struct_passwd | None:
    """The account PostgreSQL runs under when we are root, which it refuses; None otherwise.

    Existing files keep the account they were created by.
    """
    if os.geteuid() != 0:
        return None
    if owner_of.exists():
        return pwd.getpwuid(owner_of.stat().st_uid)
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


class AsAccount(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]
    cwd: str


def as_account(account: pwd.struct_passwd | None) -> AsAccount:
    """Arguments of subprocess that drop to the account and stand where it may stand."""
    if account is None:
        return {"cwd": "/"}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def is_reachable(path: Path, account: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", path], **as_account(account)).returncode == 0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
