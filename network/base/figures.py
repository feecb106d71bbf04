"""Figures an app counts, and how few people may be shown in public.

`<app>/figures.py` holds FIGURES. What leaves the network never shows a number under five, nor
one that can be worked out by subtracting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from network.base.contracts import declared

FEWEST = 5


@dataclass(frozen=True)
class Figure:
    """A number the portal counts itself. `definition` says what is in it and what is not.

    `by_department` answers with the count for each INEI department code (two digits). The list
    named by `list_url_name`, filtered by `list_query`, holds exactly the rows it counts.
    """

    name: str
    title: Any
    definition: Any
    count: Callable[..., int]  # of an account: what is in her reach; of nobody: the whole network
    by_department: Callable[[], Mapping[str, int]] | None = None
    is_public: bool = False
    list_url_name: str = ""
    list_query: str = ""
    list_permission: str = ""


def public_figures() -> dict[str, Figure]:
    return {name: f for name, f in declared("figures").items() if f.is_public}


@dataclass(frozen=True)
class PublicCount:
    """A count as the public may see it; `value` is None when it is withheld."""

    value: int | None
    is_few: bool = False


def suppress(counts: Mapping[str, int]) -> dict[str, PublicCount]:
    """Withhold cells of one to four; when only one is withheld, the next smallest goes too."""
    few = {key for key, count in counts.items() if 0 < count < FEWEST}
    also: set[str] = set()
    rest = sorted((count, key) for key, count in counts.items() if count >= FEWEST)
    if len(few) == 1 and rest:
        also = {rest[0][1]}
    return {
        key: PublicCount(None if key in few | also else count, is_few=key in few)
        for key, count in counts.items()
    }
