from celery import shared_task

from network.documents.actions import sweep_orphans


@shared_task(name="network.documents.sweep_orphans")
def sweep_orphans_task() -> None:
    sweep_orphans()
