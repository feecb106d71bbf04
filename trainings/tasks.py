"""Thin tasks of trainings, and the modules whose jobs the worker must know."""

from celery import shared_task
from django.utils import timezone

from trainings import issuing  # noqa: F401  # its jobs
from trainings.actions.coverage import refresh_coverage


@shared_task(name="trainings.count_coverage")
def count_coverage() -> None:
    refresh_coverage(day=timezone.localdate())
