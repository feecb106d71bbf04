"""What both lists need: the reach of whoever imports, organisations by name, places, comparing."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.access import Permission, Scope, scope_of
from members.models import Organisation, OrganisationAlias
from network.base.copying import update_rows
from network.base.dates import PartialDate, Precision
from network.base.errors import Refused
from network.base.imports.engine import Run
from network.base.imports.rows import ERASE, Change, Row
from network.base.text import fold
from network.places.matching import FoundDistrict, place_index


def reach_of(run: Run) -> Scope:
    """Without a user it is the command line of the server: it reaches everything."""
    if run.by is None:
        return Scope(everything=True)
    return scope_of(run.by, Permission.IMPORT)


class Organisations:
    """The organisations by the ways people write them. Only those in reach are ever named."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.by_id: dict[UUID, Organisation] = {}
        self.by_ruc: dict[str, UUID] = {}
        self.found: dict[str, Organisation] = {}
        self.by_name: dict[str, set[UUID]] = defaultdict(set)
        rows = Organisation.objects.filter(trashed_at=None)
        for organisation in rows.only("id", "name", "short_name", "ruc", "is_demo"):
            self.by_id[organisation.pk] = organisation
            if organisation.ruc:
                self.by_ruc[organisation.ruc] = organisation.pk
            for name in (organisation.name, organisation.short_name):
                if name:
                    self.by_name[fold(name)].add(organisation.pk)
        for alias in OrganisationAlias.objects.filter(organisation__in=self.by_id):
            self.by_name[alias.name_key].add(alias.organisation_id)

    def is_in_reach(self, pk: UUID) -> bool:
        return self.scope.everything or pk in self.scope.organisation_ids

    def called(self, pk: UUID) -> str:
        return self.by_id[pk].called if pk in self.by_id and self.is_in_reach(pk) else ""

    def find(self, text: str) -> Organisation:
        """The one organisation in reach that is called so, or has that RUC."""
        if text not in self.found:
            self.found[text] = self._find(text)
        return self.found[text]

    def _find(self, text: str) -> Organisation:
        found = {pk for pk in self.by_name.get(fold(text), ()) if self.is_in_reach(pk)}
        ruc = "".join(char for char in text if char.isdigit())
        if not found and len(ruc) == 11 and self.is_in_reach(self.by_ruc.get(ruc, UUID(int=0))):
            found = {self.by_ruc[ruc]}
        if len(found) == 1:
            return self.by_id[found.pop()]
        if found:
            names = "; ".join(sorted(self.by_id[pk].name for pk in found))
            raise Refused(
                _("Hay varias llamadas así: %(list)s. Escríbela completa.") % {"list": names}
            )
        if similar := self.similar(text):
            raise Refused(
                _("No hay una organización «%(name)s» a tu alcance. ¿Será «%(similar)s»?")
                % {"name": text, "similar": self.by_id[similar[0]].name}
            )
        raise Refused(
            _("No hay una organización «%s» a tu alcance. Regístrala primero o corrige el nombre.")
            % text
        )

    def similar(self, text: str) -> list[UUID]:
        """Those in reach whose name is nearly this one, the nearest first."""
        names = [name for name, ids in self.by_name.items() if any(map(self.is_in_reach, ids))]
        close = difflib.get_close_matches(fold(text), names, n=3, cutoff=0.85)
        return [pk for name in close for pk in self.by_name[name] if self.is_in_reach(pk)]

    def own(self) -> Organisation | None:
        """The only one she can mean when she names none."""
        if self.scope.everything or len(self.scope.organisation_ids) != 1:
            return None
        return self.by_id.get(next(iter(self.scope.organisation_ids)))


PLACE_COLUMNS = ("district", "province", "department", "ubigeo", "ubigeo_reniec")


