"""A file on its way in: kept sealed in the spool until it is imported, left, or a day old.

No table knows of it. Its token is in the address of its pages and cannot be guessed; still, only
the account that brought it finds it.
"""

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from network.base.crypto import seal_file, unseal_file
from network.base.imports.engine import Request, file_digest
from network.base.imports.mapping import Plan

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Draft:
    """The file, how it is read, what she corrected and decided, and the last look at it."""

    token: str
    owner_id: str
    file_name: str
    sha256: str
    row_count: int
    plans: tuple[Plan, ...]
    unread_sheets: tuple[str, ...] = ()
    corrections: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    preview: dict[str, Any] | None = None
    job_id: str = ""

    @property
    def request(self) -> Request:
        return Request(self.file_name, self.sha256, self.plans, self.corrections, self.decisions)

    def content(self) -> bytes:
        return _read(self.token, "file")

    def waiting_file(self) -> bytes:
        """The rows that were not imported, as a workbook."""
        return _read(self.token, "waiting")

    def keep_waiting_file(self, content: bytes) -> None:
        _write(self.token, "waiting", content)


def new_draft(
    *,
    content: bytes,
    file_name: str,
    row_count: int,
    plans: Iterable[Plan],
    unread_sheets: Iterable[str],
    by: Any,
) -> Draft:
    token = secrets.token_urlsafe(24)
    draft = Draft(
        token,
        str(by.pk),
        file_name,
        file_digest(content),
        row_count,
        tuple(plans),
        tuple(unread_sheets),
    )
    _write(token, "file", content)
    save_draft(draft)
    return draft


def save_draft(draft: Draft) -> None:
    kept = {**vars(draft), "plans": [plan.as_json() for plan in draft.plans]}
    _write(draft.token, "draft", json.dumps(kept).encode())


def find_draft(token: str, *, owner_id: Any) -> Draft | None:
    """Her draft; None when there is none, or it is someone else's."""
    if not TOKEN.fullmatch(token) or not storages["spool"].exists(_name(token, "draft")):
        return None
    kept = json.loads(_read(token, "draft"))
    if kept["owner_id"] != str(owner_id):
        return None
    kept["plans"] = tuple(map(Plan.from_json, kept["plans"]))
    kept["unread_sheets"] = tuple(kept["unread_sheets"])
    return Draft(**kept)


def changed(draft: Draft, **values: Any) -> Draft:
    """The draft with other values, kept. What was seen of it before no longer holds."""
    draft = replace(draft, **{"preview": None, **values})
    save_draft(draft)
    return draft


def delete_draft(draft: Draft) -> None:
    for part in ("file", "draft", "waiting"):
        storages["spool"].delete(_name(draft.token, part))


def _name(token: str, part: str) -> str:
    return f"imports/{token}.{part}"


def _write(token: str, part: str, content: bytes) -> None:
    spool, name = storages["spool"], _name(token, part)
    spool.delete(name)
    spool.save(name, ContentFile(seal_file(content, name=name)))


def _read(token: str, part: str) -> bytes:
    name = _name(token, part)
    with storages["spool"].open(name) as file:
        return unseal_file(file.read(), name=name)
