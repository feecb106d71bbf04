import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from members.actions.trash import purge_trash


class Command(BaseCommand):
    help = "Borra para siempre los datos de quienes llevan más de 30 días en la papelera."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_trash()
        if options["json"]:
            self.stdout.write(json.dumps({"erased": count}))
            return
        sentence = ngettext(
            "Se borraron para siempre los datos de %d persona.",
            "Se borraron para siempre los datos de %d personas.",
            count,
        )
        self.stdout.write(sentence % count)
