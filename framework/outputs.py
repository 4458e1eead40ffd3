"""The output folder: files are written in a private folder and moved when all are complete."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from typing_extensions import Self

from framework.digests import sha256_of
from framework.errors import ConfigurationError, StageError
from framework.picture_names import picture_files, series_name

_PARTIAL = ".partial-"
_LOCK = ".lock"
NAME_BYTES = 200
"""Results get suffixes and an interim folder; file systems allow 255 bytes for all of it."""


def readable(path: Path | str) -> str:
    """Return a path as text; bytes in it that are no text become U+FFFD."""
    return os.fsencode(path).decode(errors="replace")


def result_names(sources: Iterable[Path]) -> list[str]:
    """Return a name per source: its stem (cut if it is long), with -2, -3 ... where equal."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    names = []
    for source in sources:
        stem = readable(series_name(source)).encode()[:NAME_BYTES].decode(errors="ignore")
        name = stem
        while name in taken:
            seen[stem] += 1
            name = f"{stem}-{seen[stem] + 1}"
        taken.add(name)
        names.append(name)
    return names


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hex; of several files, that of their names and digests."""
    files = files_of(path)
    if files == [path]:
        return sha256_of(path)
    root = path if path.is_dir() else path.parent
    sha = hashlib.sha256()
    for file in files:
        sha.update(f"{readable(file.relative_to(root))}\n{sha256_of(file)}\n".encode())
    return sha.hexdigest()


def files_of(path: Path) -> list[Path]:
    """Every file of an input, in order: below a folder, of a pattern of pictures, or itself."""
    if path.is_dir():
        return sorted(part for part in path.rglob("*") if part.is_file())
    series = picture_files(path)
    return list(series.files) if series else [path]


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON that people can read too."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


class OutputFolder:
    """The results of one input on their way to their final names.

    Files are written in a private folder beside them. `commit` takes the old record away first and
    puts the new one there last, so at no moment is there a record of files that are not its own.

    Args:
        folder: where results end up; made when missing.
        name: what their file names begin with.
        inputs: files that are never overwritten.

    Raises:
        ConfigurationError: on entry, when the folder cannot be made or written to.
    """

    def __init__(self, folder: Path, name: str, inputs: Collection[Path]) -> None:
        self.folder = folder
        self.name = name
        self._inputs = inputs
        # The process number is for people; the random part makes the name unique.
        self._private = folder / f".{name}{_PARTIAL}{secrets.token_hex(4)}-{os.getpid()}"
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(self.folder)
            self._private.mkdir()
            self._lock = _claimed(self._private)
        except OSError as error:
            reason = "it is a file" if self.folder.is_file() else error.strerror
            raise ConfigurationError(
                f"output {str(self.folder)!r} cannot be written to: {reason}",
                "Give another folder with output=DIR.",
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._private, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    @property
    def target(self) -> Path:
        """Path without suffix that exporters and renderers extend."""
        return self._private / self.name

    def final(self, path: Path) -> Path:
        """Where a file of the private folder will end up."""
        return self.folder / path.relative_to(self._private)

    def final_paths(self, paths: Sequence[Path]) -> dict[str, Path]:
        """Where files will end up, by what follows the name: "npz", "pose3d.mp4" ..."""
        return {path.name.removeprefix(self.name).lstrip("._"): self.final(path) for path in paths}

    def keep_only(self, paths: Collection[Path]) -> None:
        """Remove all files of the private folder but these: half-written ones may fill the disk."""
        for path in self._private.iterdir():
            if path.is_file() and path not in paths and path.name != _LOCK:
                path.unlink()

    def commit(self, paths: Sequence[Path], record: Path | None = None) -> None:
        """Move whole files to their final names; on a failure everything is as it was before.

        Args:
            paths: of the private folder.
            record: the file that says which files belong together; None: there is none.

        Raises:
            StageError: a file would replace an input, or cannot be moved.
        """
        every = [*paths, *([record] if record else [])]
        for final in map(self.final, every):
            if final.exists() and any(_same_file(final, path) for path in self._inputs):
                raise StageError(
                    f"the result {str(final)!r} would replace the input of that name",
                    "Give another output=DIR.",
                )
        moves = _Moves(self._private / "replaced")
        try:
            for path in every:
                _write_through(path)
            if record is not None:
                moves.set_aside(self.final(record))
                _write_through(self.folder)
            for path in paths:
                moves.move(path, self.final(path))
            _write_through(self.folder)
            if record is not None:
                moves.move(record, self.final(record))
                _write_through(self.folder)
        except OSError as error:
            moves.undo()
            raise StageError(f"results cannot be moved to {str(self.folder)!r}: {error}") from error
        except BaseException:  # Ctrl-C
            moves.undo()
            raise


class _Moves:
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


def _claimed(folder: Path) -> IO[bytes] | None:
    """The lock that shows other processes that this one works in a folder; None without locks.

    The system releases a lock with its process. Process numbers would not show it: containers that
    share the folder have them too. Locks count within one system only, so its name is in the file.
    """
    # Locked before it has its name: until then other processes leave the folder alone.
    new = folder / f"{_LOCK}.new"
    new.write_text(_system(), encoding="utf-8")
    lock = _locked(new)
    new.rename(folder / _LOCK)
    return lock


def _remove_abandoned(folder: Path) -> None:
    """Remove private folders whose process has gone; those that cannot be judged stay."""
    for path in folder.glob(f".*{_PARTIAL}*"):
        lock = path / _LOCK
        with suppress(OSError):  # its owner may remove it at this moment
            if lock.read_text(encoding="utf-8") == _system() and (held := _locked(lock)):
                shutil.rmtree(path, ignore_errors=True)
                held.close()


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


def _write_through(path: Path) -> None:
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


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
