"""`python -m bench.certificates [COUNT]`: certificates issued, printed and put into a ZIP by a job,
on a portal of its own, beside their limits."""

import sys
from collections.abc import Iterator

from bench.portal import portal
from bench.report import Line, at_most, show

COUNT = 500
SECONDS = 60
PAPER_KB, PICTURE_KB = 60, 100


def measured(count: int) -> Iterator[Line]:
    with portal() as running:
        running.start()
        running.manage("populate", "--people", "400")
        said = running.inside("certificates", str(count))
        name = f"{count} constancias con su PDF"
        yield at_most(f"{name}: emitirlas y el ZIP", said["seconds"], "s", SECONDS * count / COUNT)
        yield at_most(f"{name}: PDF más grande", said["largest_kb"], "kB", PAPER_KB)
        yield at_most("tarjeta para WhatsApp", said["picture_kb"], "kB", PICTURE_KB)
        yield Line(f"{name}: memoria", said["peak_mb"], "MB")
        yield at_most(f"{name}, otra vez: nuevas", said["again"], "", 0)


def main() -> None:
    is_met = True
    for line in measured(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT):
        show(line)
        is_met = is_met and line.is_met is not False
    sys.exit(not is_met)


if __name__ == "__main__":
    main()
