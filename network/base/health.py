"""The health page, for machines: is everything there that a request needs. Nothing secret on it."""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg2
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.base.access import public

ANSWER_SECONDS = 2
LEAST_FREE_MB = 200

# The age of the oldest message that waits to be sent; network.reminders puts its own here.
outbox_age: Callable[[], timedelta | None] = lambda: None  # noqa: E731


@require_safe
@public
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well and 503 when not, within a few seconds even if a server hangs."""
    database, broker, free = is_database_there(), is_broker_there(), free_disk_mb()
    is_well = database and broker and free >= LEAST_FREE_MB
    age = outbox_age() if database else None
    answer = {
        "status": "ok" if is_well else "fail",
        "database": "ok" if database else "fail",
        "broker": "ok" if broker else "fail",
        "outbox_age_seconds": None if age is None else round(age.total_seconds()),
        "disk_free_mb": free,
    }
    return JsonResponse(answer, status=200 if is_well else 503)


def is_database_there() -> bool:
    """Ask on a connection of its own: the request's may wait for a minute on a hung server."""
    parameters = connection.get_connection_params() | {
        "connect_timeout": ANSWER_SECONDS,
        "options": f"-c statement_timeout={ANSWER_SECONDS}s",
    }
    try:
        with closing(psycopg2.connect(**parameters)) as own, own.cursor() as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.Error:
        return False
    return True


def is_broker_there() -> bool:
    limits = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **limits) as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False


def free_disk_mb() -> int:
    folder = Path(settings.DATA_DIR)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 2**20
