"""manage.py document_access: docs/access.md, the policy of members/access.py as a table."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from members.access import GRANTS, STAFF_ROLES, Permission
from members.models import Role

PATH = Path(settings.BASE_DIR) / "docs" / "access.md"
HEAD = """# Quién puede qué

Generado de `members/access.py` por `manage.py document_access`. Un permiso se tiene por un rol
vigente hoy, y alcanza hasta donde llega el ámbito de ese rol: toda la red, una red regional, una
organización o la propia ficha. Fuera del ámbito la respuesta es 404; dentro, sin permiso, 403.

"""


def access_in_words() -> str:
    with translation.override("es-pe"):
        roles = [Role(role) for role in GRANTS]
        lines = [
            "| permiso | " + " | ".join(str(role.label) for role in roles) + " |",
            "| --- |" + " :-: |" * len(roles),
        ]
        for permission in Permission:
            marks = ("●" if permission in GRANTS[role] else "" for role in roles)
            lines.append(f"| {permission.label} | " + " | ".join(marks) + " |")
        staff = ", ".join(str(role.label) for role in roles if role in STAFF_ROLES)
    return (
        HEAD
        + "\n".join(lines)
        + f"\n\nEntran con correo, clave y segundo paso: {staff}. Las socias entran con un código"
        " en su celular, y esa sesión solo abre su propia ficha, tengan además el rol que tengan.\n"
    )


class Command(BaseCommand):
    help = "Escribe docs/access.md, la política de permisos como tabla."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="solo dice si está al día")

    def handle(self, *args: Any, **options: Any) -> None:
        text = access_in_words()
        if options["check"]:
            if not PATH.exists() or PATH.read_text() != text:
                raise SystemExit("docs/access.md no está al día: manage.py document_access")
            return
        PATH.write_text(text)
        self.stdout.write(f"{PATH.name} escrito.")
