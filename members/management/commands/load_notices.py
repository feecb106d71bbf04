from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.actions.consents import load_notices
from network.base.errors import Refused


class Command(BaseCommand):
    help = "Agrega los avisos de privacidad que trae el portal. Repetirlo no cambia nada."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = load_notices()
        except Refused as error:
            raise CommandError(error.message) from error
        for notice in added:
            self.stdout.write(f"Aviso de privacidad agregado: {notice}.")
