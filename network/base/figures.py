"""Figures an app counts: by definition, for a period, narrowed and split, the same everywhere.

`<app>/figures.py` holds FIGURES. What leaves the network never shows a number under five, nor
one that can be worked out by subtracting.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from network.base.access import can
from network.base.contracts import declared

FEWEST = 5
UNKNOWN = "?"


@dataclass(frozen=True)
class Question:
    """Who asks a figure, for which days (both inside, None is open), narrowed to what.

    Without a user it is the whole network. `narrowed` holds a key for each split it names.
    """

    user: Any = None
    first: date | None = None
    last: date | None = None
    narrowed: Mapping[str, str] = field(default_factory=dict)

    def also(self, split: str, key: str) -> "Question":
        return replace(self, narrowed={**self.narrowed, split: key})


@dataclass(frozen=True)
class Split:
    """A way to part a figure. `key` is a path of its rows, or makes an expression of the question.

    A row without a key is of its own part, never left out. `words` is the path of a part's name,
    or `labels` says it.
    """

    name: str
    label: Any
    key: str | Callable[[Question], Any]
    words: str = ""
    labels: Mapping[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One part of a figure. Parts of distinct people need not add up to the whole."""

    key: str
    label: str
    value: Any


@dataclass(frozen=True)
class Ratio:
    """A share with both its parts; without a denominator there is no share."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None

    def __bool__(self) -> bool:
        return self.denominator > 0

    def __float__(self) -> float:
        return self.percent or 0.0

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True)
class Counting:
    """How a figure is counted: `measure`, an aggregate, over `rows(question)`.

    With `total`, another aggregate, it is a `Ratio` of the two. `dated` is the path of the day a
    row falls on; without it the figure is of today and a period does not narrow it. One query for
    the number, one for all the parts of a split.
    """

    rows: Callable[[Question], QuerySet[Any]]
    measure: Any
    dated: str = ""
    splits: tuple[Split, ...] = ()
    total: Any = None

    def __call__(self, question: Question) -> Any:
        return self.measured(self.found(question))

    def measured(self, rows: QuerySet[Any]) -> Any:
        """The number of these rows, or the share."""
        return self._value(list(rows.aggregate(**self._measures).values()))

    @property
    def _measures(self) -> dict[str, Any]:
        return {"n": self.measure} if self.total is None else {"n": self.measure, "of": self.total}

    def _value(self, counted: Sequence[Any]) -> Any:
        return (counted[0] or 0) if self.total is None else Ratio(*(n or 0 for n in counted))

    def found(self, question: Question) -> QuerySet[Any]:
        """The rows it counts for that question."""
        rows = self.rows(question)
        if self.dated and question.first:
            rows = rows.filter(**{f"{self.dated}__gte": question.first})
        if self.dated and question.last:
            rows = rows.filter(**{f"{self.dated}__lte": question.last})
        for name, key in question.narrowed.items():
            rows = self._keyed(rows, self.split(name), question).filter(
                **{"split_key__isnull": True} if key == UNKNOWN else {"split_key": key}
            )
        return rows

    def split(self, name: str) -> Split:
        return next(split for split in self.splits if split.name == name)

    def by(self, question: Question, name: str) -> list[Part]:
        """Every part, the unknown one too, the largest first."""
        split = self.split(name)
        rows = self._keyed(self.found(question), split, question).order_by()
        names = ["split_key", split.words] if split.words else ["split_key"]
        counted = rows.values_list(*names).annotate(**self._measures)
        parts = [
            self._part(split, row[: len(names)], self._value(row[len(names) :])) for row in counted
        ]
        return sorted(parts, key=lambda part: (-float(part.value), part.label))

    @staticmethod
    def _part(split: Split, named: tuple[Any, ...], value: Any) -> Part:
        key, label = named[0], named[-1] if split.words else split.labels.get(named[0], named[0])
        if key in (None, ""):
            return Part(UNKNOWN, str(split.labels.get(UNKNOWN, "—")), value)
        return Part(str(key), str(label), value)

    @staticmethod
    def _keyed(rows: QuerySet[Any], split: Split, question: Question) -> QuerySet[Any]:
        key = split.key(question) if callable(split.key) else F(split.key)
        return rows.annotate(split_key=key)


@dataclass(frozen=True)
class Figure:
    """A number the portal counts itself. `definition` says what is in it and what is not.

    `compute` answers a question with a number or a `Ratio`; a `Counting` can also part it.
    `by_department` answers with the count for each INEI department code (two digits). The list
    named by `list_url_name`, filtered by `list_query` and by period and splits under the same
    names, holds exactly the rows it counts.
    """

    name: str
    title: Any
    definition: Any
    compute: Callable[[Question], Any]
    by_department: Callable[[], Mapping[str, int]] | None = None
    is_public: bool = False
    list_url_name: str = ""
    list_query: str = ""
    list_permission: str = ""
    permission: str = ""  # to ask for the number itself; without it, that of the list
    unit: Any = ""
    topic: Any = ""

    def count(self, user: Any = None) -> Any:
        """Of an account: what is in her reach, today. Of nobody: the whole network."""
        return self.compute(Question(user=user))

    @property
    def counting(self) -> Counting | None:
        return self.compute if isinstance(self.compute, Counting) else None

    @property
    def splits(self) -> tuple[Split, ...]:
        return self.counting.splits if self.counting else ()

    @property
    def has_period(self) -> bool:
        """Does a period narrow it? What is counted of today says so, and asks for none."""
        return self.counting is None or bool(self.counting.dated)

    def rows_query(self, question: Question) -> str:
        """The query of its list that holds the rows of this very answer."""
        said = dict(days_of(question)) if self.counting and self.has_period else {}
        query = urlencode({**said, **question.narrowed})
        return "&".join(filter(None, (self.list_query, query)))

    def rows_url(self, question: Question) -> str:
        """Where the rows of this very answer are listed; empty for whoever may not see them."""
        may_see = question.user is not None and can(question.user, self.list_permission)
        if not (self.list_url_name and may_see):
            return ""
        query = self.rows_query(question)
        return f"{reverse(self.list_url_name)}?{query}" if query else reverse(self.list_url_name)


def days_of(question: Question) -> Iterator[tuple[str, str]]:
    """The period as an address says it."""
    for name, day in (("desde", question.first), ("hasta", question.last)):
        if day:
            yield name, date_format(day, "d/m/Y")


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
