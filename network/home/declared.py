"""Figures the programme declares: round, dated, never mixed with what the portal counts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PROGRAMME = _("Solidaridad, programa RECLAIM Sustainability!, 2021 a 2025")


@dataclass(frozen=True)
class Declared:
    """`counted_by` names the figure of the portal that counts the same thing, if there is one."""

    label: Any
    value: Any
    note: Any
    counted_by: str
    year: str = "2025"


DECLARED = (
    Declared(
        label=_("mujeres en la red"),
        value=_("más de 400"),
        note=_("Pallaqueras y mineras del oro artesanal y de pequeña escala."),
        counted_by="women",
    ),
    Declared(
        label=_("organizaciones"),
        value="25",
        note=_("9 de ellas forman la red de Madre de Dios."),
        counted_by="organisations",
    ),
    Declared(
        label=_("mujeres completaron una capacitación"),
        value=_("más de 200"),
        note=_("Liderazgo o seguridad."),
        counted_by="women_trained",
    ),
    Declared(
        label=_("proyectos de ley recogen algo de lo que pedimos"),
        value=_("al menos 3"),
        note=_("Ninguno es ley todavía."),
        counted_by="bills_reflecting",
    ),
)
