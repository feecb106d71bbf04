"""Which district people mean: by its names in any spelling of accents, or by a code of a scheme.

Nothing is guessed: what fits no district, or several, is refused with a reason, and a code counts
only together with the scheme it belongs to (INEI's and RENIEC's numbers differ). The list is read
once into memory, so a file of 100,000 rows asks PostgreSQL one question.
"""

import difflib
import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.base.text import fold
from network.places.models import District
from network.places.sources import RESPELLED, SCHEMES, Path3

# Another process may have loaded a newer list.
LIFETIME_SECONDS = 600
REMEMBERED_ANSWERS = 20_000
MOST_SUGGESTED = 8

# What forms and workbooks write for two regions.
DEPARTMENT_ALIASES = {
    "cuzco": "cusco",
    "provincia constitucional del callao": "callao",
    "prov const del callao": "callao",
}


@dataclass(frozen=True)
class FoundDistrict:
    """A district as the list has it; `code` is INEI's and the key of its row."""

    code: str
    district: str
    province: str
    department: str
    reniec_code: str | None
    duplicate_of: str | None
    valid_to: date | None

    @property
    def path(self) -> str:
        return f"{self.district}, {self.province}, {self.department}"

    @property
    def folded(self) -> Path3:
        return folded(self.department), folded(self.province), folded(self.district)


def folded(text: str) -> str:
    """As `fold`, also for the two-part accents that some telephones and files write."""
    return fold(unicodedata.normalize("NFC", text))


class PlaceIndex:
    """The list of districts in memory, with everything it may be asked by."""

    def __init__(self, found: Iterable[FoundDistrict]) -> None:
        self.by_code = {district.code: district for district in found}
        originals = [d for d in self.by_code.values() if d.duplicate_of is None]
        self.current = [d for d in originals if d.valid_to is None]
        self.by_reniec = {d.reniec_code: d for d in self.by_code.values() if d.reniec_code}
        # A current district takes the place of an ended one of the same name.
        self.by_path = {d.folded: d for d in [*originals, *self.current]}
        for written, official in RESPELLED.items():
            if official in self.by_path:
                self.by_path.setdefault(written, self.by_path[official])
        self.by_name: dict[str, list[tuple[Path3, FoundDistrict]]] = defaultdict(list)
        self.by_words: dict[str, set[FoundDistrict]] = defaultdict(set)
        for path, district in self.by_path.items():
            if district.valid_to is None:
                self.by_name[path[2]].append((path, district))
            for words in _ways_to_write(path, is_current=district.valid_to is None):
                self.by_words[words].add(district)
        self.answer = lru_cache(REMEMBERED_ANSWERS)(self._answer)

    def from_code(self, code: str, *, scheme: str) -> FoundDistrict:
        """The district that `scheme` numbers so; Excel's lost leading zero is given back."""
        if scheme not in SCHEMES:
            raise Refused(_("Di si el código es de INEI o de RENIEC."))
        digits = code.strip()
        if not re.fullmatch(r"[0-9]{5,6}", digits):
            raise Refused(_("«%s» no es un código de distrito: tiene 6 cifras.") % code)
        by_code = self.by_code if scheme == "inei" else self.by_reniec
        found = by_code.get(digits.zfill(6))
        if found is None:
            raise Refused(
                _("Ningún distrito tiene el código %(code)s de %(scheme)s.")
                % {"code": digits, "scheme": scheme.upper()}
            )
        return self.by_code[found.duplicate_of] if found.duplicate_of else found

    def resolve(self, department: str, province: str, district: str) -> FoundDistrict:
        """The one district of these names; region and province may be blank if one fits."""
        answer = self.answer(department, province, district)
        if isinstance(answer, str):
            raise Refused(answer)
        return answer

    def matches(self, text: str) -> list[FoundDistrict]:
        """Districts that `text` may mean, in their order: exactly, else by how it begins or sounds.

        A number with its scheme ("RENIEC 160103") is one; without it, one in each scheme.
        """
        if code := re.fullmatch(r"(?:(inei|reniec) ?)?([0-9]{6})", folded(text)):
            schemes = [code[1]] if code[1] else SCHEMES
            return _in_order(self._numbered(code[2], schemes))
        words = folded(text)
        return _in_order(self.by_words.get(words, ())) or self._similar(words)

    def is_exact(self, text: str) -> bool:
        return bool(self.by_words.get(folded(text))) or bool(re.search(r"[0-9]{6}", text))

    def _numbered(self, code: str, schemes: Iterable[str]) -> set[FoundDistrict]:
        found = set()
        for scheme in schemes:
            try:
                found.add(self.from_code(code, scheme=scheme))
            except Refused:
                continue
        return found

    def _similar(self, words: str) -> list[FoundDistrict]:
        names = [name for name in self.by_name if name.startswith(words)]
        names = names or difflib.get_close_matches(words, self.by_name, n=3, cutoff=0.75)
        return _in_order(d for name in names for _path, d in self.by_name[name])[:MOST_SUGGESTED]

    def _answer(self, department: str, province: str, district: str) -> FoundDistrict | str:
        region = DEPARTMENT_ALIASES.get(folded(department), folded(department))
        path = (region, folded(province), folded(district))
        if not path[2]:
            return _("Falta el distrito.")
        if path[2].isdigit():
            return _("«%s» es un código: di si es de INEI o de RENIEC.") % district
        if path in self.by_path:
            return self.by_path[path]
        same_name = self.by_name.get(path[2], [])
        fitting = {
            found
            for (its_region, its_province, _name), found in same_name
            if path[0] in {"", its_region} and path[1] in {"", its_province}
        }
        if len(fitting) == 1:
            return fitting.pop()
        name = district.strip()
        if fitting:
            return _("Hay varios distritos «%(name)s»: %(list)s. Escribe provincia y región.") % {
                "name": name,
                "list": _listed(fitting),
            }
        if same_name:
            elsewhere = _listed(found for _path, found in same_name)
            return _("El distrito «%(name)s» no está ahí, sino en: %(list)s.") % {
                "name": name,
                "list": elsewhere,
            }
        if similar := self._similar(path[2]):
            return _("No hay un distrito «%(name)s». ¿Será %(list)s?") % {
                "name": name,
                "list": _listed(similar),
            }
        return _("No hay un distrito «%s».") % name


