"""Carries a text message to a phone. One protocol; the gateway's address comes from settings."""

import logging
import os
from pathlib import Path
from typing import Protocol

import requests
from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS = 3, 10
ATTEMPTS = 3


class TextFailed(Exception):  # noqa: N818
    """The message did not leave, or nobody knows whether it did. Names no number and no text."""


class TextChannel(Protocol):
    def send_text(self, number: str, text: str, *, idempotency_key: str) -> None:
        """Send `text` to `number` (E.164). The same key again is the same message."""


class OutboxFile:
    """For development and the demonstration: messages are kept in a file only its owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send_text(self, number: str, text: str, *, idempotency_key: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write(f"{timezone.now().isoformat()}\t{idempotency_key}\t{number}\t{text}\n")
        logger.info("A text for •••%s is in %s", number[-3:], self.path)


class HttpGateway:
    """POST {base}/messages with a bearer token, as the common gateways take it.

    A lost answer is asked for again under the same key, which the gateway must honour: it answers
    as it did the first time and sends once.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self.address = f"{base_url.rstrip('/')}/messages"
        self.token = token

    def send_text(self, number: str, text: str, *, idempotency_key: str) -> None:
        reason = ""
        for _attempt in range(ATTEMPTS):
            try:
                answer = self._post(number, text, idempotency_key)
            except (requests.ConnectionError, requests.Timeout) as error:
                reason = type(error).__name__
                continue
            if 200 <= answer.status_code < 300:
                return
            reason = f"HTTP {answer.status_code}"
            if answer.status_code != 429 and answer.status_code < 500:
                break
        raise TextFailed(reason)

    def _post(self, number: str, text: str, idempotency_key: str) -> requests.Response:
        return requests.post(
            self.address,
            json={"to": number, "text": text},
            headers={
                "Authorization": f"Bearer {self.token}",
                "Idempotency-Key": idempotency_key,
            },
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )


def text_channel() -> TextChannel:
    if settings.SMS_GATEWAY_URL:
        return HttpGateway(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN)
    return OutboxFile(Path(settings.DATA_DIR) / "outbox.log")
