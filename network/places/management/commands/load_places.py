from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.places.actions import load_places
from network.places.sources import BUNDLED, read_list


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("La fecha se escribe 2026-11-28.")) from error


class Command(BaseCommand):
    help = "Carga o actualiza regiones, provincias y distritos. Repetirlo no cambia nada."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=BUNDLED, help="CSV: scheme,code,name.")
        parser.add_argument(
            "--on", type=day, default=None, help="Día desde el que rige la lista; hoy si falta."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        try:
            loaded = load_places(places=read_list(options["file"]), on=on)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("No se pudo leer el archivo: %s") % error) from error
        if options["verbosity"]:
            self.stdout.write(
                _("Lugares nuevos: %(added)d. Cambiados: %(changed)d. Terminados: %(ended)d.")
                % {"added": loaded.added, "changed": loaded.changed, "ended": loaded.ended}
            )
            if loaded.unmatched_reniec:
                codes = ", ".join(loaded.unmatched_reniec)
                self.stdout.write(_("Códigos de RENIEC sin distrito: %s.") % codes)
