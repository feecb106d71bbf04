"""Memberships of a block of rows: key is person, organisation and first day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from members.actions.importing import shared
from members.actions.importing.incoming import Incoming
from members.models import Membership, Organisation
from network.base.copying import copy_rows
from network.base.dates import PartialDate, Precision
from network.base.ids import new_id
from network.base.imports.engine import Run
from network.base.imports.rows import ERASE

COLUMNS = ("id", "person_id", "organisation_id", "kind", "starts_on", "starts_precision", "ends_on")
NEW_COLUMNS = (*COLUMNS, "end_reason", "source")


class Belongings:
    """Reads what is on record of the people of a block, gathers what changes, writes it."""

    def __init__(self, people: Iterable[UUID], run: Run) -> None:
        self.run = run
        self.stored: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
        rows = Membership.objects.filter(person__in=list(people)).order_by("starts_on")
        for membership in rows.values(*COLUMNS):
            key = (membership["person_id"], membership["organisation_id"])
            self.stored[key].append(membership)
        self.new: list[tuple[Any, ...]] = []
        self.changed: list[tuple[UUID, shared.Comparison]] = []

    @property
    def gathered(self) -> list[list[Any]]:
        return [self.new, self.changed]

    def take(self, incoming: Incoming, person: UUID) -> None:
        """What the row says of her belonging; refused on the row when it cannot be so."""
        organisations = incoming.organisations
        says_since = incoming.has("member_since") and len(organisations) == 1
        for organisation in organisations:
            stored = self.stored.get((person, organisation.pk), [])
            since = incoming.row.values.get("member_since") if says_since else None
            membership = self._meant(stored, since, incoming)
            if membership is not None:
                self._compare(incoming, membership, since)
            elif not incoming.row.problems:
                self._begin(incoming, person, organisation, since)

    def write(self) -> None:
        shared.write_updates(Membership, self.changed)
        copy_rows(Membership, NEW_COLUMNS, self.new)

    def _meant(
        self, stored: list[dict[str, Any]], since: Any, incoming: Incoming
    ) -> dict[str, Any] | None:
        """The membership on record that the row speaks of, if there is one."""
        if not stored:
            return None
        open_ones = [m for m in stored if m["ends_on"] is None]
        if not isinstance(since, PartialDate):
            until = incoming.row.values.get("member_until")
            same_end = [m for m in stored if until and m["ends_on"] == until]
            if same_end or open_ones:
                return (same_end or open_ones)[-1]
            if until:
                return stored[-1]
            incoming.row.refuse(
                "organisation",
                _("Su membresía terminó el %s. Si volvió, escribe desde cuándo.")
                % shared.day(stored[-1]["ends_on"]),
            )
            return None
        for membership in stored:
            known = PartialDate(membership["starts_on"] or date.min, membership["starts_precision"])
            if membership["starts_on"] and (since == known or shared.says_less(since, known)):
                return membership
        # A new first day within one on record corrects it; after its end it is a new membership.
        over = [m for m in stored if m["ends_on"] is None or m["ends_on"] >= since.date]
        return over[0] if over else None

    def _compare(self, incoming: Incoming, membership: dict[str, Any], since: Any) -> None:
        values = incoming.row.values
        comparison = shared.Comparison(incoming.row, membership)
        comparison.take_date("member_since", "starts_on", "starts_precision", since)
        if len(incoming.organisations) == 1:
            comparison.take(
                "member_until", "ends_on", values.get("member_until"), shared.day, blank=None
            )
            kind = values.get("member_kind")
            comparison.take("member_kind", "kind", kind, shared.labels(Membership.Kind))
        starts = comparison.after.get("starts_on", membership["starts_on"])
        ends = comparison.after.get("ends_on", membership["ends_on"])
        if starts and ends and ends < starts:
            incoming.row.refuse("member_until", _("Termina antes de empezar. Revisa las fechas."))
            return
        if comparison.after:
            self.changed.append((membership["id"], comparison))
            self.run.updated(
                incoming.row, Membership, membership["id"], comparison.before, comparison.after
            )

    def _begin(
        self,
        incoming: Incoming,
        person: UUID,
        organisation: Organisation,
        since: Any,
    ) -> None:
        values = incoming.row.values
        until = values.get("member_until") if len(incoming.organisations) == 1 else None
        since = since if isinstance(since, PartialDate) else None
        until = None if until is ERASE else until
        if since and until and until < since.date:
            incoming.row.refuse("member_until", _("Termina antes de empezar. Revisa las fechas."))
            return
        pk = new_id()
        self.new.append(
            (
                pk,
                person,
                organisation.pk,
                values.get("member_kind") or Membership.Kind.MEMBER.value,
                since.date if since else None,
                since.precision if since else Precision.DAY.value,
                until,
                "",
                self.run.batch.file_name[:120],
            )
        )
        if incoming.tells_changes:
            self.run.created(incoming.row, Membership, pk)
            words = _("%(name)s, desde %(day)s") % {"name": organisation.name, "day": since}
            incoming.tell("organisation", "", words if since else organisation.name)
