"""Settings of a portal whose pages fail, quoting all that they must not."""

from network.settings_test import *  # noqa: F403

ROOT_URLCONF = "tests.serve.raising_pages"
ADMINS = [("Nadie", "nadie@ejemplo.pe")]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = False

TOKEN = "TP236MVAUJRAIMTLK2GDrlbqqkxmat33-x0Zq3bLmn4"
PHONES = ("+51951000720", "951 000 721", "951000722")
SECRETS = (TOKEN, *PHONES, "40881412", "135790", "rosa@correo.pe")
TOLD = f"{' '.join(SECRETS)}\nDETAIL:  Key (given_names)=(Hermelinda) already exists."
