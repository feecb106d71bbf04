"""The people of some organisations in the order of their names, at a cost that does not grow with
the registry.

Many in reach: walk the names and ask of each whether she belongs; a page is full after a few
hundred. Few in reach: gather them by their organisations and sort them. Left to itself PostgreSQL
gathers, which takes 300 ms for 40,000 among a million, or walks, which takes 10 s for 97.
"""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from members.access import Scope

# So many names are walked at most before the people of the scope are gathered after all.
WALKED = 20_000
PAGE = 50
# To sort so many costs less than to think about it.
FEW = 1_000
# So many of their memberships are read to see how many they are.
READ = 12_500

_BELONGING = (
    "FROM members_membership m WHERE m.organisation_id = ANY(%(organisations)s::uuid[]) "
    "AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)"
)
_ON_RECORD = "trashed_at IS NULL AND merged_into_id IS NULL AND withdrawn_at IS NULL"
_OFF_RECORD = "trashed_at IS NOT NULL OR merged_into_id IS NOT NULL OR withdrawn_at IS NOT NULL"
_IN_ORDER = f"FROM members_person WHERE {_ON_RECORD} {{beyond}}"  # noqa: S608  # our own SQL
_BY_NAME = "ORDER BY name_key {way}, id {way}"

# A question in parentheses is asked of one row after another; EXISTS would be made a join.
WALK = f"""
SELECT id FROM (SELECT id, name_key {_IN_ORDER} {_BY_NAME} LIMIT %(walked)s) p
WHERE (SELECT true {_BELONGING} AND m.person_id = p.id LIMIT 1) {_BY_NAME} LIMIT %(most)s
"""  # noqa: S608
GATHER = f"""
SELECT id {_IN_ORDER} AND id = ANY(ARRAY(SELECT m.person_id {_BELONGING})) {_BY_NAME}
LIMIT %(most)s
"""  # noqa: S608
COUNT = f"""
WITH belonging AS MATERIALIZED (SELECT m.person_id {_BELONGING} LIMIT %(read)s)
SELECT count(*), (SELECT count(*) FROM belonging),
    (SELECT reltuples FROM pg_class WHERE oid = 'members_person'::regclass)
FROM (SELECT DISTINCT person_id FROM belonging) p
WHERE person_id NOT IN (SELECT id FROM members_person WHERE {_OFF_RECORD})
"""  # noqa: S608


class PeopleInReach:
    """What `Person.objects.within(scope)` gives for the organisations of a scope, by name."""

    def __init__(self, scope: Scope) -> None:
        self.organisations = list(scope.organisation_ids)

    def keys(self, place: tuple[str, UUID] | None, *, backwards: bool, most: int) -> list[UUID]:
        sign, way = ("<", "DESC") if backwards else (">", "ASC")
        beyond = f"AND (name_key, id) {sign} (%(name)s, %(id)s)" if place else ""
        name, pk = place or ("", None)
        values = {"name": name, "id": pk, "most": most, "walked": WALKED}
        if self._are_many:
            found = self._read(WALK.format(beyond=beyond, way=way), values)
            if len(found) == most:
                return [key for (key,) in found]
        return [key for (key,) in self._read(GATHER.format(beyond=beyond, way=way), values)]

    def count(self, cap: int) -> int:
        people, read, _registry = self._some
        if people <= cap and read == READ:
            # So many of them belong to several organisations, or are no longer on record.
            people, _read, _registry = self._counted(None)
        return min(people, cap + 1)

    @property
    def _are_many(self) -> bool:
        """Walking meets one of them every `registry / read` names."""
        _people, read, registry = self._some
        return read > FEW and read**2 > PAGE * registry

    @cached_property
    def _some(self) -> tuple[int, int, float]:
        return self._counted(READ)

    def _counted(self, limit: int | None) -> tuple[int, int, float]:
        return self._read(COUNT, {"read": limit})[0]

    def _read(self, sql: str, values: dict[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            here: dict[str, Any] = {
                "organisations": self.organisations,
                "today": timezone.localdate(),
            }
            cursor.execute(sql, {**values, **here})
            return cursor.fetchall()
