"""Logs of the web server, of Django and of Celery: real processes, real HTTP, real failures."""

import json
import logging
import os
import re
import subprocess
import sys
import time
from http.client import HTTPException
from urllib.request import Request, urlopen

import pytest

from network.base.logs import KEYS_IN_ADDRESSES, DiscreetFormatter, discreet
from network.serve.environment import ROOT
from network.serve.process import free_port
from tests.serve.raising import SECRETS, TOKEN, TOLD

GUNICORN = ("-m", "gunicorn", "-c", "python:network.serve.gunicorn_conf", "network.wsgi")
WORKER = ("-m", "celery", "-A", "network", "worker", "-P", "solo", "-l", "INFO", "-Q", "raising")
QUIET = (
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "-I",
    "tests.serve.raising_pages",
)
KEPT_FROM_LOGS = (*SECRETS, "Hermelinda", "apaza")


def _environment() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.serve.raising"}


class Process:
    """A real process of the portal, with the settings whose pages fail."""

    def __init__(self, folder, *arguments: str) -> None:
        self.path = folder / "output"
        self.port = free_port()
        variables = {"PORT": str(self.port), "WEB_WORKERS": "1", "PYTHONUNBUFFERED": "1"}
        with self.path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=_environment() | variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self.path.read_text()

    def wait_for(self, text: str, count: int = 1) -> None:
        deadline = time.monotonic() + 30
        while self.output.count(text) < count:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def started(tmp_path):
    running = []

    def start(*arguments: str) -> Process:
        running.append(Process(tmp_path, *arguments))
        return running[-1]

    yield start
    for process in running:
        process.stop()


def open_address(address: str) -> None:
    try:
        with urlopen(Request(address, data=b"phone=951000720&code=135790")) as answer:  # noqa: S310
            answer.read()
    except (OSError, HTTPException):
        return


def test_a_page_that_fails_tells_the_web_logs_no_secret(started):
    web = started(*GUNICORN)
    web.wait_for("Booting worker")
    paths = (
        f"/mi/{TOKEN}/",
        f"/ingresar/invitacion/{TOKEN}/",
        "/ingresar/clave/nueva/abc-d8x4kz98f7e6d5c4b3a2/",
        f"/importar/{TOKEN}/",
        "/personas/?q=apaza+40881412",
    )
    for path in paths:
        open_address(f"http://127.0.0.1:{web.port}{path}")
    web.wait_for("ValueError", len(paths))
    web.wait_for("POST /personas/ 500")

    told = web.output
    assert [secret for secret in (*KEPT_FROM_LOGS, "d8x4kz98") if secret in told] == []
    assert "Internal Server Error: /mi/…" in told
    assert "Subject:" not in told


def test_a_task_that_fails_tells_the_log_of_the_worker_no_secret(started):
    worker = started(*WORKER, *QUIET)
    call = ("call", "tests.raising", "--args", json.dumps([TOLD]), "--queue", "raising")
    subprocess.run(
        [sys.executable, "-m", "celery", "-A", "network", *call],
        env=_environment(),
        cwd=ROOT,
        check=True,
    )
    worker.wait_for("ValueError")
    worker.stop()

    assert [secret for secret in KEPT_FROM_LOGS if secret in worker.output] == []
    assert "tests.raising" in worker.output


@pytest.mark.parametrize(
    "text",
    [
        "Internal Server Error: /personas/01a20774-1334-7780-bcc8-4d0fd4f98b77/",
        "GET /personas/ 200 1345 ms",
        "Sign-in of account 01a20774-1334-7780-bcc8-4d0fd4f98b77, full",
        '  File "/opt/portal/network/base/views.py", line 120, in job_list',
        "in test_a_page_that_fails_tells_the_web_logs_no_secret",
        "2026-11-24 10:15:03,123",
    ],
)
def test_what_helps_to_find_the_fault_stays(text):
    assert discreet(text) == text


def test_a_formatter_leaves_the_record_as_it_was_for_others():
    record = logging.LogRecord("a", logging.INFO, "", 1, "código %s", ("135790",), None)

    assert DiscreetFormatter().format(record) == "código …"
    assert record.getMessage() == "código 135790"


def test_the_proxy_in_front_cuts_the_same_addresses():
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    pattern, instead = re.search(r'"~(\^\(\?<door>.+?)" "\$door(…)"', text).groups()
    cut = re.compile(pattern.replace("?<door>", "?P<door>"))

    assert cut.pattern.replace("?P<door>", "").removeprefix("^") == KEYS_IN_ADDRESSES.pattern
    assert cut.sub(rf"\g<door>{instead}", f"/mi/{TOKEN}") == "/mi/…"
    (format_of_log,) = re.findall(r"log_format portal '(.+)'", text)
    told = set(re.findall(r"\$\w+", format_of_log))
    assert told.isdisjoint({"$uri", "$request", "$request_uri", "$args", "$http_referer"})
    assert "error_log /var/log/nginx/portal-error.log crit;" in text
