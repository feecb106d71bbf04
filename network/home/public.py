"""What the public may see of the figures: the counted beside the declared, small cells withheld."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from django.core.cache import cache
from redis.exceptions import RedisError

from network.base.figures import PublicCount, public_figures, suppress
from network.home.declared import DECLARED, Declared

KEPT_SECONDS = 600
Value = TypeVar("Value")


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
        counted = None
        if figure:
            counted = suppress({"all": _kept(figure.name, figure.count)})["all"]
        lines.append(Headline(declared, counted, str(figure.definition) if figure else ""))
    return lines


def counted_by_department(name: str) -> Mapping[str, PublicCount] | None:
    figure = public_figures().get(name)
    if figure is None or figure.by_department is None:
        return None
    return suppress(_kept(f"{name}:departments", figure.by_department))


def _kept(name: str, count: Callable[[], Value]) -> Value:
    """Count once in ten minutes, however many visit; without the cache, count again."""
    try:
        return cast(Value, cache.get_or_set(f"figure:{name}", count, KEPT_SECONDS))
    except RedisError:
        return count()
