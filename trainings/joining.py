"""How the marks and scores of two lines of one roster come together, and apart again.

Used when a walk-in turns out to be somebody in the roster, and when two records of one woman that
are both in it are merged. A row moves where the other line has none; where hers is not marked it
takes the mark; where both say the same, both stay; where they differ, a person has to decide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext as _

from network.base.dates import day
from trainings.models import Attendance, Enrolment, TestScore

MARK = ("mark", "origin", "marked_by_id", "marked_at", "received_at", "correction_reason")


@dataclass(frozen=True)
class Change:
    """New values of one row, and what they replace; both plain JSON, to be kept."""

    label: str
    pk: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @classmethod
    def to(cls, row: Model, **values: Any) -> "Change":
        before = {name: getattr(row, name) for name in values}
        return cls(row._meta.label_lower, str(row.pk), _plain(before), _plain(values))

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Change":
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        return dict(vars(self))

    def values(self) -> dict[str, Any]:
        return self._read(self.after)

    def apply(self) -> None:
        self._rows().update(**self.values())

    def take_back(self) -> None:
        """What was corrected since stays corrected: only the values that this change put go."""
        row = self._rows().select_for_update().get()
        now = _plain({name: getattr(row, name) for name in self.after})
        if now == self.after:
            self._rows().update(**self._read(self.before))
        elif "enrolment_id" in self.before:
            self._rows().update(**self._read({"enrolment_id": self.before["enrolment_id"]}))

    def _rows(self) -> Any:
        return self._model._base_manager.filter(pk=self.pk)

    @property
    def _model(self) -> Any:
        return apps.get_model(self.label)

    def _read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        fields = self._model._meta
        return {name: fields.get_field(name).to_python(value) for name, value in values.items()}


@dataclass
class Changes:
    steps: list[Change] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def fold_results(line: Enrolment, into: Enrolment) -> Changes:
    """What has to change so that all that was marked of `line` counts for `into`."""
    changes = Changes()
    _fold_marks(changes, line, into)
    _fold_scores(changes, line, into)
    return changes


def _fold_marks(changes: Changes, line: Enrolment, into: Enrolment) -> None:
    unmarked = Attendance.Mark.UNMARKED
    hers = {mark.session_id: mark for mark in into.marks.all()}
    for mark in line.marks.select_related("session").order_by("session__held_on", "pk"):
        other = hers.get(mark.session_id)
        if other is None:
            changes.steps.append(Change.to(mark, enrolment_id=into.pk))
        elif unmarked in (mark.mark, other.mark):
            if mark.mark != unmarked:
                values = {name: getattr(mark, name) for name in MARK}
                changes.steps.append(Change.to(other, **values))
        elif mark.mark != other.mark:
            told = {
                "day": day(mark.session.held_on),
                "one": other.get_mark_display(),
                "other": mark.get_mark_display(),
            }
            changes.conflicts.append(
                _(
                    "En la sesión del %(day)s una línea dice «%(one)s» y la otra, «%(other)s». "
                    "Corrige una antes."
                )
                % told
            )


def _fold_scores(changes: Changes, line: Enrolment, into: Enrolment) -> None:
    hers = {score.moment: score for score in TestScore.objects.filter(enrolment=into)}
    for score in TestScore.objects.filter(enrolment=line).order_by("pk"):
        other = hers.get(score.moment)
        if other is None:
            changes.steps.append(Change.to(score, enrolment_id=into.pk))
        elif (score.score, score.maximum) != (other.score, other.maximum):
            told = {"test": score.get_moment_display(), "one": other, "other": score}
            changes.conflicts.append(
                _("%(test)s: una línea dice %(one)s y la otra, %(other)s. Corrige una antes.")
                % told
            )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(dict(values), default=str))
