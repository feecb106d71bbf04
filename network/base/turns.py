"""Whose turn it is: what the network has to do next, gathered from all apps for one person.

`<app>/turns.py` holds TURNS: functions of (user, today) that yield `Turn`s in her reach.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from network.base.contracts import app_modules


@dataclass(frozen=True)
class Turn:
    """One thing to do: a link with a verb, one line of why, and by when if there is a day."""

    act: str
    why: str
    url: str
    due_on: date | None = None
    due_words: str = ""

    def days_left(self, today: date) -> int | None:
        return None if self.due_on is None else (self.due_on - today).days


def turns_of(user: Any, today: date) -> list[Turn]:
    """By day, what has none last."""
    declared = (f for module in app_modules("turns") for f in getattr(module, "TURNS", ()))
    found = [turn for declare in declared for turn in declare(user, today)]
    return sorted(found, key=lambda turn: (turn.due_on or date.max, turn.act))
