"""The 25 departments as equal squares: a map without scale that fits a phone."""

from collections.abc import Mapping
from dataclasses import dataclass

from network.base.figures import PublicCount

# INEI code: (abbreviation, name, column, row)
TILES = {
    "24": ("TUM", "Tumbes", 0, 0),
    "01": ("AMA", "Amazonas", 2, 0),
    "16": ("LOR", "Loreto", 3, 0),
    "20": ("PIU", "Piura", 0, 1),
    "06": ("CAJ", "Cajamarca", 1, 1),
    "22": ("SAM", "San Martín", 2, 1),
    "14": ("LAM", "Lambayeque", 0, 2),
    "13": ("LAL", "La Libertad", 1, 2),
    "10": ("HUC", "Huánuco", 2, 2),
    "25": ("UCA", "Ucayali", 3, 2),
    "02": ("ÁNC", "Áncash", 1, 3),
    "19": ("PAS", "Pasco", 2, 3),
    "12": ("JUN", "Junín", 3, 3),
    "07": ("CAL", "Callao", 0, 4),
    "15": ("LIM", "Lima", 1, 4),
    "09": ("HUV", "Huancavelica", 2, 4),
    "08": ("CUS", "Cusco", 3, 4),
    "17": ("MDD", "Madre de Dios", 4, 4),
    "11": ("ICA", "Ica", 1, 5),
    "05": ("AYA", "Ayacucho", 2, 5),
    "03": ("APU", "Apurímac", 3, 5),
    "21": ("PUN", "Puno", 4, 5),
    "04": ("ARE", "Arequipa", 2, 6),
    "18": ("MOQ", "Moquegua", 3, 6),
    "23": ("TAC", "Tacna", 4, 6),
}
STEP_X, STEP_Y = 62, 50


@dataclass(frozen=True)
class Tile:
    code: str
    abbreviation: str
    name: str
    x: int
    y: int
    count: PublicCount
    step: int

    @property
    def is_dark(self) -> bool:
        return self.step >= 4


@dataclass(frozen=True)
class Band:
    """One colour of the legend: from `least` to `most`, or from `least` up."""

    step: int
    least: int
    most: int | None


def bands(greatest: int) -> list[Band]:
    """Five bands that double, so that few and many both show; the last one is never empty."""
    unit = 15
    while greatest >= unit * 16:
        unit *= 2
    edges = [1, unit, unit * 2, unit * 4, unit * 8]
    tops = [edge - 1 for edge in edges[1:]] + [None]
    pairs = zip(edges, tops, strict=True)
    return [Band(step, least, most) for step, (least, most) in enumerate(pairs, start=1)]


def tiles(counts: Mapping[str, PublicCount]) -> tuple[list[Tile], list[Band]]:
    """Every department, those without a count as none; and the legend that fits the counts."""
    scale = bands(max((count.value or 0 for count in counts.values()), default=0))
    drawn = []
    for code, (abbreviation, name, column, row) in TILES.items():
        count = counts.get(code, PublicCount(0))
        value = 1 if count.value is None else count.value
        step = sum(value >= band.least for band in scale)
        drawn.append(Tile(code, abbreviation, name, column * STEP_X, row * STEP_Y, count, step))
    return drawn, scale
