#!/usr/bin/env python3
"""Django's command line, in the environment that `make run` leaves in DATA_DIR/env."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    if find_spec("django") is None:
        _run_in_virtual_environment()
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db.utils import OperationalError  # noqa: PLC0415

    from network.serve import environment  # noqa: PLC0415
    from network.serve.process import ServeError  # noqa: PLC0415

    try:
        if (
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "network.settings")
            == "network.settings"
        ):
            os.environ |= environment.for_commands(os.environ)
        execute_from_command_line(sys.argv)
    except ServeError as error:
        sys.exit(str(error))
    except OperationalError as error:
        if error.__cause__ and error.__cause__.pgcode:  # type: ignore[attr-defined]
            raise
        reason = " ".join(str(error).split())
        sys.exit(f"La base de datos no responde; ¿está en marcha `make run`? {reason}")


def _run_in_virtual_environment() -> None:
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        sys.exit("Falta instalar el portal: ejecuta `make setup`.")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606


if __name__ == "__main__":
    main()
