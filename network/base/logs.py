"""What a line of log may say: never a key, a code, a phone, a document or an address of e-mail.

Every process writes through `DiscreetFormatter`: pages, tasks, commands and the web server. It
takes out of messages and tracebacks whatever looks like one of them, because what raises an error
may quote any text that reached it.
"""

import copy
import logging
import re
from types import TracebackType

CUT = "…"
# Addresses that are keys: a member's own page, invitations, reset of a password, import drafts.
KEYS_IN_ADDRESSES = re.compile(
    r"(/mi/|/ingresar/invitacion/|/ingresar/clave/nueva/|/importar/)[\w-]{12,}"
)
REVEALING = (
    (KEYS_IN_ADDRESSES, r"\1" + CUT),
    # What follows an address: a search holds names and documents.
    (re.compile(r"(?<=[\w/])\?[\w%.-]+=[^\s'\"]*"), f"?{CUT}"),
    # PostgreSQL quotes the row that broke a rule.
    (re.compile(r"(DETAIL|CONTEXT|STATEMENT): .*"), rf"\1: {CUT}"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), f"{CUT}@{CUT}"),
    # Tokens: letters of both cases and figures, too long for a word.
    (re.compile(r"(?<![\w/.-])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{22,}(?![\w.])"), CUT),
    # A phone as people write it; codes, documents and phones without a space.
    (re.compile(r"(?<![\w-])(\+?51[ -]?)?9\d{2}[ -]\d{3}[ -]?\d{3}(?![\w-])"), CUT),
    (re.compile(r"(?<![\w-])\+?\d{6,15}(?![\w-])"), CUT),
)


def discreet(text: str) -> str:
    for pattern, instead in REVEALING:
        text = pattern.sub(instead, text)
    return text


class DiscreetFormatter(logging.Formatter):
    """Writes message and traceback without what would let a reader in, or tell who it was about."""

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        told.msg, told.args = discreet(record.getMessage()), ()
        told.exc_text = None
        return super().format(told)

    def formatException(  # noqa: N802  # the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return discreet(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return discreet(super().formatStack(stack_info))
