"""`python -m bench [--people 400,100000] [--full] [--only pages,exports] [--json FILE]`."""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import files
from bench.client import Importer, Target, Timing, download, paired
from bench.matrix import matrix
from bench.memory import Watch, private_mb, tree
from bench.portal import Portal, floor, portal
from bench.report import Line, as_json, at_most, show, within
from bench.upsert import upsert_seconds

MILLION = 1_000_000
# From so many people on PostgreSQL has reason to use an index.
MANY = 50_000
IMPORTED_ROWS = 100_000
MEASURES = ("start", "pages", "trainings", "matrix", "exports", "imports", "hostile")


def start(running: Portal) -> Iterator[Line]:
    running.stop()
    yield at_most("segundo arranque, con sus datos", running.start(), "s", 5)


def populate(running: Portal, people: int) -> Iterator[Line]:
    begun = time.monotonic()
    running.manage("populate", "--people", str(people), "--only", "members")
    seconds = time.monotonic() - begun
    yield at_most(f"populate {people:,}", seconds, "s", 300)
    yield Line(f"populate {people:,}: personas por segundo", people / seconds, "/s")


def populate_trainings(running: Portal, people: int) -> Iterator[Line]:
    """Ten marks a person, of those who are there already."""
    begun = time.monotonic()
    running.manage("populate", "--people", str(people), "--only", "trainings")
    yield Line(f"formación de {people:,}: diez marcas por persona", time.monotonic() - begun, "s")


# --- Pages ---------------------------------------------------------------------------------------
def pages(running: Portal, people: int, cast: dict[str, Any]) -> Iterator[Line]:
    """Beside the bare application, in turns."""
    common, rare = {"q": "mamani"}, {"q": cast["rare"]}
    deep = {"key": cast["deep_key"], "id": cast["deep_id"]}
    addresses: list[tuple[str, str, dict[str, str], float]] = [
        ("lista, primera hoja", "/personas/", {}, 8),
        ("búsqueda de un apellido común", f"/personas/?{urlencode(common)}", common, 5),
        ("búsqueda de un nombre completo", f"/personas/?{urlencode(rare)}", rare, 5),
        (
            "búsqueda de un DNI",
            f"/personas/?{urlencode({'q': cast['document']})}",
            {"document": cast["document_index"]},
            5,
        ),
        (
            "página de una organización",
            f"/organizaciones/{cast['organisation']}/",
            {"org": cast["organisation"]},
            6,
        ),
    ]
    after = f"/personas/?{urlencode({'despues': cast['deep_id']})}"
    with floor(running.variables) as (bare, process):

        def beside(path: str, query: dict[str, str], role: str) -> tuple[Timing, Timing]:
            answering = running.answering
            return paired(
                Target(running.port, path, answering, cast[role]),
                Target(bare, f"/?{urlencode(query)}", lambda: tree(process) + running.postgres()),
            )

        own: dict[str, Timing] = {}
        for words, path, query, times in addresses:
            ours, limit = beside(path, query, "national")
            own[path] = ours
            yield from _page(f"{words} · {people:,}", ours, limit, times)
        ours, limit = beside(after, deep, "national")
        measure = f"lista, a tres cuartos · {people:,}"
        first = own["/personas/"].p50
        yield within(measure, ours.p50, "ms", floor=first, floor_name="primera hoja", times=1.5)
        yield from _page(f"{measure}, junto al suelo", ours, limit, 8)
        for words, path, query, times in addresses[:-1]:  # the organisation need not be hers
            ours, limit = beside(path, query, "regional")
            yield from _page(f"{words} · regional · {people:,}", ours, limit, times)
    if people >= MANY:
        asked = [path for _words, path, _query, _times in addresses] + [after]
        yield from _plans(running, cast["national"], asked, people)


def _page(measure: str, ours: Timing, limit: Timing, times: float) -> Iterator[Line]:
    yield within(measure, ours.p50, "ms", floor=limit.p50, floor_name="suelo", times=times)
    yield Line(f"{measure}: procesador", ours.cpu, "ms", limit.cpu, "suelo")
    yield Line(f"{measure}: HTML", ours.size / 1024, "kB")


def _plans(
    running: Portal, cookies: dict[str, str], asked: list[str], people: int
) -> Iterator[Line]:
    said = running.inside("plans", json.dumps(cookies), *asked)
    print(f"  índices: {', '.join(said['indexes'])}")
    if said["walked"]:
        print(f"  recorridas enteras: {', '.join(said['walked'])}")
    measure = f"tablas grandes recorridas enteras · {people:,}"
    yield at_most(measure, len(said["walked"]), "", 0)


