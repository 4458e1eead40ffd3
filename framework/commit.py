"""Moves whole files to their final names; no failure and no kill leaves a mixture.

A private folder is locked by the process that fills it. A process that was killed while it moved
files leaves it behind; the next one finishes what it began, as every file was whole by then.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from framework.digests import sha256_of

SUMMARY = "_summary.json"
EXPORTS = "_exports.json"
CONFIG = "_config.yaml"
RECORDS = (SUMMARY, EXPORTS)
"""Ends of the names of files that say which results belong together: of a run, of an export."""
PARTIAL = ".partial-"
LOCK = ".lock"
REPLACED = "replaced"
"""Folder, in the private one, of files that are being replaced."""


class Moves:
    """Moves of files that can be undone.

    Args:
        aside: folder for files that were replaced.
    """

    def __init__(self, aside: Path) -> None:
        self._aside = aside
        self._done: list[tuple[Path, Path]] = []

    def set_aside(self, final: Path) -> None:
        """Take a file away that is to be replaced, if it is there."""
        if final.exists():
            self._aside.mkdir(exist_ok=True)
            self._rename(final, self._aside / final.name)

    def move(self, path: Path, final: Path) -> None:
        """Give a file its final name."""
        self.set_aside(final)
        self._rename(path, final)

    def undo(self) -> None:
        """Rename everything back, the last first."""
        for path, final in reversed(self._done):
            with suppress(OSError):
                final.replace(path)
        self._done.clear()

    def _rename(self, path: Path, final: Path) -> None:
        path.replace(final)
        self._done.append((path, final))


def claimed(folder: Path) -> IO[bytes] | None:
    """The lock that shows other processes that this one works in a folder; None without locks.

    The system releases a lock with its process. Process numbers would not show it: containers that
    share the folder have them too. Locks count within one system only, so its name is in the file.
    """
    # Locked before it has its name: until then other processes leave the folder alone.
    new = folder / f"{LOCK}.new"
    new.write_text(_system(), encoding="utf-8")
    lock = _locked(new)
    new.rename(folder / LOCK)
    return lock


def recover_abandoned(folder: Path) -> None:
    """Finish or undo what killed runs began; private folders that cannot be judged stay."""
    for path in folder.glob(f".*{PARTIAL}*"):
        lock = path / LOCK
        with suppress(OSError):  # its owner may remove it at this moment
            if lock.read_text(encoding="utf-8") == _system() and (held := _locked(lock)):
                if (path / REPLACED).is_dir() and not _finished(path, folder):
                    _put_back(path, folder)
                shutil.rmtree(path, ignore_errors=True)
                held.close()


def _finished(private: Path, folder: Path) -> bool:
    """Whether every file of the record is whole, here or there; then the rest is moved too."""
    record = next((each for end in RECORDS for each in private.glob(f"*{end}")), None)
    if record is None:
        return False
    try:
        digests = json.loads(record.read_bytes())["sha256"].items()
        if not all(_has(private / name, sha) or _has(folder / name, sha) for name, sha in digests):
            return False
        for name, sha256 in digests:
            if _has(private / name, sha256):
                (private / name).replace(folder / name)
        record.replace(folder / record.name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def _has(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


def _put_back(private: Path, folder: Path) -> None:
    """Return files that were taken away, where nothing has taken their place."""
    for path in (private / REPLACED).iterdir():
        if not (folder / path.name).exists():
            path.replace(folder / path.name)


def _system() -> str:
    """A name of the running system: containers on it have the same, other machines another one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # not Linux
        return platform.node()


def _locked(path: Path) -> IO[bytes] | None:
    """The file, locked by this process; None where another holds it or nothing can be locked."""
    try:
        import fcntl  # not on Windows, where abandoned folders stay
    except ImportError:
        return None
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def write_through(path: Path) -> None:
    """Have the system write a file or a folder's entries to the disk: power may fail any time."""
    if os.name == "nt" and path.is_dir():  # Windows opens no folders
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        # Some file systems cannot do it for folders (EINVAL); everything else is a real failure.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(number)
