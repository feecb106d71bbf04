"""The Celery application. Tasks only hurry what a row in PostgreSQL already says must happen."""

import os
import signal

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from network.serve.process import follow_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "network.settings")

app = Celery("network")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_portal_does(**_sent: object) -> None:
    """A receiver keeps Celery from writing in its own format: errors may quote personal data."""


@worker_process_init.connect
def die_with_worker(**_sent: object) -> None:
    """A task under way must not go on beside its second delivery when its worker was killed."""
    follow_parent(signal.SIGKILL)
