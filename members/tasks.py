"""Thin tasks of accounts: what they do is in members.actions."""

from uuid import UUID

from celery import shared_task
from django.core.management import call_command

from members.actions import signin, trash


@shared_task(name="members.send_login_code", acks_late=True)
def send_login_code(row_id: str) -> None:
    signin.send_code(row_id=UUID(row_id))


@shared_task(name="members.send_login_codes")
def send_login_codes() -> None:
    for row_id in signin.unsent_codes():
        signin.send_code(row_id=row_id)


@shared_task(name="members.purge_sign_in")
def purge_sign_in() -> None:
    signin.purge_codes()
    call_command("clearsessions")


@shared_task(name="members.purge_trash")
def purge_trash() -> None:
    trash.purge_trash()
