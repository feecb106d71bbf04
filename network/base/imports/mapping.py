"""Which row of a sheet is its heading, and which column each heading means."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from network.base.contracts import Import, ImportColumn, declared
from network.base.errors import Refused
from network.base.imports.reader import Line, Sheet
from network.base.models import ImportMapping
from network.base.text import fold

MOST_HEADINGS = 120
FEWEST_KNOWN = 2
# Sheets of our own exports and template that speak of columns and hold no rows.
ABOUT = frozenset({"diccionario", "acerca de", "como se llena", "listas"})


@dataclass(frozen=True)
class Plan:
    """How one sheet is read: as which list, from which heading, what each cell means.

    `columns` holds the name of a column for every heading, or "" for one that is not imported.
    """

    sheet: int
    sheet_name: str
    kind: str
    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def declaration(self) -> Import:
        return declared("imports")[self.kind]

    def heading_of(self, column: str) -> str:
        """As her workbook calls it; a column she does not have goes by our name."""
        if column in self.columns:
            return self.headings[self.columns.index(column)]
        return str(columns_of(self.declaration)[column].heading)

    def problems(self) -> list[str]:
        """Why nothing can be read yet, in sentences."""
        known = columns_of(self.declaration)
        missing = [
            " / ".join(str(known[name].heading) for name in group)
            for group in self.declaration.needs
            if not set(group) & set(self.columns)
        ]
        said = [_("Falta la columna «%s».") % heading for heading in missing]
        twice = [name for name, count in Counter(filter(None, self.columns)).items() if count > 1]
        for name in twice:
            headings = [h for h, c in zip(self.headings, self.columns, strict=True) if c == name]
            said.append(
                _("Dos columnas dicen ser «%(column)s»: %(headings)s. Deja una.")
                % {"column": known[name].heading, "headings": ", ".join(f"«{h}»" for h in headings)}
            )
        return said

    def unknown(self) -> list[str]:
        pairs = zip(self.headings, self.columns, strict=True)
        return [heading for heading, column in pairs if heading and not column]

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "sheet_name": self.sheet_name,
            "kind": self.kind,
            "heading_row": self.heading_row,
            "headings": list(self.headings),
            "columns": list(self.columns),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Plan":
        return cls(
            **{**kept, "headings": tuple(kept["headings"]), "columns": tuple(kept["columns"])}
        )


@cache
def columns_of(declaration: Import) -> dict[str, ImportColumn]:
    return {column.name: column for column in declaration.columns}


@cache
def _names(declaration: Import) -> dict[str, str]:
    """Every way to write a heading, folded, and the column it means."""
    names = {}
    for column in declaration.columns:
        for heading in (column.name, str(column.heading), *column.headings):
            names[_key(heading)] = column.name
    return names


def _key(heading: str) -> str:
    """«N.° de  Celular*» and «n de celular» are one heading."""
    return fold("".join(c for c in heading if c not in "*°º#:¿?"))


def _meaning(declaration: Import, heading: str) -> str:
    """The column a heading names; «D.N.I.» is DNI, and «Ap.Paterno» is Ap Paterno."""
    names = _names(declaration)
    return names.get(_key(heading)) or names.get(_key(heading.replace(".", "")), "")


def plan_sheets(sheets: Iterable[Sheet], kinds: Iterable[Import], *, by: Any = None) -> list[Plan]:
    """The sheets that hold a known list, in the order they must be written."""
    kinds = list(kinds)
    plans = [plan for sheet in sheets if (plan := _recognised(sheet, kinds)) is not None]
    plans = [_remembered(plan, by) for plan in plans] if by is not None else plans
    return sorted(plans, key=lambda plan: (plan.declaration.order, plan.sheet))


def plan_as(sheet: Sheet, kind: Import) -> Plan:
    """The sheet read as this list even if hardly any heading is known: she will say which is."""
    if (plan := _recognised(sheet, [kind], fewest=1)) is not None:
        return plan
    if not sheet.head:
        raise Refused(_("La hoja «%s» está vacía.") % sheet.name)
    fullest = max(sheet.head[:10], key=lambda line: len(set(filter(None, line[1]))))
    return _plan(sheet, kind, fullest)


def _recognised(sheet: Sheet, kinds: list[Import], fewest: int = FEWEST_KNOWN) -> Plan | None:
    best, best_fit = None, (0, False, 0)
    if fold(sheet.name) in ABOUT:
        return None
    for kind in kinds:
        is_named = any(word in fold(sheet.name) for word in kind.sheets)
        for line in sheet.head:
            known = {_meaning(kind, text) for text in line[1] if text} - {""}
            fit = (len(known), is_named, -line[0])
            if len(known) >= fewest and fit > best_fit:
                best, best_fit = _plan(sheet, kind, line), fit
    return best


def _plan(sheet: Sheet, kind: Import, line: Line) -> Plan:
    number, texts = line
    headings = tuple(" ".join(text.split())[:MOST_HEADINGS] for text in texts)
    taken: set[str] = set()
    columns = []
    for heading in headings:
        column = _meaning(kind, heading) if heading else ""
        # The first of two equal headings counts; the other is told as not imported.
        columns.append("" if column in taken else column)
        taken.add(column)
    return Plan(sheet.index, sheet.name, kind.name, number, headings, tuple(columns))


def repeated_headings(plan: Plan) -> list[str]:
    """Headings that stand over two columns, so that she can rename one."""
    counted = Counter(_key(heading) for heading in plan.headings if heading)
    seen = {_key(heading): heading for heading in reversed(plan.headings)}
    return [seen[key] for key, count in counted.items() if count > 1]


def with_columns(plan: Plan, columns: Iterable[str]) -> Plan:
    """The plan as she corrected it. What is no column of this list is not imported."""
    known = columns_of(plan.declaration)
    chosen = tuple(column if column in known else "" for column in columns)
    if len(chosen) != len(plan.headings):
        raise Refused(_("El archivo cambió. Súbelo otra vez."))
    return replace(plan, columns=chosen)


# --- What she corrected once is known the next time ----------------------------------------------
def remember(plan: Plan, *, by: Any) -> None:
    """Keep how these headings are read: for her organisation, or for her when she serves several
    or none."""
    organisation = by.sole_organisation_id
    whose = {"organisation_id": organisation} if organisation else _her_own(by)
    ImportMapping.objects.update_or_create(
        name=plan.kind,
        headings=list(plan.headings),
        **whose,
        defaults={"mapping": {"columns": list(plan.columns)}, "owner": by},
    )


def _remembered(plan: Plan, by: Any) -> Plan:
    kept = ImportMapping.objects.filter(name=plan.kind, headings=list(plan.headings))
    organisation = by.sole_organisation_id
    found = kept.filter(organisation_id=organisation).first() if organisation else None
    found = found or kept.filter(**_her_own(by)).first()
    return with_columns(plan, found.mapping["columns"]) if found else plan


def _her_own(by: Any) -> dict[str, Any]:
    return {"owner": by, "organisation_id": None}
