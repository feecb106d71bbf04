import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from network.base.crypto import current_key_id
from network.base.grants import as_owner
from network.base.keyring import Rotated, ensure_keys, key_problems, reindex, reseal


class Command(BaseCommand):
    help = "Cifra todo de nuevo con la primera clave de DATA_KEYS. Se puede cortar y repetir."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--reindex",
            action="store_true",
            help="Calcula los índices con la INDEX_KEY nueva; antes, detén el portal.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            rotated = self._rotate(options["reindex"])
        self.stdout.write(_as_json(rotated) if options["json"] else _in_words(rotated))
        if broken := [f"{d.column.table} {row}" for d in rotated for row in d.broken]:
            raise CommandError(_("No se pueden abrir %d datos: ") % len(broken) + ", ".join(broken))

    def _rotate(self, with_index: bool) -> list[Rotated]:
        if problems := key_problems(with_index=not with_index):
            raise CommandError(" ".join(problems))
        reindexed = reindex() if with_index else []
        if any(done.broken for done in reindexed):
            return reindexed
        ensure_keys()
        return reindexed + reseal()


def _as_json(rotated: list[Rotated]) -> str:
    columns = [
        {
            "table": done.column.table,
            "column": done.column.name,
            "changed": done.changed,
            "broken": len(done.broken),
        }
        for done in rotated
    ]
    changed = sum(done.changed for done in rotated)
    return json.dumps({"key": current_key_id(), "changed": changed, "columns": columns})


def _in_words(rotated: list[Rotated]) -> str:
    lines = [f"{done.column.table}.{done.column.name}: {done.changed}" for done in rotated]
    return "\n".join([*lines, _("Todo está bajo la clave «%s».") % current_key_id()])