def read_district(row: Row) -> FoundDistrict | Any | None:
    """The district of a row: by INEI code, by RENIEC code, or by its names. ERASE empties it."""
    texts = row.values
    if texts.get("district") is ERASE:
        return ERASE
    index = place_index()
    by_name = None
    column = "district"
    try:
        if name := texts.get("district"):
            by_name = index.resolve(texts.get("department", ""), texts.get("province", ""), name)
        for column, scheme in (("ubigeo", "inei"), ("ubigeo_reniec", "reniec")):
            if code := texts.get(column):
                found = index.from_code(code, scheme=scheme)
                if by_name is not None and found != by_name:
                    raise Refused(
                        _("El código es de %(code)s y el nombre de %(name)s.")
                        % {"code": found.path, "name": by_name.path}
                    )
                return found
    except Refused as refusal:
        row.refuse(column, refusal.message)
    return by_name


# --- Comparing what is on record with what the row says ------------------------------------------
@dataclass
class Comparison:
    """Gathers the columns of one record that change, and says them in words."""

    row: Row
    stored: Mapping[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def take(
        self, column: str, attname: str, value: Any, words: Callable[[Any], str], blank: Any = ""
    ) -> None:
        """Change `attname` to `value`, if the row says so: None is a blank cell, ERASE empties."""
        if value is None:
            return
        if value is ERASE:
            value = blank
        old = self.stored[attname]
        if old != value:
            self.set(**{attname: value})
            self.tell(column, words(old), words(value))

    def take_date(self, column: str, attname: str, precision: str, value: Any) -> None:
        """A date that says less than what is known changes nothing: 1979 against 03/05/1979."""
        if value is None:
            return
        old_date, old_precision = self.stored[attname], self.stored[precision]
        known = PartialDate(old_date, old_precision) if old_date else None
        if value is ERASE:
            value = None
        if value == known or (known and value and says_less(value, known)):
            return
        self.set(
            **{
                attname: value.date if value else None,
                precision: value.precision if value else Precision.DAY.value,
            }
        )
        self.tell(column, str(known or ""), str(value or ""))

    def set(self, **values: Any) -> None:
        for attname, value in values.items():
            if self.stored[attname] != value:
                self.before[attname], self.after[attname] = self.stored[attname], value

    def tell(self, column: str, before: str, after: str) -> None:
        self.row.changes.append(Change(column, before, after))


def says_less(new: PartialDate, known: PartialDate) -> bool:
    same_year = new.date.year == known.date.year
    if new.precision == Precision.YEAR:
        return same_year
    if new.precision == Precision.MONTH:
        same_month = same_year and new.date.month == known.date.month
        return same_month and known.precision == Precision.DAY
    return False


def is_same_name(old: str, new: str) -> bool:
    """Equal but for capitals, or accents that the new one lacks: a list seldom writes them."""
    return fold(old) == fold(new) and _marks(new) <= _marks(old)


def _marks(text: str) -> int:
    return sum(not char.isascii() for char in text)


def name_to_take(old: str, new: Any) -> Any:
    """None when the cell says nothing new."""
    return None if isinstance(new, str) and is_same_name(old, new) else new


def write_updates(model: type[models.Model], compared: Iterable[tuple[UUID, Comparison]]) -> None:
    """One statement for every set of columns that change together."""
    by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for pk, comparison in compared:
        if comparison.after:
            columns = tuple(sorted(comparison.after))
            by_columns[columns].append((pk, *(comparison.after[name] for name in columns)))
    for columns, rows in by_columns.items():
        update_rows(model, columns, rows)


def plain(value: Any) -> str:
    return str(value or "")


def yes_no(value: bool | None) -> str:
    return "" if value is None else (_("sí") if value else _("no"))


def labels(choices: type[models.TextChoices]) -> Callable[[Any], str]:
    """Words for a code, or for a list of them."""

    def say(value: Any) -> str:
        if isinstance(value, list | tuple):
            return ", ".join(str(choices(one).label) for one in value)
        return str(choices(value).label) if value else ""

    return say


def day(value: Any) -> str:
    return date_format(value, "d/m/Y") if value else ""


def district_path(code: str | None) -> str:
    found = place_index().by_code.get(code or "")
    return found.path if found else plain(code)
