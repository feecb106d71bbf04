"""The web server's log, without what would let a reader of it in."""

import re
from typing import Any

from gunicorn.glogging import Logger

# Addresses that are keys: a member's own page, invitations, reset of a password, import drafts.
KEY = re.compile(r"^(/mi/|/ingresar/invitacion/|/ingresar/clave/nueva/|/importar/)[\w-]{12,}")


class KeylessLogger(Logger):
    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["U"] = KEY.sub(r"\1…", atoms["U"] or "")
        return atoms