def resolve_place(text_department: str, text_province: str, text_district: str) -> FoundDistrict:
    """The district of these names, or Refused with the reason in Spanish."""
    return place_index().resolve(text_department, text_province, text_district)


def district_from_code(code: str, *, scheme: str) -> FoundDistrict:
    """The district of a code in "inei" or "reniec", or Refused with the reason in Spanish."""
    return place_index().from_code(code, scheme=scheme)


def place_index() -> PlaceIndex:
    """The list in memory, read again from time to time. An empty list is not kept."""
    kept = _kept.get("index")
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    index = PlaceIndex(_read())
    if index.by_code:
        _kept["index"] = (time.monotonic() + LIFETIME_SECONDS, index)
    return index


def forget_places() -> None:
    _kept.clear()


_kept: dict[str, tuple[float, PlaceIndex]] = {}


def _read() -> list[FoundDistrict]:
    rows = District.objects.values_list(
        "code",
        "name",
        "province__name",
        "province__department__name",
        "reniec_code",
        "duplicate_of_id",
        "valid_to",
    )
    return [FoundDistrict(*row) for row in rows]


def _ways_to_write(path: Path3, *, is_current: bool) -> list[str]:
    """Words that name a district, from the district up or from the region down."""
    region, province, district = path
    whole = [f"{district} {province} {region}", f"{region} {province} {district}"]
    parts = [district, f"{district} {province}", f"{district} {region}", f"{province} {district}"]
    return whole + parts if is_current else whole


def _in_order(found: Iterable[FoundDistrict]) -> list[FoundDistrict]:
    return sorted(set(found), key=lambda district: folded(district.path))


def _listed(found: Iterable[FoundDistrict]) -> str:
    return "; ".join(district.path for district in _in_order(found)[:MOST_SUGGESTED])
