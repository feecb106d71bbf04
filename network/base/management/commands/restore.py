import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from network.base.backup import restore
from network.base.errors import Refused


class Command(BaseCommand):
    help = "Pone la base de datos y los archivos de un respaldo, y los prepara para este código."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", metavar="DIR", type=Path)
        parser.add_argument("--replace", action="store_true", help="Borra lo que hay ahora.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["backup"], replace=options["replace"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        call_command("prepare", stdout=self.stderr)
        text = f"Recuperado: {options['backup']}."
        self.stdout.write(
            json.dumps({"restored": str(options["backup"])}) if options["json"] else text
        )
