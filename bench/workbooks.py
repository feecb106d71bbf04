"""Workbooks nobody would write by hand, brought in by the pages; the promises they must not break.

No page fails; a look leaves the registry as it was; the counts add up, and are what was written;
the same file again changes nothing; undone, no row is more or less than before.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from network.base.contracts import declared
from network.base.models import ImportBatch
from tests.factories.workbooks import ods, xlsx_book

MOST_ROWS = 9
TITLES = ["PADRÓN 2026", "", "Red de mujeres", "actualizado al 28/11/2026"]
UNKNOWN = ["Firma", "N°", "???", "", "DNI", "Nombres", "=A1", "Talla"]
NAMES = ["Rosaura", "ÑUSTA", "maría del carmen", "Flor de María", "X", "J.", "O'Higgins", "Zoila 2"]
SURNAMES = ["Mamani", "QUISPE", "de la Cruz", "Ñahui", "D´Angelo", "Huamán-Ticona", "", "-"]
WHOLE = ["Quispe Arce, Delfina", "MAMANI ROSA", "Condori", ", Ana", "Apaza,Condori,Luz", ","]
DOCUMENTS = ["00123456", 123456, "48103712-1", "4810371", "C.E. 001234567", "sin documento", "PE12",
             48103712, 48103712.0, "48 103 712", "12345678901", "00000000"]  # fmt: skip
DAYS = ["28/11/1979", "1979", "31/02/1980", 29000, "noviembre de 1979", "28-11-79", "2999", "0", -1,
        "1979-11-28", "28/11/1979 00:00", 1e9]  # fmt: skip
PHONES = ["951000720", 951000720, "+51 951 000 720", "051-351234", "951000720/951000721", "no", "9"]
ORGANISATIONS = ["Piedra Viva", "piedra  viva", "PIEDRA VIVA", "Río Claro; Piedra Viva", "Otra", ""]
WORDS = ["sí", "NO", "x", "Puno", "Ananea", "Mujer", "F", "quechua, aimara", "pallaquera", "200201"]
HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-3", "#N/A", "#BORRAR", "\u202eabc", "\u200b",
           "a" * 40000, "<script>alert(1)</script>", "'; DROP TABLE members_person; --", "NULL",
           "\ufeff", "👩🏽‍🏭", "e\u0301" * 50, "١٢٣٤٥٦٧٨", "\x00", "\x07", "\t", "\n", "%s%n",
           "1e309", "nan", "{{ 7*7 }}", "&amp;", "]]>"]  # fmt: skip
POOLS = {
    "paternal_surname": SURNAMES,
    "maternal_surname": SURNAMES,
    "surnames": SURNAMES,
    "given_names": NAMES,
    "full_name": WHOLE,
    "document": DOCUMENTS,
    "dni": DOCUMENTS,
    "born_on": DAYS,
    "member_since": DAYS,
    "member_until": DAYS,
    "founded_on": DAYS,
    "consent_on": DAYS,
    "phone": PHONES,
    "organisation": ORGANISATIONS,
    "name": [*ORGANISATIONS, *SURNAMES],
    "ruc": ["20123456786", 20123456786, "2012345678", "10"],
}


@dataclass
class Verdict:
    """What became of one workbook, and the promises it broke."""

    became: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


# --- Making them ---------------------------------------------------------------------------------
def workbook(random: Random) -> tuple[str, bytes]:
    """A name and a file: mostly what people have, with something wrong nearly everywhere."""
    sheets = {}
    for number in range(random.choice([1, 1, 1, 2])):
        sheets[f"{random.choice(['Socias', 'Hoja', 'Organizaciones'])}{number}"] = _sheet(random)
    ending = random.choice(["xlsx", "xlsx", "ods", "csv", "csv", "txt"])
    if ending == "xlsx":
        return "lista.xlsx", xlsx_book(_storable(sheets))
    first = [[_text(cell) for cell in row] for row in next(iter(sheets.values()))]
    if ending == "ods":
        return "lista.ods", ods([[escape(cell) for cell in row] for row in first])
    mark = random.choice([";", ",", "\t"])
    text = "\r\n".join(mark.join(_quoted(random, cell, mark) for cell in row) for row in first)
    encoding = random.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    content = text.encode(encoding, errors="replace")
    if random.random() < 0.05:
        content = content[: random.randrange(len(content) + 1)]
    return f"lista.{ending}", content


def _sheet(random: Random) -> list[list[Any]]:

    kind = declared("imports")[random.choice(["people", "people", "people", "organisations"])]
    known = random.sample(kind.columns, random.randrange(2, min(10, len(kind.columns))))
    usual = {"people": ("full_name", "dni", "organisation"), "organisations": ("name", "ruc")}
    wanted = {*usual[kind.name]} if random.random() < 0.7 else set()
    known += [c for c in kind.columns if c.name in wanted and c not in known]
    random.shuffle(known)
    heads = [str(random.choice([c.heading, *c.headings])) for c in known]
    names = [column.name for column in known]
    for _number in range(random.choice([0, 0, 1, 2])):
        at = random.randrange(len(names) + 1)
        names.insert(at, "")
        heads.insert(at, random.choice(UNKNOWN))
    rows: list[list[Any]] = [[random.choice(TITLES)] for _ in range(random.choice([0, 0, 1, 3]))]
    rows.append([random.choice([str.upper, str.title, str])(head) for head in heads])
    for _number in range(random.randrange(MOST_ROWS)):
        is_plain = random.random() < 0.6
        plain = {column.name: str(column.example) for column in known} | _woman(random)
        rows.append([plain.get(n) if is_plain else _cell(random, n) for n in names])
        if random.random() < 0.15:
            rows.append(random.choice([[], [None] * 5, [" "], rows[-1]]))
    return rows


def _woman(random: Random) -> dict[str, Any]:
    """What a plain row says, often of a woman or an organisation that came before."""
    number = random.randrange(60)
    whose = random.choice(["Quispe", "Mamani", "Ñahui"])
    return {
        "id": None,
        "dni": f"{40000000 + number * 7}",
        "document": f"{40000000 + number * 7}",
        "document_kind": "DNI",
        "paternal_surname": whose,
        "given_names": f"Rosa {'ABCDEFGH'[number % 8]}",
        "full_name": f"{whose} Arce, Rosa {'ABCDEFGH'[number % 8]}",
        "surnames": f"{whose} Arce",
        "organisation": random.choice(["Piedra Viva", "Río Claro"]),
        "name": f"Asociación {number}",
        "department": None,
        "province": None,
        "ubigeo": None,
        "ubigeo_reniec": None,
        "member_until": None,
        "ruc": None,
    }


def _cell(random: Random, name: str) -> Any:
    luck = random.random()
    if luck < 0.08:
        return None
    if luck < 0.14:
        return random.choice(HOSTILE)
    if luck < 0.18:
        return random.choice([True, 0, -1, 3.14159, 10**15, ("=A1", "7")])
    return random.choice(POOLS.get(name, WORDS))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell[1] if isinstance(cell, tuple) else cell)


def _quoted(random: Random, cell: str, mark: str) -> str:
    if mark in cell or '"' in cell or "\n" in cell or random.random() < 0.1:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _storable(sheets: dict[str, list[list[Any]]]) -> dict[str, list[list[Any]]]:
    """A cell of Excel holds 32,767 characters."""
    return {
        name: [[c[:32000] if isinstance(c, str) else c for c in row] for row in rows]
        for name, rows in sheets.items()
    }


# --- Bringing them in ----------------------------------------------------------------------------
def bring(client: Any, name: str, content: bytes, random: Random) -> Verdict:
    """Through the pages, as a coordinator does; `client` is signed in and lets errors through."""
    before = registry()
    verdict = Verdict("refused whole")
    review, looked = _look(client, name, content, verdict)
    if registry() != before:
        verdict.faults.append("a look changed the registry")
    if not looked:
        return verdict
    verdict.became = "every row waits"
    client.post(review, {"act": "import"})
    batch = ImportBatch.objects.filter(mapping__key=review.split("/")[-2]).first()
    if batch is None:
        if registry() != before:
            verdict.faults.append("nothing was imported, and something is there")
        if looked["new"] + looked["changed"] + looked["unchanged"]:
            verdict.faults.append("good rows were not imported")
        return verdict
    verdict.counts = Counter(batch.counts)
    if looked["new"] + looked["changed"] + looked["unchanged"]:
        verdict.became = "imported"
    _compare(verdict, before, looked, batch)
    after = registry()
    again, counts = _look(client, name, content, verdict)
    client.post(again, {"act": "import"})
    if counts.get("new") or counts.get("changed") or registry() != after:
        verdict.faults.append(f"the second time changed something: {counts}")
    if random.random() < 0.3:
        _undo(client, batch, before, verdict)
    return verdict


def _look(client: Any, name: str, content: bytes, verdict: Verdict) -> tuple[str, dict[str, int]]:
    """The address of the preview and its counts; no counts when it was refused or asks first."""

    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("import-start"), {"file": upload})
    if answer.status_code != 302:
        if answer.status_code != 200 or not answer.context["form"].errors:
            verdict.faults.append(f"no reason with status {answer.status_code}")
        return "", {}
    page = client.get(answer.url)
    preview = page.context["draft"].preview
    if page.status_code != 200:
        verdict.faults.append(f"the preview answers {page.status_code}")
    if preview is None:
        verdict.became = "asks for columns"
        return answer.url, {}
    return answer.url, dict(preview["counts"])


def _compare(verdict: Verdict, before: dict[str, int], looked: dict[str, int], batch: Any) -> None:
    """Is what the preview said what the import did, and what is there now?"""
    done = dict(batch.counts)
    if done.pop("read") != sum(done.values()):
        verdict.faults.append(f"the counts do not add up: {batch.counts}")
    if done != looked:
        verdict.faults.append(f"the preview said {looked}, the import did {done}")
    now = registry()
    made = sum(now[t] - before[t] for t in ("members_person", "members_organisation"))
    if made != done["new"]:
        verdict.faults.append(f"{done['new']} new, and {made} more on record")


def _undo(client: Any, batch: Any, before: dict[str, int], verdict: Verdict) -> None:

    client.post(reverse("import-undo", args=[batch.pk]))
    now = registry()
    left = {t: now[t] - before[t] for t in now if t in UNDONE and now[t] != before[t]}
    if left:
        verdict.faults.append(f"undone, and not as before: {left}")
    verdict.counts["undone"] += 1


UNDONE = {"members_person", "members_organisation", "members_phone", "members_membership"}


def registry() -> dict[str, int]:
    """Rows of every table of the registry, its history included: any write shows."""

    models = apps.get_app_config("members").get_models()
    return {m._meta.db_table: m._base_manager.count() for m in models}


def run(client: Any, seeds: range) -> Iterator[tuple[int, Verdict]]:
    for seed in seeds:
        random = Random(seed)
        try:
            yield seed, bring(client, *workbook(random), random)
        except Exception as error:  # noqa: BLE001  # a page that fails is what is looked for
            yield seed, Verdict("failed", faults=[f"{type(error).__name__}: {error}"[:300]])


def summed(verdicts: list[tuple[int, Verdict]]) -> dict[str, Any]:
    rows: Counter[str] = Counter()
    for _seed, verdict in verdicts:
        rows += verdict.counts
    return {
        "id": "fuzz",
        "n": len(verdicts),
        "became": dict(Counter(verdict.became for _seed, verdict in verdicts)),
        "rows": dict(rows),
        "broken": {seed: verdict.faults for seed, verdict in verdicts if verdict.faults},
    }
