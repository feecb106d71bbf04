"""One line per measure: ours, the floor or peer of the same run, their ratio, and the goal."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Line:
    measure: str
    ours: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    goal: str = ""
    is_met: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None


def within(
    measure: str, ours: float, unit: str, *, floor: float, floor_name: str, times: float
) -> Line:
    """A measure that must stay within so many times its floor."""
    goal = f"≤ {times:g} × {floor_name}"
    return Line(measure, ours, unit, floor, floor_name, goal, ours <= times * floor)


def at_most(measure: str, ours: float, unit: str, limit: float) -> Line:
    return Line(measure, ours, unit, None, "", f"≤ {limit:g} {unit}", ours <= limit)


def show(line: Line) -> None:
    mark = {True: "cumple", False: "NO CUMPLE", None: ""}[line.is_met]
    ratio = f"{line.ratio:5.2f} ×" if line.ratio else " " * 7
    beside = f"{line.floor:10.2f}" if line.floor is not None else " " * 10
    print(
        f"{line.measure:<60}{line.ours:10.2f} {line.unit:<4}{beside} {ratio}  "
        f"{line.goal:<30} {mark}",
        flush=True,
    )


def as_json(lines: list[Line]) -> str:
    return json.dumps([asdict(line) | {"ratio": line.ratio} for line in lines], ensure_ascii=False)
