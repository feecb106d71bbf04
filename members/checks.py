"""What must not go into production: `manage.py check --deploy` refuses it."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from network.base.grants import application_privilege

CONSOLE = "django.core.mail.backends.console.EmailBackend"


@register(Tags.security, deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_open_doors(), *_weak_keys(), *_missing_channels()]


@register(Tags.database, deploy=True)
def check_database_role(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Only with `--database default`, which may connect."""
    if not databases or not (privilege := application_privilege()):
        return []
    return [Error(f"La aplicación entra a PostgreSQL como {privilege}.", id="portal.E006")]


def _open_doors() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield Error(
            "PORTAL_DEMO está puesto: las cuentas y el código de demostración son públicos.",
            id="portal.E001",
        )
    if settings.DEBUG:
        yield Error("DEBUG está puesto: los errores muestran datos.", id="portal.E002")
    if not settings.HTTPS:
        yield Error("PORTAL_HTTPS está apagado: las claves viajan en claro.", id="portal.E003")


def _weak_keys() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5:
        yield Error("SECRET_KEY es corta: 50 caracteres al azar o más.", id="portal.E004")
    entries = settings.DATA_KEYS.split(",")
    keys = [entry.strip().partition(":")[2] for entry in entries] + [settings.INDEX_KEY]
    keys += settings.ISSUER_KEY.split(",")
    if any(_is_typed(key) for key in keys):
        yield Error(
            "PORTAL_DATA_KEYS, PORTAL_INDEX_KEY o PORTAL_ISSUER_KEY no salieron del azar: usa"
            " `manage.py new_keys`.",
            id="portal.E005",
        )


def _missing_channels() -> Iterator[CheckMessage]:
    if not settings.SMS_GATEWAY_URL:
        yield Warning(
            "Sin SMS_GATEWAY_URL los códigos de las socias quedan en outbox.log.", id="portal.W001"
        )
    if settings.EMAIL_BACKEND == CONSOLE:
        yield Warning("Sin EMAIL_BACKEND las invitaciones no salen.", id="portal.W002")


def _is_typed(key: str) -> bool:
    """32 random bytes are never all letters and signs of a keyboard."""
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        return True
    return len(raw) != 32 or all(32 <= byte < 127 for byte in raw)
