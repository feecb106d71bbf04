"""Settings of `make check`: production's, with values that open nothing and reach no server."""

import os

KEY = "n7z0WlvmO2CEV3lBURyLH46/HCXyGdC/mXA/a29X/Fc="

os.environ |= {
    "DATABASE_URL": "postgresql://revision@127.0.0.1:1/revision",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "revision-" * 8,
    "PORTAL_DATA_KEYS": f"revision:{KEY}",
    "PORTAL_INDEX_KEY": KEY,
    "PORTAL_ISSUER_KEY": KEY,
    "PORTAL_HTTPS": "1",
    "PORTAL_DEMO": "0",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SMS_GATEWAY_URL": "https://mensajes.example",
    "SMS_GATEWAY_TOKEN": "revision",
}

from network.settings import *  # noqa: E402, F403 - read after the values above
