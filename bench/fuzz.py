"""`python -m bench.fuzz [COUNT] [SEED]`: as many odd workbooks through the import of a portal.

Prints one line of JSON: what became of them, of their rows, and of each seed that broke a promise
of bench/workbooks.py which. The exit code says whether any did.
"""

import json
import sys

from bench.portal import portal

COUNT, SEED = "2000", "20261124"


def main(count: str = COUNT, seed: str = SEED) -> int:
    with portal() as running:
        running.start()
        told = running.inside("fuzz", count, seed)
    print(json.dumps(told | {"verdict": "red" if told["broken"] else "green"}, ensure_ascii=False))
    return bool(told["broken"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
