"""Settings of the tests: what is slow or leaves the process is replaced, nothing else."""

from network.settings import *  # noqa: F403 - this file only overrides

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = True
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# Nothing was collected: WhiteNoise looks where the files are written.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
