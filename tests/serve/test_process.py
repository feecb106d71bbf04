import os
import signal
import socket
import subprocess
import sys

import pytest

from network.serve import process
from network.serve.environment import ROOT
from tests.serve.running import descendants, wait_until_gone

PARENT = """
import signal, subprocess, sys, time
from network.serve.process import die_with_parent
subprocess.Popen(["sleep", "60"], preexec_fn={preexec}, start_new_session=True)
print("started", flush=True)
time.sleep(60)
"""


def orphans_of(preexec):
    command = [sys.executable, "-c", PARENT.format(preexec=preexec)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        parent.stdout.readline()
        below = descendants(parent.pid)
        assert len(below) == 1
        parent.kill()
    left = wait_until_gone(below, 1)
    for pid, _ in left:
        os.kill(pid, signal.SIGKILL)
    return left


def test_child_ends_with_its_killed_parent():
    assert orphans_of("die_with_parent(signal.SIGTERM)") == set()


def test_child_without_that_care_would_stay():
    assert len(orphans_of("None")) == 1


def test_taken_port_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert not process.is_free(taken.getsockname()[1])

    assert process.is_free(process.free_port())


@pytest.mark.parametrize(("owner", "expected"), [(0, "root"), (65534, "nobody")])
def test_files_keep_the_account_they_were_made_by(tmp_path, monkeypatch, owner, expected):
    class Owned:
        def exists(self):
            return True

        def stat(self):
            return os.stat_result((0, 0, 0, 0, owner, 0, 0, 0, 0, 0))

    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert process.unprivileged_account(owner_of=Owned()).pw_name == expected
