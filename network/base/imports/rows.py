"""What the engine and an app's `write` tell each other about one row of a workbook."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    NEW = "new", _("Nueva")
    CHANGED = "changed", _("Cambia")
    UNCHANGED = "unchanged", _("Sin cambios")
    PARKED = "parked", _("Espera")
    REFUSED = "refused", _("Error")


WAITING = frozenset({Outcome.PARKED, Outcome.REFUSED})

# Written in a cell, empties what is on record. A blank cell never does.
ERASE_WORD = "#BORRAR"


class Erase:
    """The value of a cell that says #BORRAR."""


ERASE = Erase()

# What a person decides about a parked row; otherwise the id of the record it is.
SOMEONE_ELSE = "new"


class Problem(NamedTuple):
    """What is wrong with one cell, and what to do. `column` may be "" for the whole row."""

    column: str
    value: str
    message: str


class Change(NamedTuple):
    """One value before and after, in words."""

    column: str
    before: str
    after: str


class Candidate(NamedTuple):
    """A record that the row may be. Without an id it is out of her reach, and is not told."""

    id: str
    text: str
    why: str


class Question(NamedTuple):
    """What is asked once for all the rows of a file that hang on it: which course a text means.

    `key` begins with the list it is about, so that two lists of one workbook do not answer for each
    other. `likely` come first, `others` may be chosen too; `about` says what is asked.
    """

    key: str
    about: str
    text: str
    likely: tuple[Candidate, ...]
    others: tuple[Candidate, ...] = ()
    none_of_them: str = ""  # the words of an answer that no record is it; without, there is none


def question_key(kind: str, about: str, *said: str) -> str:
    digest = hashlib.sha256("\0".join(said).encode()).hexdigest()[:24]
    return f"{kind}:{about}:{digest}"


@dataclass(slots=True, eq=False)
class Row:
    """One row of a sheet: its texts by column, what they mean, and what became of it."""

    sheet: int
    number: int
    cells: list[str]  # as in the workbook, those that are not imported too
    texts: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # what corrected cells said at first
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)  # whose answers it hangs on
    outcome: Outcome | None = None
    prepared: Any = None  # by the app, before its `write`

    def refuse(self, column: str, message: str) -> None:
        self.problems.append(Problem(column, self.texts.get(column, ""), message))
        self.outcome = Outcome.REFUSED

    def park(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = list(candidates)
        self.outcome = Outcome.PARKED

    def ask(self, question: Question) -> None:
        """It waits for an answer that others may wait for too."""
        self.questions.append(question)
        if self.outcome != Outcome.REFUSED:
            self.park([*self.candidates, *question.likely])

    def settle(self, *, is_new: bool) -> None:
        """It is written, or there was nothing to write."""
        if is_new:
            self.outcome = Outcome.NEW
        else:
            self.outcome = Outcome.CHANGED if self.changes else Outcome.UNCHANGED

    def forget(self) -> None:
        """As it was before `write` saw it."""
        self.problems, self.changes, self.candidates, self.outcome = [], [], [], None
        self.prepared, self.questions = None, []
