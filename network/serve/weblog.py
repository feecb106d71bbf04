"""The web server's log, without what would let a reader of it in."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from network.base.logs import KEYS_IN_ADDRESSES, DiscreetFormatter


class KeylessLogger(Logger):
    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["U"] = KEYS_IN_ADDRESSES.sub(r"\1…", atoms["U"] or "")
        return atoms

    def _set_handler(
        self, log: logging.Logger, output: Any, fmt: logging.Formatter, stream: Any = None
    ) -> None:
        """An error half-way through an answer is told here, with its whole address."""
        super()._set_handler(log, output, DiscreetFormatter(fmt._fmt, fmt.datefmt), stream)
