"""Settings of the portal: one file, every value read from the environment through three helpers."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django.conf.locale
import pghistory
from csp.constants import NONE, SELF
from django.contrib.messages.constants import ERROR, INFO, SUCCESS, WARNING
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy


def env_text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Falta la variable de entorno {name}.")
    return value


def env_flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "si", "sí"}


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()

# --- What this installation is -----------------------------------------------------------------
DEBUG = env_flag("DEBUG", default=False)
HTTPS = env_flag("PORTAL_HTTPS", default=True)
DEMO = env_flag("PORTAL_DEMO", default=False)
BEHIND_PROXY = env_flag("BEHIND_PROXY", default=False)
SECRET_KEY = env_text("SECRET_KEY")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_NAME = "Red Nacional de Mujeres Mineras"
SITE_URL = env_text("SITE_URL", "").rstrip("/")  # for links written by commands and tasks
SECURITY_CONTACT = env_text("SECURITY_CONTACT", "")  # mailto: or https:, for security.txt

# AES keys of the sealed columns ("kid:base64,…", the first one seals) and the HMAC key of the
# blind indexes. network.base.crypto explains them.
DATA_KEYS = env_text("PORTAL_DATA_KEYS")
INDEX_KEY = env_text("PORTAL_INDEX_KEY")
# Ed25519 keys of credentials ("base64[,base64…]", the first one signs): network.base.signing.
ISSUER_KEY = env_text("PORTAL_ISSUER_KEY")

# --- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "network.base",
    "network.places",
    "network.partners",
    "network.documents",
    "network.channels",
    "members",
    "trainings",
    "network.reports",
    "network.home",
    "network.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
]

# History is read by the row it is of; `network.base.history` says what else it is asked by.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "network.base.middleware.ResponseHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.middleware.SessionLimitMiddleware",
    "members.middleware.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "network.base.middleware.HistoryContextMiddleware",
    "members.middleware.SecondFactorMiddleware",
    "members.middleware.ChosenPlaceMiddleware",
]

ROOT_URLCONF = "network.urls"
WSGI_APPLICATION = "network.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "network.base.context.portal",
            ],
            "builtins": ["network.base.templatetags.ui", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "network.base.forms.PortalFormRenderer"
# The tones of templates/ui/notice.html.
MESSAGE_TAGS = {INFO: "", SUCCESS: "ok", WARNING: "warn", ERROR: "warn"}


# --- PostgreSQL: it holds every fact ------------------------------------------------------------
def database(url: str, role: str = "") -> dict[str, Any]:
    """Django's settings for a postgresql:// URL; `role` is taken by SET ROLE at connection."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL debe empezar con postgresql://.")
    options = "-c statement_timeout=60000 -c lock_timeout=5000"
    return {
        "ENGINE": "network.base.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"options": f"{options} -c role={role}" if role else options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_OWNER_URL = env_text("DATABASE_OWNER_URL", "")
DATABASE_APP_ROLE = env_text("DATABASE_APP_ROLE", "")
DATABASES = {"default": database(env_text("DATABASE_URL"), DATABASE_APP_ROLE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis or Valkey: it only hurries -----------------------------------------------------------
REDIS_URL = env_text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_SOFT_TIME_LIMIT = 1440
CELERY_TIMEZONE = "America/Lima"
# A killed worker's task comes back after this, checked often; no task may run longer.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "jobs-sweep": {"task": "network.base.sweep_jobs", "schedule": 60},
    "imports-forget": {"task": "network.base.forget_imports", "schedule": 24 * 3600},
    "spool-purge": {"task": "network.base.purge_spool", "schedule": 3600},
    "login-codes-send": {"task": "members.send_login_codes", "schedule": 20},
    "documents-sweep": {"task": "network.documents.sweep_orphans", "schedule": 24 * 3600},
    "trash-purge": {"task": "members.purge_trash", "schedule": 24 * 3600},
    "sign-in-purge": {"task": "members.purge_sign_in", "schedule": 3600},
    "coverage-count": {"task": "trainings.count_coverage", "schedule": 60},
}

# --- People who sign in -------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
ACCESS_POLICY = "members.access.policy"
AUTHENTICATION_BACKENDS = ["members.backends.AccountBackend"]
SESSION_ENGINE = "network.base.sessionstore"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/ingresar/"
LOGIN_REDIRECT_URL = "/inicio/"
OWN_RECORD_URL = "/mi/"
SESSION_COOKIE_NAME = "__Host-sesion" if HTTPS else "sesion"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
PASSWORD_RESET_TIMEOUT = 3600
# At most so many login codes leave in a day, to all numbers: three times what is expected.
LOGIN_CODES_PER_DAY = int(env_text("LOGIN_CODES_PER_DAY", "600"))
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation went to the address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "members.forms.signin.EmailSignInForm",
    "reauthenticate": "members.forms.signin.ReauthenticateForm",
    "change_password": "members.forms.signin.PasswordChangeForm",
    "reset_password": "members.forms.signin.PasswordForgottenForm",
    "reset_password_from_key": "members.forms.signin.PasswordResetForm",
}
MFA_ADAPTER = "members.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "members.forms.signin.SecondStepForm",
    "reauthenticate": "members.forms.signin.SecondStepAgainForm",
    "activate_totp": "members.forms.signin.TotpForm",
    "add_webauthn": "members.forms.signin.PasskeyForm",
    "edit_webauthn": "members.forms.signin.PasskeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks of cheap phones drift
MFA_TOTP_ISSUER = "RNM-MAPE"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# The address of the asker is the connection's, or what the one proxy before us says.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# --- Headers ------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^salud/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Not "no-referrer": browsers then send "Origin: null" with a form, and Django refuses it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Language, time, numbers --------------------------------------------------------------------
LANGUAGE_CODE = "es-pe"
LANGUAGES = [("es-pe", "Castellano"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["network.base.formats"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "America/Lima"
django.conf.locale.LANG_INFO["es-pe"] = {
    "bidi": False,
    "code": "es-pe",
    "name": "Peruvian Spanish",
    "name_local": "Castellano",
}

FILTERS_EMPTY_CHOICE_LABEL = gettext_lazy("Cualquiera")

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
SPOOL_ROOT = DATA_DIR / "spool"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "spool": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": SPOOL_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "network.base.static.PortalStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_MAX_BYTES = 25 * 1024 * 1024

# --- Mail, API, logs ----------------------------------------------------------------------------
EMAIL_BACKEND = env_text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "portal@localhost")
SMS_GATEWAY_URL = env_text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env_text("SMS_GATEWAY_TOKEN", "")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["members.api_access.PolicyPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {"TITLE": SITE_NAME, "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "network.base.logs.DiscreetFormatter",
            "format": "{levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Without Django's own handlers: its mail to ADMINS would carry address, form and cookies.
        "django": {"level": "INFO", "handlers": []},
        "celery.beat": {"level": "WARNING"},
    },
}
