"""DATA_DIR/env: the variables of the running portal, so that any command works beside it."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from network.serve.process import ServeError

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("SECRET_KEY", "PORTAL_DATA_KEYS", "PORTAL_INDEX_KEY", "PORTAL_ISSUER_KEY")


def data_dir(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("DATA_DIR") or ROOT / ".data").resolve()


def for_commands(environment: Mapping[str, str]) -> dict[str, str]:
    """What a command still lacks. Beside a database of its own it takes only the keys."""
    folder = data_dir(environment)
    stored = read(folder)
    if not stored and "DATABASE_URL" not in environment:
        raise ServeError(
            f"No hay portal en {folder}: inícialo con `make run`,"
            " o define DATABASE_URL y REDIS_URL."
        )
    if environment.get("DATABASE_URL", stored.get("DATABASE_URL")) != stored.get("DATABASE_URL"):
        stored = {name: value for name, value in stored.items() if name in KEYS}
    return {name: value for name, value in stored.items() if name not in environment}


def read(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / "env").read_text().splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise ServeError(
            f"{folder / 'env'} es de otra cuenta; usa la que inició el portal."
        ) from error
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write(folder: Path, values: Mapping[str, str]) -> None:
    """Replace the file whole; only its owner may read it, from its first byte on."""
    path = folder / "env"
    unfinished = folder / "env.new"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def keys(environment: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """Given ones, else the stored ones, else new: a new data key has a name never used before."""
    new = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_DATA_KEYS": f"k{secrets.token_hex(3)}:{_random_key()}",
        "PORTAL_INDEX_KEY": _random_key(),
        "PORTAL_ISSUER_KEY": _random_key(),
    }
    return {name: environment.get(name) or stored.get(name) or new[name] for name in KEYS}


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
