import signal
import subprocess
import sys
import time

import pytest

from network.serve import supervisor
from network.serve.process import ServeError
from network.serve.supervisor import Service


def service(script, **options):
    def launch():
        return subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    return Service("prueba", launch, **options)


def finish(one):
    one.process.wait(20)


@pytest.fixture
def clock(monkeypatch):
    """The supervisor's pauses pass at once."""
    moment = [0.0]
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: moment[0])
    return moment


def test_fallen_process_starts_again_after_a_pause(clock):
    one = service("raise SystemExit(3)")
    one.watch()
    first = one.process
    finish(one)

    one.watch()
    assert one.process is None
    clock[0] += 1.1
    one.watch()

    assert one.process not in (None, first)
    finish(one)


def test_process_that_keeps_falling_stops_the_portal(clock):
    one = service("raise SystemExit(3)")
    for _ in range(supervisor.MOST_FAILURES - 1):
        one.watch()
        finish(one)
        one.watch()
        clock[0] += 20
    one.watch()
    finish(one)

    with pytest.raises(ServeError, match="«prueba» se cerró 5 veces seguidas"):
        one.watch()


def test_process_that_ran_long_counts_as_sound(clock):
    one = service("raise SystemExit(3)")
    for _ in range(2 * supervisor.MOST_FAILURES):
        one.watch()
        if one.process:
            finish(one)
            clock[0] += supervisor.STEADY_SECONDS + 1
        else:
            clock[0] += 60

    assert one.failures == 1


def test_lines_carry_the_name_of_their_process(capfd):
    one = service("print('hola\\n\\nñ')")
    one.start()
    finish(one)
    deadline = time.monotonic() + 5
    output = ""
    while "ñ" not in output and time.monotonic() < deadline:
        output += capfd.readouterr().out

    assert output.splitlines() == ["prueba   | hola", "prueba   | ñ"]


def test_stop_ends_by_force_what_does_not_close(monkeypatch, capfd):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.3)
    one = service(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(60)"
    )
    one.start()
    while "deaf" not in capfd.readouterr().out:
        time.sleep(0.01)

    supervisor.stop([one])

    assert one.process.returncode == -signal.SIGKILL