# --- Files out -----------------------------------------------------------------------------------
def exports(running: Portal, people: int, cast: dict[str, Any], folder: Path) -> Iterator[Line]:
    plain = {"format": "csv"}
    personal = plain | {
        "is_personal": "on",
        "purpose": "other",
        "purpose_words": "para medir cuánto tarda",
    }
    path, cookies, workers = "/exportar/people/", cast["national"], running.web_workers()
    for form in (plain, personal):  # what is loaded once does not count as growth
        for _worker in range(4):
            download(running.port, f"{path}?q=mamani", cookies=cookies, form=form)
    copy = running.inside("copy_of_file", "plain")["seconds"]
    with Watch(lambda: private_mb(workers)) as memory:
        ours = download(running.port, path, cookies=cookies, form=plain)
    name = f"CSV {people:,}"
    yield within(name, ours.seconds, "s", floor=copy, floor_name="COPY", times=2)
    yield at_most(f"{name}: primer byte", ours.first_byte * 1000, "ms", 50)
    yield at_most(f"{name}: crece la memoria del servidor", memory.growth_mb, "MB", 10)
    with Watch(lambda: private_mb(workers)) as memory:
        ours = download(running.port, path, cookies=cookies, form=personal)
    yield Line(f"{name} con columnas selladas", ours.seconds, "s", copy, "COPY")
    yield at_most(f"{name} con columnas selladas: memoria", memory.growth_mb, "MB", 10)
    if people < MILLION:
        ours_xlsx = running.inside("workbook", str(folder))
        bare = running.inside("plain_workbook", str(folder))
        yield Line(f"XLSX {people:,}", ours_xlsx["seconds"], "s", bare["seconds"], "XlsxWriter")
        yield Line(
            f"XLSX {people:,}: memoria", ours_xlsx["peak_mb"], "MB", bare["peak_mb"], "XlsxWriter"
        )


# --- Files in ------------------------------------------------------------------------------------
def imports(running: Portal, people: int, cast: dict[str, Any], folder: Path) -> Iterator[Line]:
    organisations = min(max(people // 18, 1), 2000)
    small = files.write_xlsx(folder / "500.xlsx", 500, organisations)
    seen = running.inside("bring_in", str(small), "preview")
    print(f"  {seen['answer']}")
    yield at_most("vista previa de 500 filas, .xlsx", seen["seconds"], "s", 1)
    begun = time.monotonic()
    Importer(running.port, cast["national"]).look(small, 60)
    yield at_most("la misma, en el navegador", time.monotonic() - begun, "s", 1)
    big = files.write_csv(folder / "big.csv", IMPORTED_ROWS, organisations)
    bare = upsert_seconds(running.variables["DATABASE_OWNER_URL"], big)
    preview = running.inside("bring_in", str(big), "preview")
    commit = running.inside("bring_in", str(big), "commit")
    print(f"  {commit['answer']}")
    name = f"importar {IMPORTED_ROWS:,} filas"
    both = preview["seconds"] + commit["seconds"]
    yield Line(f"{name}: vista previa", preview["seconds"], "s", bare, "COPY y upsert")
    yield Line(f"{name}: escribir", commit["seconds"], "s", bare, "COPY y upsert")
    yield Line(f"{name}: las dos", both, "s", bare, "COPY y upsert", "≤ 20 s", both <= 20)
    yield at_most(f"{name}: memoria", max(preview["peak_mb"], commit["peak_mb"]), "MB", 300)
    again = running.inside("bring_in", str(big), "commit")
    print(f"  otra vez: {again['answer']}")
    changed = again["answer"]["new"] + again["answer"]["changed"]
    yield at_most(f"{name}, otra vez: filas que cambian", changed, "", 0)


def hostile(running: Portal, folder: Path) -> Iterator[Line]:
    for words, file in (
        ("bomba de 10 GB", files.write_bomb(folder / "bomb.xlsx", lies=False)),
        ("bomba de 10 GB que miente", files.write_bomb(folder / "lies.xlsx", lies=True)),
        ("un millón de filas vacías", files.write_empty_rows(folder / "empty.xlsx")),
    ):
        said = running.inside("refuse", str(file))
        print(f"  {file.stat().st_size / 1e6:.1f} MB: «{said['answer']}»")
        yield at_most(words, said["seconds"], "s", 2)
        yield at_most(f"{words}: memoria", said["peak_mb"], "MB", 300)


# --- All of it -----------------------------------------------------------------------------------
def measured(people: int, only: set[str]) -> Iterator[Line]:
    """Everything at one size, on a portal of its own."""
    with portal() as running:
        yield Line("primer arranque, sin instalar", running.start(), "s")
        yield from populate(running, people)
        if "start" in only:
            yield from start(running)
        cast = running.inside("cast", str(people))
        if "pages" in only:
            yield from pages(running, people, cast)
        if "trainings" in only:
            yield from populate_trainings(running, people)
        if "matrix" in only:
            yield from matrix(running, people, cast)
        if "exports" in only and people >= MANY:
            yield from exports(running, people, cast, running.folder)
        if people >= MANY and people < MILLION:
            if "imports" in only:
                yield from imports(running, people, cast, running.folder)
            if "hostile" in only:
                yield from hostile(running, running.folder)


def flat(lines: list[Line], sizes: list[int]) -> Iterator[Line]:
    """The list costs the same at any size, counted in floors of its own run."""
    by_name = {line.measure: line for line in lines}
    small, large = (by_name.get(f"lista, primera hoja · {n:,}") for n in (sizes[0], sizes[-1]))
    if small and large and small is not large:
        name = f"lista: de {sizes[0]:,} a {sizes[-1]:,} personas"
        yield within(name, large.ours, "ms", floor=small.ours, floor_name="la pequeña", times=1.5)


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--people", default="400,100000")
    parser.add_argument("--full", action="store_true", help="also 1,000,000 people")
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    sizes = sorted(
        {int(size) for size in asked.people.split(",")} | ({MILLION} if asked.full else set())
    )
    print(f"{'medida':<60}{'nuestro':>10}      {'al lado':>10}   razón  meta")
    lines: list[Line] = []

    def keep(made: Iterator[Line]) -> None:
        for line in made:
            show(line)
            lines.append(line)

    for people in sizes:
        keep(measured(people, set(asked.only.split(","))))
    keep(flat(lines, sizes))
    if asked.json:
        asked.json.write_text(as_json(lines))


if __name__ == "__main__":
    main()
