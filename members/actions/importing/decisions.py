"""Consents that a list brings: never without a day, never against a newer decision."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.importing import shared
from members.actions.importing.incoming import Incoming
from members.consents import needs_guardian
from members.models import Consent, Person, Purpose
from network.base.copying import copy_rows
from network.base.dates import PartialDate
from network.base.ids import new_id
from network.base.imports.engine import Run

PURPOSES = {
    "consent_registry": Purpose.REGISTRY.value,
    "consent_whatsapp": Purpose.WHATSAPP.value,
    "consent_sms": Purpose.SMS.value,
    "consent_share": Purpose.SHARE_SOLIDARIDAD.value,
    "consent_donors": Purpose.DONOR_REPORTING.value,
}
NEW_COLUMNS = (
    "id",
    "person_id",
    "purpose",
    "is_granted",
    "channel",
    "decided_on",
    "witness",
    "guardian",
    "recorded_by_id",
    "recorded_at",
)


class Decisions:
    """Reads what the people of a block decided, gathers what the list adds, writes it."""

    def __init__(self, people: Iterable[UUID], run: Run) -> None:
        self.run, self.now = run, timezone.now()
        self.stored: dict[tuple[UUID, str], dict[str, Any]] = {}
        current = Consent.objects.current().filter(
            person__in=list(people), purpose__in=PURPOSES.values()
        )
        for consent in current.values(
            "id", "person_id", "purpose", "is_granted", "decided_on", "superseded_at"
        ):
            self.stored[consent["person_id"], consent["purpose"]] = {**consent}
        self.new: list[tuple[Any, ...]] = []
        self.superseded: list[tuple[UUID, shared.Comparison]] = []

    def take(self, incoming: Incoming, person: UUID) -> None:
        decided_on = incoming.row.values.get("consent_on")
        for column, purpose in PURPOSES.items():
            is_granted = incoming.row.values.get(column)
            if is_granted is None:
                continue
            stored = self.stored.get((person, purpose))
            if stored and stored["is_granted"] == is_granted:
                continue
            if stored is None and not is_granted and decided_on is None:
                continue  # «no» without a day is how a list says that nobody asked
            fits = self._fits(incoming, column, stored, is_granted, decided_on)
            if fits and decided_on is not None:
                self._add(incoming, person, column, stored, is_granted, decided_on)

    @property
    def gathered(self) -> list[list[Any]]:
        return [self.new, self.superseded]

    def write(self) -> None:
        shared.write_updates(Consent, self.superseded)
        copy_rows(Consent, NEW_COLUMNS, self.new)

    def _fits(
        self,
        incoming: Incoming,
        column: str,
        stored: dict[str, Any] | None,
        is_granted: bool,
        decided_on: Any,
    ) -> bool:
        reason = ""
        if not isinstance(decided_on, date):
            reason = _("Falta la fecha del consentimiento.")
        elif stored and stored["decided_on"] > decided_on:
            reason = _("Hay una decisión más nueva, del %s.") % shared.day(stored["decided_on"])
        elif column == "consent_registry" and not is_granted:
            reason = _("Si pidió salir del registro, anótalo en su ficha.")
        elif is_granted and _was_a_child(incoming, decided_on):
            reason = _("Tenía menos de 14 años: anota en su ficha quién decidió por ella.")
        if reason:
            incoming.row.refuse("consent_on" if decided_on is None else column, reason)
        return not reason

    def _add(
        self,
        incoming: Incoming,
        person: UUID,
        column: str,
        stored: dict[str, Any] | None,
        is_granted: bool,
        decided_on: date,
    ) -> None:
        if stored:
            comparison = shared.Comparison(incoming.row, stored)
            comparison.set(superseded_at=self.now)
            self.superseded.append((stored["id"], comparison))
            self.run.updated(
                incoming.row, Consent, stored["id"], comparison.before, comparison.after
            )
        pk = new_id()
        by = self.run.by.pk if self.run.by else None
        self.new.append(
            (
                pk,
                person,
                PURPOSES[column],
                is_granted,
                Consent.Channel.IMPORTED.value,
                decided_on,
                "",
                "",
                by,
                self.now,
            )
        )
        if incoming.tells_changes:
            self.run.created(incoming.row, Consent, pk)
            before = shared.yes_no(stored["is_granted"]) if stored else _("sin preguntar")
            incoming.tell(column, before, shared.yes_no(is_granted))


def _was_a_child(incoming: Incoming, day: date) -> bool:
    """By the birth the row gives; of a birth year alone, as if born on its last day."""
    born = incoming.born
    return isinstance(born, PartialDate) and needs_guardian(
        Person(born_on=born.date, born_precision=born.precision), day
    )
