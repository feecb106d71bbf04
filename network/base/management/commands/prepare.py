import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from network.base.grants import application_privilege, as_owner, grant_to_application
from network.base.keyring import KeysRefused, ensure_keys

# django-htmx brings modules that import what is not a file; the portal serves its own htmx. The
# pages of the REST framework are switched off.
UNUSED_STATIC = ["django_htmx", "rest_framework"]


class Command(BaseCommand):
    help = "Deja la base de datos y los archivos estáticos como este código los necesita."
    # The web process checks the same code a second later; people wait for the first page.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self._migrate()
        if privilege := application_privilege():
            raise CommandError(
                f"La aplicación no puede conectarse como «{connection.settings_dict['USER']}»,"
                f" que es {privilege}: define DATABASE_OWNER_URL o DATABASE_APP_ROLE."
            )
        try:
            ensure_keys()
        except KeysRefused as error:
            raise CommandError(str(error)) from error
        self._call("load_places")
        self._call("load_notices")
        self._collect_static()
        if settings.DEMO:
            self._call("demo")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
            return
        with as_owner():
            grant_to_application()

    def _call(self, command: str) -> None:
        if command in get_commands():
            call_command(command, stdout=self.stdout)

    def _collect_static(self) -> None:
        mark = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _static_fingerprint()
        if not mark.exists() or mark.read_text() != fingerprint:
            call_command(
                "collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC
            )
            mark.write_text(fingerprint)


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
