from typing import Any

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string

from network.base.crypto import new_key


class Command(BaseCommand):
    help = "Imprime claves nuevas para el entorno. Guárdalas fuera del servidor y de sus copias."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"PORTAL_DATA_KEYS={get_random_string(8)}:{new_key()}")
        self.stdout.write(f"PORTAL_INDEX_KEY={new_key()}")
        self.stdout.write(f"PORTAL_ISSUER_KEY={new_key()}")
