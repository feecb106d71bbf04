"""`manage.py populate --people N --seed S`: synthetic data of any size."""

import json
import time
from argparse import ArgumentParser
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from network.base.contracts import app_modules
from network.base.errors import Refused
from network.base.grants import refresh_statistics


class Command(BaseCommand):
    help = "Llena una base de prueba con personas inventadas, siempre las mismas para una semilla."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--only", action="append", help="solo estas partes: members, trainings; varias veces"
        )
        parser.add_argument("--json", action="store_true")

    def handle(
        self,
        *args: Any,
        people: int,
        seed: int,
        only: list[str] | None,
        json: bool,
        **options: Any,
    ) -> None:
        started = time.monotonic()
        try:
            with transaction.atomic(), pghistory.context(command="populate", seed=seed):
                counts: dict[str, float] = {}
                for module in app_modules("populate"):
                    if only and module.__name__.split(".")[0] not in only:
                        continue
                    counts |= module.populate(people=people, seed=seed)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        refresh_statistics()
        self.report(counts | {"seconds": round(time.monotonic() - started, 1)}, as_json=json)

    def report(self, counts: dict[str, float], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(counts))
        else:
            words = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
            self.stdout.write(f"Cargado. {words}")
