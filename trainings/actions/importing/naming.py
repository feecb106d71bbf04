"""Which course a paper means: its name, or another that someone confirmed; else it is asked.

A likeness never decides. What is asked, is asked once for all rows with the same words.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from network.base.imports.rows import Candidate, Question, question_key
from network.base.text import fold
from trainings.models import Course, CourseAlias, CourseVersion

LIKE = 0.6
MOST_LIKELY = 5
SMALL_WORDS = frozenset("a al con de del e el en la las los para por sobre su un una y".split())
# What papers put before the name of a course, and says nothing of which one it is.
FRAMING = frozenset("capacitacion charla curso formacion modulo taller".split())


@dataclass(frozen=True)
class Named:
    """The course by its name; or, by none, what has to be asked."""

    course: Course | None = None
    question: Question | None = None


@dataclass
class CourseNames:
    """Every course, retired ones too, by the ways it is written."""

    kind: str  # of list, for the keys of questions
    by_id: dict[str, Course] = field(default_factory=dict)
    by_name: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    versions: dict[UUID, list[CourseVersion]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, Named] = field(default_factory=dict)

    @classmethod
    def load(cls, kind: str) -> "CourseNames":
        names = cls(kind)
        for course in Course.objects.order_by("name_key"):
            names.by_id[str(course.pk)] = course
            for name in (course.name, course.short_name, course.code.replace("-", " ")):
                if name:
                    names.by_name[fold(name)].add(course.pk)
        for alias in CourseAlias.objects.all():
            names.by_name[alias.name_key].add(alias.course_id)
        for version in CourseVersion.objects.order_by("in_use_from", "number"):
            names.versions[version.course_id].append(version)
        return names

    def find(self, text: str) -> Named:
        if text not in self.found:
            self.found[text] = self._find(text)
        return self.found[text]

    def _find(self, text: str) -> Named:
        ids = self.by_name.get(fold(text), set())
        if len(ids) == 1:
            return Named(self.by_id[str(next(iter(ids)))])
        likely = [self.by_id[str(pk)] for pk in ids] or self._similar(text)
        others = [course for course in self.by_id.values() if course not in likely]
        return Named(
            question=Question(
                key=question_key(self.kind, "course", fold(text)),
                about=_("Curso"),
                text=text,
                likely=tuple(_choice(one, _("nombre parecido")) for one in likely),
                others=tuple(_choice(one) for one in others),
                none_of_them=_("Ninguno de estos"),
            )
        )

    def _similar(self, text: str) -> list[Course]:
        """Those whose name is nearly this one, or shares most of its words; the nearest first."""
        likeness: dict[UUID, float] = defaultdict(float)
        for name, ids in self.by_name.items():
            like = _likeness(fold(text), name)
            for pk in ids:
                likeness[pk] = max(likeness[pk], like)
        near = sorted((-like, str(pk)) for pk, like in likeness.items() if like >= LIKE)
        return [self.by_id[pk] for _like, pk in near[:MOST_LIKELY]]

    def version_on(self, course: Course, day: date) -> CourseVersion | None:
        """The one in use that day; of a paper older than all of them, the first."""
        versions = self.versions[course.pk]
        in_use = [version for version in versions if version.in_use_from <= day]
        return in_use[-1] if in_use else next(iter(versions), None)


def _choice(course: Course, why: str = "") -> Candidate:
    return Candidate(str(course.pk), course.name, why)


def _likeness(one: str, other: str) -> float:
    mine, theirs = _words(one), _words(other)
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    # One word of two may be any course's: «seguridad» alone is as much one as another.
    by_words = shared if len(mine & theirs) > 1 or mine == theirs else shared * 0.7
    return max(by_words, difflib.SequenceMatcher(None, _joined(mine, one), other).ratio())


def _words(text: str) -> set[str]:
    return {word for word in text.split() if word not in SMALL_WORDS | FRAMING}


def _joined(words: Iterable[str], text: str) -> str:
    """The text without what frames the name."""
    return " ".join(word for word in text.split() if word not in FRAMING) if words else text
