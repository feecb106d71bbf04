"""Codes that do not exist, counted in PostgreSQL so that nobody finds certificates by trying.

Whoever asks for too many is made to wait, for codes that exist too: else the wait would tell them
apart. When everybody together asks for too many, one miss is enough to wait; an address without
misses of its own, such as a telephone that reads a QR, is answered always.
"""

import ipaddress
from datetime import datetime, timedelta

from django.db import connection, transaction

from network.base.crypto import blind_index
from trainings.models import CodeMiss

WINDOW = timedelta(minutes=10)
MOST_OF_ONE = 30
MOST_OF_ALL = 300
KEPT = timedelta(days=1)


def asker_of(address: str) -> bytes:
    """A keyed digest of who asks: of an IPv6 address its network, which is one customer's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return blind_index("", kind="certificate-check")
    if found.version == 6:
        found = ipaddress.ip_network(f"{found}/64", strict=False).network_address
    return blind_index(str(found), kind="certificate-check")


def waits_until(asker: bytes, now: datetime) -> datetime | None:
    """When this asker is answered again; None when that is now."""
    recent = CodeMiss.objects.filter(at__gt=now - WINDOW)
    own = list(
        recent.filter(asker=asker).order_by("-at").values_list("at", flat=True)[:MOST_OF_ONE]
    )
    if not own:
        return None
    if len(own) == MOST_OF_ONE:
        return own[-1] + WINDOW
    is_crowded = recent.values("pk")[:MOST_OF_ALL].count() == MOST_OF_ALL
    return own[0] + WINDOW if is_crowded else None


@transaction.atomic
def count_miss(*, asker: bytes, now: datetime) -> None:
    """One more of this asker, whose misses are written one after the other."""
    with connection.cursor() as cursor:
        key = int.from_bytes(asker[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    CodeMiss.objects.create(asker=asker, at=now)
    CodeMiss.objects.filter(at__lt=now - KEPT).delete()
