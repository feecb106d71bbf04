"""Sessions of Django in PostgreSQL; the one read of every request is SQL that is written once."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from network.base.written import WrittenQuery

_data = WrittenQuery(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).values_list(
        "session_data"
    ),
    "key",
    datetime.min.replace(tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        for (data,) in _data(self.session_key, timezone.now()):
            return self.decode(data)
        self._session_key = None
        return {}
