"""Writing the access log: the only way to leave a trace of a look, a search, an export."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from network.base.models import AccessLogEntry

Action = AccessLogEntry.Action


def record_access(
    *,
    by: Any,
    action: str,
    subject: str,
    subject_id: UUID | str = "",
    field: str = "",
    filters: dict[str, Any] | None = None,
    row_count: int | None = None,
    purpose: str = "",
    channel: str = "web",
) -> AccessLogEntry:
    """Append one trace. `filters` holds names of filters and non-personal values only."""
    return AccessLogEntry.objects.create(
        user=by if by is not None and by.is_authenticated else None,
        action=action,
        subject=subject,
        subject_id=str(subject_id),
        field=field,
        filters=filters or {},
        row_count=row_count,
        purpose=purpose[:300],
        channel=channel,
    )


def record_erasures(*, subject: str, subject_ids: Iterable[UUID]) -> None:
    """What time and nobody's hand erased: one trace a row, under its id, which tells no name."""
    AccessLogEntry.objects.bulk_create(
        [
            AccessLogEntry(
                action=Action.ERASE, subject=subject, subject_id=str(pk), channel="system"
            )
            for pk in subject_ids
        ]
    )
