import hashlib
from pathlib import Path
from typing import Any

from django.apps import apps
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
        self._load_lists()
        self._collect_static()
        if settings.DEMO:
            call_command("demo", stdout=self.stdout)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
            return
        with as_owner():
            grant_to_application()

    def _load_lists(self) -> None:
        """Every command `load_…`: what an app needs in its tables; repeating it changes nothing."""
        apps_in_order = [config.name for config in apps.get_app_configs()]
        loaders = {name: app for name, app in get_commands().items() if name.startswith("load_")}
        for name in sorted(loaders, key=lambda name: apps_in_order.index(loaders[name])):
            call_command(name, verbosity=0)

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
