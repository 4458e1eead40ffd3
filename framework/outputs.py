"""The output folder: files are written in a private folder and moved when all are complete."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from framework.digests import sha256_of
from framework.errors import ConfigurationError, StageError

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
        self._private = folder / f".{name}.partial-{os.getpid()}"

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self._private, ignore_errors=True)
            self._private.mkdir()
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

    def commit(self, paths: Sequence[Path]) -> None:
        """Move whole files to their final names.

        Raises:
            StageError: a file would replace an input, or cannot be moved.
        """
        for final in map(self.final, paths):
            if final.exists() and any(_same_file(final, path) for path in self._inputs):
                raise StageError(
                    f"the result {str(final)!r} would replace the input of that name",
                    "Give another output=DIR.",
                )
        try:
            for path in paths:
                path.replace(self.final(path))
        except OSError as error:
            raise StageError(f"results cannot be moved to {str(self.folder)!r}: {error}") from error


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
