"""`manage.py demo`: the demonstration network and its accounts. Repeats change nothing."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from network.base.contracts import app_modules
from network.base.errors import Refused
from network.base.grants import refresh_statistics


class Command(BaseCommand):
    help = "Carga la red de demostración y escribe sus cuentas en DATA_DIR/demo-accounts.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Solo con PORTAL_DEMO=1 se carga la demostración.")
        accounts: list[dict[str, Any]] = []
        try:
            with transaction.atomic(), pghistory.context(command="demo"):
                for module in app_modules("demo"):
                    accounts += [
                        {key: value for key, value in asdict(account).items() if value}
                        for account in module.load(timezone.localdate())
                    ]
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        refresh_statistics()
        text = json.dumps(accounts, ensure_ascii=False, indent=1)
        path = settings.DATA_DIR / "demo-accounts.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self.stdout.write(
            text if options["json"] else f"Red de demostración lista: {len(accounts)} cuentas."
        )
