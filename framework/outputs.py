"""The output folder: files are written in a private folder and moved when all are complete."""

from __future__ import annotations

import errno
import hashlib
import json
import os
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
        stem = readable(source.stem).encode()[:NAME_BYTES].decode(errors="ignore")
        name = stem
        while name in taken:
            seen[stem] += 1
            name = f"{stem}-{seen[stem] + 1}"
        taken.add(name)
        names.append(name)
    return names


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hex; of a folder, that of its files' names and digests."""
    if not path.is_dir():
        return sha256_of(path)
    sha = hashlib.sha256()
    for file in files_of(path):
        sha.update(f"{readable(file.relative_to(path))}\n{sha256_of(file)}\n".encode())
    return sha.hexdigest()


def files_of(path: Path) -> list[Path]:
    """Return every file below a folder, in order; of a file, itself."""
    return sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path]


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
        self._private = PrivateFolder(
            folder / f".{name}{_PARTIAL}{secrets.token_hex(4)}-{os.getpid()}"
        )

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_abandoned(self.folder, f"*{_PARTIAL}*")
            self._private.__enter__()
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
        self._private.__exit__(kind, error, trace)

    @property
    def target(self) -> Path:
        """Path without suffix that exporters and renderers extend."""
        return self._private.path / self.name

    def final(self, path: Path) -> Path:
        """Where a file of the private folder will end up."""
        return self.folder / path.relative_to(self._private.path)

    def final_paths(self, paths: Sequence[Path]) -> dict[str, Path]:
        """Where files will end up, by what follows the name: "npz", "pose3d.mp4" ..."""
        return {path.name.removeprefix(self.name).lstrip("._"): self.final(path) for path in paths}

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
        moves = _Moves(self._private.path / "replaced")
        try:
            for path in every:
                write_through(path)
            if record is not None:
                moves.set_aside(self.final(record))
                write_through(self.folder)
            for path in paths:
                moves.move(path, self.final(path))
            write_through(self.folder)
            if record is not None:
                moves.move(record, self.final(record))
                write_through(self.folder)
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


class PrivateFolder:
    """A hidden folder that is removed at the end, also by a later run where this one was killed.

    A lock that the system releases with the process shows whether somebody still works in it.
    Process numbers would not: other machines and containers that share the folder have them too.

    Args:
        path: of the folder; it must not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.path.mkdir()
        self._lock = _locked(self.path / _LOCK)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove private folders whose process has gone; those that cannot be judged stay."""
    for path in folder.glob(f".{pattern}"):
        lock = path / _LOCK
        if lock.is_file():
            held = _locked(lock)
            if held is not None:
                shutil.rmtree(path, ignore_errors=True)
                held.close()


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


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
