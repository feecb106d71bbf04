"""What the public may see of the figures: the counted beside the declared, small cells withheld."""

from collections.abc import Mapping
from dataclasses import dataclass

from network.base.figures import PublicCount, public_figures, suppress
from network.home.declared import DECLARED, Declared


@dataclass(frozen=True)
class Headline:
    """A line of the landing. `counted` is None while no app counts it."""

    declared: Declared
    counted: PublicCount | None
    definition: str


def headline() -> list[Headline]:
    figures = public_figures()
    lines = []
    for declared in DECLARED:
        figure = figures.get(declared.counted_by)
        counted = suppress({"all": figure.count()})["all"] if figure else None
        lines.append(Headline(declared, counted, str(figure.definition) if figure else ""))
    return lines


def counted_by_department(name: str) -> Mapping[str, PublicCount] | None:
    figure = public_figures().get(name)
    if figure is None or figure.by_department is None:
        return None
    return suppress(figure.by_department())
