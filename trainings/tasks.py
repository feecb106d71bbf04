"""Thin tasks of trainings: what they do is in trainings.actions."""

from celery import shared_task
from django.utils import timezone

from trainings.actions.coverage import refresh_coverage


@shared_task(name="trainings.count_coverage")
def count_coverage() -> None:
    refresh_coverage(day=timezone.localdate())
