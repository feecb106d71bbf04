"""The training matrix at any size: its data made in the database, counted, counted again, read."""

import json
from collections.abc import Iterator
from typing import Any

from bench.client import Target, timed
from bench.portal import Portal
from bench.report import Line, at_most

LIMIT_MS = 500


def matrix(running: Portal, people: int, cast: dict[str, Any]) -> Iterator[Line]:
    """Beside its limit: what the page is made of, and the page."""
    made = running.inside("fill_trainings", str(people))
    print(f"  {json.dumps(made)}")
    size = f"{made['organisations']:,} × {made['requirements']} · {people:,}"
    said = running.inside("count_matrix")
    yield Line(f"matriz {size}: contar todo", said["everything"], "s")
    yield at_most(f"matriz {size}: datos de la página", said["read"], "ms", LIMIT_MS)
    yield at_most(f"matriz {size}: tras cambiar 20 socias", said["some_stale"], "ms", LIMIT_MS)
    yield Line(f"matriz {size}: volver a contar esas", said["again"], "s")
    yield at_most(f"matriz {size}: casillas distintas de un recuento", said["different"], "", 0)
    for role in ("national", "regional"):
        target = Target(running.port, "/formacion/matriz/", lambda: [], cast[role])
        yield at_most(f"matriz {size}: página, {role}", timed(target, 30).p50, "ms", LIMIT_MS)
