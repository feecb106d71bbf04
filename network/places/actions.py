"""Writing places: the official list as a whole, and the mining zones one by one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from network.base.errors import Refused, refusing_broken_rules
from network.places.matching import forget_places
from network.places.models import Department, District, MiningZone, Place, Province
from network.places.sources import DUPLICATES, PlaceList, crosswalk

# A list that would end more than this part of what is known is a cut or a wrong file.
GREATEST_LOSS = 0.1


@dataclass(frozen=True)
class Loaded:
    """What a list changed: places new, renamed or renumbered, and gone."""

    added: int
    changed: int
    ended: int
    unmatched_reniec: tuple[str, ...]


@transaction.atomic
def load_places(*, places: PlaceList, on: date) -> Loaded:
    """Make the tables say what the list says, from the day `on`; repeated, it changes nothing.

    Nothing is deleted: what left the list gets `valid_to`, what comes back loses it.
    """
    reniec = crosswalk(places)
    inei_to_reniec = {inei: code for code, inei in reniec.items()}
    changes: list[tuple[int, int, int]] = []
    for model, length, parent in (
        (Department, 2, None),
        (Province, 4, "department_id"),
        (District, 6, "province_id"),
    ):
        codes = [code for code in places.inei if len(code) == length]
        columns: dict[str, list[str | None]] = {
            "code": list(codes),
            "name": [places.inei[code] for code in codes],
        }
        if parent:
            columns[parent] = [code[:-2] for code in codes]
        if model is District:
            columns["reniec_code"] = [inei_to_reniec.get(code) for code in codes]
            columns["duplicate_of_id"] = [DUPLICATES.get(code) for code in codes]
        changes.append(_load_level(model, columns, on))
    # A RENIEC code that a listed district now has is no longer that of an ended one.
    District.objects.exclude(valid_to=None).filter(reniec_code__in=reniec).update(reniec_code=None)
    transaction.on_commit(forget_places)
    added, changed, ended = (sum(counts) for counts in zip(*changes, strict=True))
    unmatched = tuple(c for c in places.reniec if len(c) == 6 and c not in reniec)
    return Loaded(added, changed, ended, unmatched)


def _load_level(
    model: type[Place], columns: dict[str, list[str | None]], on: date
) -> tuple[int, int, int]:
    codes = columns["code"]
    current = model._default_manager.filter(valid_to=None)
    known = set(current.values_list("pk", flat=True))
    if len(known - set(codes)) > GREATEST_LOSS * len(known):
        raise Refused(
            _("El archivo trae %(read)d %(places)s y hay %(known)d: parece incompleto.")
            % {
                "read": len(codes),
                "places": model._meta.verbose_name_plural,
                "known": len(known),
            }
        )
    # The first list says nothing about since when its places exist.
    valid_from = on if model._default_manager.exists() else None
    written = _upsert(model._meta.db_table, columns, valid_from)
    ended = current.exclude(pk__in=codes).update(valid_to=on)
    return written.count(True), written.count(False), ended


def _upsert(
    table: str, columns: dict[str, list[str | None]], valid_from: date | None
) -> list[bool]:
    """Write what differs in one statement; for each row written, whether it is new."""
    facts = [name for name in columns if name != "code"]
    statement = (
        f"INSERT INTO {table} AS known ({', '.join(columns)}, valid_from) "  # noqa: S608 - ours
        f"SELECT *, %s::date FROM unnest({', '.join('%s::text[]' for _name in columns)}) "
        f"ON CONFLICT (code) DO UPDATE SET valid_to = NULL, "
        f"{', '.join(f'{name} = excluded.{name}' for name in facts)} "
        f"WHERE (known.valid_to, {', '.join(f'known.{name}' for name in facts)}) "
        f"IS DISTINCT FROM (NULL::date, {', '.join(f'excluded.{name}' for name in facts)}) "
        f"RETURNING known.xmax = 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [valid_from, *list(columns.values())])
        return [is_new for (is_new,) in cursor.fetchall()]


@transaction.atomic
def create_mining_zone(
    *, name: str, kind: str, district: District, by: Any, note: str = ""
) -> MiningZone:
    """Name a place of work inside a district; the same name again in it is refused."""
    zone = MiningZone(name=name, kind=kind, district=district, note=note)
    with refusing_broken_rules(MiningZone, field="name"):
        zone.save(force_insert=True)
    return zone


@transaction.atomic
def update_mining_zone(
    *, zone: MiningZone, name: str, kind: str, district: District, by: Any, note: str = ""
) -> MiningZone:
    zone.name, zone.kind, zone.district, zone.note = name, kind, district, note
    with refusing_broken_rules(MiningZone, field="name"):
        zone.save()
    return zone
