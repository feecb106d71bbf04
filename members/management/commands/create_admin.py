"""manage.py create_admin EMAIL: the first administrator, by a link to set her password."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from members.actions import accounts
from members.models import Role
from network.base.errors import Refused


class Command(BaseCommand):
    help = "Crea una cuenta de administradora y escribe el enlace para poner su clave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="su nombre; sin él, su correo")
        parser.add_argument("--json", action="store_true", help="responde en JSON")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email: str = options["email"].strip().lower()
        try:
            validate_email(email)
            user, token = accounts.invite(
                name=options["name"] or email.partition("@")[0],
                email=email,
                by=None,
                role=Role.ADMINISTRATOR,
            )
        except ValidationError:
            raise CommandError(f"«{email}» no es un correo.") from None
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        link = settings.SITE_URL + reverse("invitation", args=[token])
        if options["json"]:
            self.stdout.write(
                json.dumps({"email": user.email, "role": "administrator", "link": link})
            )
            return
        where = link if settings.SITE_URL else f"{link} en la dirección del portal"
        self.stdout.write(
            f"Cuenta de administradora creada para {user.email}. Para poner su clave, una vez y"
            f" antes de 72 horas: {where}"
        )
