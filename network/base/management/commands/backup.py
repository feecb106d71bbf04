import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from network.base.backup import back_up
from network.base.errors import Refused


class Command(BaseCommand):
    help = "Guarda en una carpeta nueva de DIR la base de datos y los archivos. Las claves, no."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup = back_up(options["folder"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as error:
            raise CommandError(f"No se pudo escribir en {options['folder']}: {error}") from error
        text = f"Respaldo listo: {backup}. Guarda aparte las claves de PORTAL_DATA_KEYS."
        self.stdout.write(json.dumps({"backup": str(backup)}) if options["json"] else text)
