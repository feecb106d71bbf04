"""Brings organisations in, with their place in the network. They are few: read whole, once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Permission, Scope
from members.actions.importing import shared
from members.models import Affiliation, Organisation, RegionalNetwork
from network.base.access import can
from network.base.copying import copy_rows
from network.base.crypto import seal
from network.base.dates import PartialDate, Precision
from network.base.errors import Refused
from network.base.fields import index_of
from network.base.ids import new_id
from network.base.imports.engine import Run
from network.base.imports.rows import ERASE, SOMEONE_ELSE, Candidate, Change, Row
from network.base.phones import phone_in_groups
from network.base.text import fold
from network.places.models import MiningZone

READ = (
    "id",
    "name",
    "short_name",
    "kind",
    "ruc",
    "formalisation",
    "activities",
    "founded_on",
    "founded_precision",
    "district_id",
    "zone_id",
    "contact_name",
    "contact_phone_sealed",
    "contact_phone_index",
    "contact_phone_tail",
    "contact_email",
    "note",
)
NEW_COLUMNS = (*READ, "is_demo", "created_at")
AFFILIATION_COLUMNS = (
    "id",
    "organisation_id",
    "regional_network_id",
    "starts_on",
    "starts_precision",
    "ends_on",
    "end_reason",
)


@dataclass
class Directory:
    """The organisations, networks and zones there are, kept from block to block."""

    scope: Scope
    organisations: shared.Organisations
    may_register: bool
    may_affiliate: bool
    networks: dict[str, RegionalNetwork]
    zones: dict[tuple[str, str], UUID]
    seen: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> "Directory":
        if "organisations" not in run.state:
            scope = shared.reach_of(run)
            networks = RegionalNetwork.objects.all()
            zones = MiningZone.objects.values_list("district_id", "name", "id")
            run.state["organisations"] = cls(
                scope,
                shared.Organisations(scope),
                run.by is None or can(run.by, Permission.ORGANISATION_REGISTER),
                run.by is None or can(run.by, Permission.AFFILIATION_EDIT),
                {fold(word): n for n in networks for word in (n.code, n.name)},
                {(district, fold(name)): pk for district, name, pk in zones},
            )
        directory: Directory = run.state["organisations"]
        return directory


def write_organisations(rows: list[Row], run: Run) -> None:
    """Match by key, by RUC or by name (which is one organisation's alone), compare and write."""
    directory = Directory.of(run)
    block = _Block(run, directory, timezone.now())
    for row in rows:
        block.settle(row)
    block.write()
    # People of the same workbook find the organisations that this block brought.
    directory.organisations = shared.Organisations(directory.scope)


class _Block:
    def __init__(self, run: Run, directory: Directory, now: datetime) -> None:
        self.run, self.directory, self.now = run, directory, now
        self.known = directory.organisations
        self.stored = {
            row["id"]: row for row in Organisation.objects.filter(trashed_at=None).values(*READ)
        }
        self.affiliations: dict[tuple[UUID, UUID | None], list[dict[str, Any]]] = {}
        for row in Affiliation.objects.order_by("starts_on").values(*AFFILIATION_COLUMNS):
            key = (row["organisation_id"], row["regional_network_id"])
            self.affiliations.setdefault(key, []).append(row)
        self.names: dict[str, int] = {}
        self.new: list[tuple[Any, ...]] = []
        self.changed: list[tuple[UUID, shared.Comparison]] = []
        self.new_affiliations: list[tuple[Any, ...]] = []
        self.changed_affiliations: list[tuple[UUID, shared.Comparison]] = []

    def write(self) -> None:
        copy_rows(Organisation, NEW_COLUMNS, self.new)
        shared.write_updates(Organisation, self.changed)
        copy_rows(Affiliation, AFFILIATION_COLUMNS, self.new_affiliations)
        shared.write_updates(Affiliation, self.changed_affiliations)

    def settle(self, row: Row) -> None:
        marks = self._marks()
        try:
            self._settle(row)
        except Refused as refusal:
            row.refuse(refusal.field or "", refusal.message)
        if row.problems:
            for gathered, length in zip(self._gathered(), marks, strict=True):
                del gathered[length:]
            row.changes.clear()

    def _settle(self, row: Row) -> None:
        pk = self._found(row)
        if pk is None:
            if similar := self._similar(row):
                row.park(similar)
            else:
                self._register(row)
        elif not self.known.is_in_reach(pk):
            raise Refused(_("Esa organización está fuera de tu alcance."), field="name")
        else:
            self._refuse_second_row(row, pk)
            self._compare(row, pk)

    # --- Which one is it? ------------------------------------------------------------------------
    def _found(self, row: Row) -> UUID | None:
        values = row.values
        if pk := values.get("id"):
            if pk not in self.known.by_id:
                raise Refused(
                    _("Esa clave no está a tu alcance. Borra la celda si es nueva."), field="id"
                )
            return pk
        by_name = set()
        if name := values.get("name"):
            by_name = self.known.by_name.get(fold(name), set())
        by_ruc = self.known.by_ruc.get(values.get("ruc", ""))
        if by_ruc and by_name and by_ruc not in by_name:
            raise Refused(
                _("El RUC es de «%(ruc)s» y el nombre de otra. Revisa los dos.")
                % {"ruc": self._told(by_ruc)},
                field="ruc",
            )
        if by_ruc:
            return by_ruc
        decided = self.run.decision(row)
        if decided and decided != SOMEONE_ELSE:
            return {str(pk): pk for pk in self.known.by_id}.get(decided)
        if len(by_name) > 1:
            raise Refused(
                _("Hay varias llamadas así. Escribe su nombre completo o su RUC."), field="name"
            )
        return next(iter(by_name), None)

    def _told(self, pk: UUID) -> str:
        return self.known.by_id[pk].name if self.known.is_in_reach(pk) else _("otra organización")

    def _similar(self, row: Row) -> list[Candidate]:
        """Nearly the same name waits for someone who knows; another RUC tells them apart."""
        if self.run.decision(row) == SOMEONE_ELSE:
            return []
        ruc = row.values.get("ruc", "")
        found = [self.known.by_id[pk] for pk in self.known.similar(row.values.get("name", ""))]
        return [
            Candidate(str(one.pk), one.name, _("nombre parecido"))
            for one in found
            if not (ruc and one.ruc and ruc != one.ruc)
        ]

    def _refuse_second_row(self, row: Row, pk: UUID) -> None:
        here = (row.sheet, row.number)
        first = self.directory.seen.setdefault(pk, here)
        if first != here:
            raise Refused(_("Es la misma organización que la fila %s. Deja una sola.") % first[1])

    # --- What changes? ---------------------------------------------------------------------------
    def _compare(self, row: Row, pk: UUID) -> None:
        comparison = shared.Comparison(row, self.stored[pk])
        values = row.values
        name = shared.name_to_take(comparison.stored["name"], values.get("name"))
        if name and fold(name) in self.known.by_name:
            name = None  # one of its other names: it is already known by it
        comparison.take("name", "name", name, shared.plain)
        for column, words in {
            "short_name": shared.plain,
            "kind": shared.labels(Organisation.Kind),
            "ruc": shared.plain,
            "activities": shared.labels(Organisation.Activity),
            "contact_name": shared.plain,
            "contact_email": shared.plain,
            "note": shared.plain,
        }.items():
            blank: Any = [] if column == "activities" else ""
            comparison.take(column, column, values.get(column), words, blank)
        stage = values.get("formalisation")
        if stage != Organisation.Formalisation.UNKNOWN:
            unknown = Organisation.Formalisation.UNKNOWN.value
            words = shared.labels(Organisation.Formalisation)
            comparison.take("formalisation", "formalisation", stage, words, unknown)
        comparison.take_date(
            "founded_on", "founded_on", "founded_precision", values.get("founded_on")
        )
        self._take_place(row, comparison)
        self._take_phone(row, comparison, pk)
        self._affiliate(row, pk, is_new=False)
        if row.problems:
            return
        if comparison.after:
            self.changed.append((pk, comparison))
            self.run.updated(row, Organisation, pk, comparison.before, comparison.after)
        row.settle(is_new=False)

    def _take_place(self, row: Row, comparison: shared.Comparison) -> None:
        district = shared.read_district(row)
        code = district if district is None or district is ERASE else district.code
        comparison.take("district", "district_id", code, shared.district_path, blank=None)
        zone = row.values.get("zone")
        if zone is ERASE:
            comparison.take("zone", "zone_id", zone, shared.plain, blank=None)
        elif zone is not None:
            where = comparison.after.get("district_id", comparison.stored["district_id"])
            found = self._zone(zone, where)
            if comparison.stored["zone_id"] != found:
                comparison.set(zone_id=found)
                comparison.tell("zone", self._zone_name(comparison.stored["zone_id"]), zone)

    def _zone(self, name: str, district: str | None) -> UUID:
        found = self.directory.zones.get((district or "", fold(name)))
        if found is None:
            raise Refused(
                _("No hay una zona «%s» en ese distrito. Agrégala primero o corrige el nombre.")
                % name,
                field="zone",
            )
        return found

    def _zone_name(self, pk: UUID | None) -> str:
        names = {zone: name for (_district, name), zone in self.directory.zones.items()}
        return names.get(pk, "") if pk else ""

    def _take_phone(self, row: Row, comparison: shared.Comparison, pk: UUID) -> None:
        number = row.values.get("contact_phone")
        if number is None:
            return
        sealed, index, tail = _sealed_phone(number, pk)
        stored = comparison.stored["contact_phone_index"]
        if (bytes(stored) if stored else None) == index:
            return
        known = comparison.stored["contact_phone_tail"]
        comparison.set(
            contact_phone_sealed=sealed, contact_phone_index=index, contact_phone_tail=tail
        )
        after = "" if number is ERASE else phone_in_groups(number)
        comparison.tell("contact_phone", f"••• ••• {known}" if known else "", after)

    # --- A new one -------------------------------------------------------------------------------
    def _register(self, row: Row) -> None:
        values = {name: value for name, value in row.values.items() if value is not ERASE}
        name = values.get("name")
        if not name:
            raise Refused(_("Falta el nombre de la organización."), field="name")
        if not self.directory.may_register:
            raise Refused(
                _("No está entre las tuyas; registrar nuevas le toca a la coordinación."),
                field="name",
            )
        if (first := self.names.setdefault(fold(name), row.number)) != row.number:
            raise Refused(_("Es la misma organización que la fila %s. Deja una sola.") % first)
        pk = new_id()
        founded = values.get("founded_on")
        district = shared.read_district(row)
        code = getattr(district, "code", None)
        zone = self._zone(values["zone"], code) if "zone" in values else None
        self.new.append(
            (
                pk,
                name,
                values.get("short_name", ""),
                values.get("kind", Organisation.Kind.ASSOCIATION.value),
                values.get("ruc", ""),
                values.get("formalisation", Organisation.Formalisation.UNKNOWN.value),
                values.get("activities", []),
                founded.date if founded else None,
                founded.precision if founded else Precision.DAY.value,
                code,
                zone,
                values.get("contact_name", ""),
                *_sealed_phone(values.get("contact_phone", ERASE), pk),
                values.get("contact_email", ""),
                values.get("note", ""),
                False,
                self.now,
            )
        )
        self.run.created(row, Organisation, pk)
        self._affiliate(row, pk, is_new=True)
        if not row.problems:
            self.directory.seen[pk] = (row.sheet, row.number)
            row.changes.clear()
            row.settle(is_new=True)

    # --- Its place in the network ----------------------------------------------------------------
    def _affiliate(self, row: Row, pk: UUID, *, is_new: bool) -> None:
        """A new one belongs to the network from the start; an old one, where the row says."""
        values = row.values
        names = values.get("regional_network") or ()
        if not names and is_new:
            self._begin(row, pk, self._network_of_hers())
        for name in names:
            network = self.directory.networks.get(fold(name))
            if network is None:
                known = "; ".join(sorted({n.name for n in self.directory.networks.values()}))
                raise Refused(
                    _("No hay una red regional «%(name)s». Las que hay: %(list)s.")
                    % {"name": name, "list": known or _("ninguna")},
                    field="regional_network",
                )
            stored = self.affiliations.get((pk, network.pk), [])
            if stored:
                self._compare_affiliation(row, stored[-1], is_only=len(names) == 1)
            else:
                self._begin(row, pk, network)

    def _network_of_hers(self) -> RegionalNetwork | None:
        """Who coordinates one regional network registers into it."""
        scope = self.directory.scope
        hers = {n.pk: n for n in self.directory.networks.values()}
        if scope.everything or len(scope.regional_network_ids) != 1:
            return None
        return hers.get(next(iter(scope.regional_network_ids)))

    def _begin(self, row: Row, pk: UUID, network: RegionalNetwork | None) -> None:
        scope = self.directory.scope
        network_id = network.pk if network else None
        is_hers = network_id in scope.regional_network_ids
        if not self.directory.may_affiliate and not is_hers:
            raise Refused(_("Escribe una red regional de las tuyas."), field="regional_network")
        since, until = row.values.get("affiliated_since"), row.values.get("affiliated_until")
        since = since if isinstance(since, PartialDate) else None
        until = None if until is ERASE else until
        if since and until and until < since.date:
            raise Refused(_("Termina antes de empezar."), field="affiliated_until")
        new = new_id()
        self.new_affiliations.append(
            (
                new,
                pk,
                network_id,
                since.date if since else None,
                since.precision if since else Precision.DAY.value,
                until,
                "",
            )
        )
        self.run.created(row, Affiliation, new)
        name = network.name if network else _("Red nacional")
        row.changes.append(Change("regional_network", "", name))

    def _compare_affiliation(self, row: Row, stored: dict[str, Any], *, is_only: bool) -> None:
        if not is_only:
            return
        comparison = shared.Comparison(row, stored)
        since, until = row.values.get("affiliated_since"), row.values.get("affiliated_until")
        comparison.take_date("affiliated_since", "starts_on", "starts_precision", since)
        comparison.take("affiliated_until", "ends_on", until, shared.day, blank=None)
        if not comparison.after:
            return
        starts = comparison.after.get("starts_on", stored["starts_on"])
        ends = comparison.after.get("ends_on", stored["ends_on"])
        if starts and ends and ends < starts:
            raise Refused(_("Termina antes de empezar."), field="affiliated_until")
        if not self.directory.may_affiliate:
            raise Refused(
                _("Las fechas de afiliación las cambia la coordinación nacional."),
                field="affiliated_since",
            )
        self.changed_affiliations.append((stored["id"], comparison))
        self.run.updated(row, Affiliation, stored["id"], comparison.before, comparison.after)

    # --- Taking a row back whole -----------------------------------------------------------------
    def _gathered(self) -> list[list[Any]]:
        return [
            self.run.records,
            self.new,
            self.changed,
            self.new_affiliations,
            self.changed_affiliations,
        ]

    def _marks(self) -> list[int]:
        return [len(gathered) for gathered in self._gathered()]


def _sealed_phone(number: Any, pk: UUID) -> tuple[bytes | None, bytes | None, str]:
    if number is ERASE:
        return None, None, ""
    column = "contact_phone_sealed"
    sealed = seal(number, table="members_organisation", column=column, row=pk)
    return sealed, index_of(Organisation, "contact_phone_index", number), number[-3:]
