"""Texts through a gateway: one key each, asked again only in doubt, never redirected."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from network.channels import texts
from network.channels.texts import HttpGateway, OutboxFile, TextFailed, text_channel


@dataclass
class FakeProvider:
    """A gateway on this machine that answers as told and notes what reached it."""

    answers: list[int] = field(default_factory=list)
    asked: list[tuple[str, dict, dict]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.asked.append((self.path, dict(self.headers), body))
            status = fake.answers.pop(0) if fake.answers else 200
            if status == 0:  # the line goes dead before the answer
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v1/"
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


def send(provider: FakeProvider) -> None:
    HttpGateway(provider.url, "secreto").send_text("+51951000720", "hola", idempotency_key="k1")


def test_a_text_is_one_post_with_its_key_and_token(provider):
    send(provider)

    ((path, headers, body),) = provider.asked
    assert path == "/v1/messages"
    assert body == {"to": "+51951000720", "text": "hola"}
    assert headers["Idempotency-Key"] == "k1"
    assert headers["Authorization"] == "Bearer secreto"


@pytest.mark.parametrize("first", [0, 429, 500, 503])
def test_an_answer_that_leaves_doubt_is_asked_for_again_under_the_same_key(provider, first):
    provider.answers = [first, 202]

    send(provider)

    assert [headers["Idempotency-Key"] for _path, headers, _body in provider.asked] == ["k1", "k1"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 302])
def test_a_refusal_is_not_repeated_and_no_redirection_is_followed(provider, status):
    provider.answers = [status]

    with pytest.raises(TextFailed, match=f"HTTP {status}") as raised:
        send(provider)

    assert len(provider.asked) == 1
    assert "951000720" not in str(raised.value)


def test_three_times_without_an_answer_is_a_failure(provider):
    provider.answers = [0, 500, 0, 200]

    with pytest.raises(TextFailed):
        send(provider)

    assert len(provider.asked) == 3


def test_a_gateway_that_is_away_is_a_failure():
    with pytest.raises(TextFailed, match="ConnectionError"):
        HttpGateway("http://127.0.0.1:1", "t").send_text("+51951000720", "x", idempotency_key="k")


def test_a_gateway_that_says_nothing_is_not_waited_for(provider, monkeypatch):
    monkeypatch.setattr(texts, "READ_SECONDS", 0.05)
    monkeypatch.setattr(texts, "ATTEMPTS", 1)
    asked = {}

    def slow(address, **given):
        asked.update(given)
        raise texts.requests.Timeout

    monkeypatch.setattr(texts.requests, "post", slow)
    with pytest.raises(TextFailed, match="Timeout"):
        send(provider)
    assert asked["timeout"] == (texts.CONNECT_SECONDS, 0.05)


def test_without_a_gateway_texts_stay_in_a_file_only_its_owner_reads(tmp_path, settings, caplog):
    settings.DATA_DIR, settings.SMS_GATEWAY_URL = tmp_path, ""
    channel = text_channel()
    assert isinstance(channel, OutboxFile)

    with caplog.at_level("INFO"):
        channel.send_text("+51951000720", "tu codigo es 123456", idempotency_key="k1")
        channel.send_text("+51951000720", "tu codigo es 654321", idempotency_key="k2")

    file = tmp_path / "outbox.log"
    assert [line.split("\t")[1:3] for line in file.read_text().splitlines()] == [
        ["k1", "+51951000720"],
        ["k2", "+51951000720"],
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "123456" not in caplog.text
    assert "951000" not in caplog.text


def test_settings_choose_the_gateway(settings):
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = "https://mensajes.ejemplo", "t"

    channel = text_channel()

    assert isinstance(channel, HttpGateway)
    assert channel.address == "https://mensajes.ejemplo/messages"
