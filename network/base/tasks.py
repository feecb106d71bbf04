"""Thin tasks of the ground floor, and the modules whose jobs the worker must know."""

from celery import shared_task
from django.utils import timezone

from network.base import jobs
from network.base.exporting import background  # noqa: F401  # its jobs
from network.base.imports import background as import_background  # noqa: F401  # its jobs
from network.base.imports.undo import forget_old_values


@shared_task(name="network.base.run_job")
def run_job(pk: str) -> None:
    jobs.run(pk)


@shared_task(name="network.base.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep(timezone.now())


@shared_task(name="network.base.purge_spool")
def purge_spool() -> None:
    jobs.purge(timezone.now())


@shared_task(name="network.base.forget_imports")
def forget_imports() -> None:
    forget_old_values(timezone.now())
