"""Keeps services running: relays what they write, restarts what falls, stops all in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from network.serve.process import ServeError

STOP_SECONDS = 15
STEADY_SECONDS = 30
MOST_FAILURES = 5
_writing = threading.Lock()


def say(name: str, text: str) -> None:
    with _writing:
        try:
            print(f"{name:8} | {text}", flush=True)
        except BrokenPipeError:
            # Whoever read us has gone; the services must not block on that.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123


def relay(name: str, stream: IO[bytes]) -> None:
    with stream:
        for line in stream:
            if text := line.decode(errors="replace").rstrip():
                say(name, text)


@dataclass
class Service:
    """One process. A fall is answered with a new start, later each time, and not for ever."""

    name: str
    launch: Callable[[], "subprocess.Popen[bytes]"]
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    started_at: float = field(default=0, init=False)
    next_start_at: float = field(default=0, init=False)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = self.launch()
        if self.process.stdout:
            arguments = (self.name, self.process.stdout)
            threading.Thread(target=relay, args=arguments, daemon=True).start()

    def watch(self) -> None:
        """Must be called from the thread that stays: the kernel ends a child with its starter."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.next_start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.failures = 1 if now - self.started_at > STEADY_SECONDS else self.failures + 1
        if self.failures == MOST_FAILURES:
            raise ServeError(
                f"«{self.name}» se cerró {MOST_FAILURES} veces seguidas (la última con {code});"
                " el portal se detiene. La causa está en las líneas de arriba."
            )
        pause = 2 ** (self.failures - 1)
        self.next_start_at = now + pause
        say("portal", f"«{self.name}» se cerró con {code}; vuelve a iniciar en {pause} s.")


def stop(services: list[Service]) -> None:
    """Ask all, wait, and end by force, children included, what does not close."""
    running = [(service, service.process) for service in services if service.process]
    for service, process in running:
        if process.poll() is None:
            process.send_signal(service.stop_signal)
    deadline = time.monotonic() + STOP_SECONDS
    for service, process in running:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say("portal", f"«{service.name}» no se cierra; se termina a la fuerza.")
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
