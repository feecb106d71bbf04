"""Institutions and programmes of the demonstration: they exist; what is said of them is invented.

Programme codes and budget lines are made up; the names of donors and programmes are those that the
partner NGO publishes.
"""

from datetime import date
from uuid import UUID, uuid5

from network.partners.models import Institution, Programme

NAMESPACE = UUID("5d0e7c31-2f0a-4c6e-9a43-7c2c52b2a6f1")
INSTITUTIONS = (
    ("solidaridad", "Solidaridad", "", Institution.Kind.NGO),
    ("ue", "Unión Europea", "UE", Institution.Kind.FUNDER),
    ("mfa", "Ministerio de Relaciones Exteriores de los Países Bajos", "MFA",
     Institution.Kind.FUNDER),
    ("minem", "Ministerio de Energía y Minas", "MINEM", Institution.Kind.MINISTRY),
    ("cincia", "Centro de Innovación Científica Amazónica", "CINCIA", Institution.Kind.UNIVERSITY),
)  # fmt: skip
PROGRAMMES = (
    ("generaciones", "Generaciones", "DEMO-GEN", "ue", date(2023, 1, 1), date(2027, 12, 31)),
    ("reclaim", "RECLAIM Sustainability!", "DEMO-RS", "mfa", date(2021, 1, 1), date(2026, 12, 31)),
)


def identity(*parts: str) -> UUID:
    return uuid5(NAMESPACE, ":".join(parts))


def load(today: date) -> list[object]:
    """Write those that are missing, by name; a second call writes nothing. No accounts."""
    for code, name, short_name, kind in INSTITUTIONS:
        Institution.objects.get_or_create(
            name=name,
            defaults={
                "pk": identity("institution", code),
                "short_name": short_name,
                "kind": kind,
                "is_demo": True,
            },
        )
    donors = {code: Institution.objects.get(name=name) for code, name, *_rest in INSTITUTIONS}
    for key, name, code, donor, starts_on, ends_on in PROGRAMMES:
        Programme.objects.get_or_create(
            code=code,
            defaults={
                "pk": identity("programme", key),
                "name": name,
                "donor": donors[donor],
                "starts_on": starts_on,
                "ends_on": ends_on,
                "is_demo": True,
            },
        )
    return []
