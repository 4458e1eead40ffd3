"""The output folder: files are written in a private folder and moved when all are complete."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import yaml
from typing_extensions import Self

from framework.commit import (
    CONFIG,
    EXPORTS,
    LOCK,
    PARTIAL,
    RECORDS,
    REPLACED,
    Moves,
    claimed,
    recover_abandoned,
    write_through,
)
from framework.digests import sha256_of
from framework.errors import ConfigurationError, StageError
from framework.picture_names import picture_files, series_name

_RESULT_ENDS = ("_summary", "_exports", "_config", "_pose3d")
"""How names of results go on before their suffix."""
_VOUCHED = re.compile(r"^# sha256 ([0-9a-f]{64}) (.+)$", re.MULTILINE)
"""A line of a configuration that knows a result, in case the record is lost."""
_TRIES, _PAUSE_S = 50, 0.1
NAME_BYTES = 200
"""Results get suffixes and an interim folder; file systems allow 255 bytes for all of it."""


def readable(path: Path | str) -> str:
    """Return a path as text; bytes in it that are no text become U+FFFD."""
    return os.fsencode(path).decode(errors="replace")


def result_names(sources: Iterable[Path]) -> list[str]:
    """Return a name per source: its stem (cut if it is long), with -2, -3 ... where equal.

    A name that a result of another one has (``clip_summary``, of ``clip``) counts as equal to it.
    """
    sources = list(sources)
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    names = []
    for source in sources:
        stem = readable(series_name(source)).encode()[:NAME_BYTES].decode(errors="ignore")
        name = stem
        while name in taken or any(_is_result_of(name, other) for other in taken):
            seen[stem] += 1
            name = f"{stem}-{seen[stem] + 1}"
        taken.add(name)
        names.append(name)
    return names


def _is_result_of(name: str, other: str) -> bool:
    """Whether one name is that of a result of the other: ``clip_summary`` of ``clip``."""
    short, long = sorted((name, other), key=len)
    return long.startswith(short) and long[len(short) :] in _RESULT_ENDS


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


def final_folder(target: Path) -> Path:
    """The folder in which a file that is written to ``target`` will end up."""
    folder = target.parent
    is_private = folder.name.startswith(".") and PARTIAL in folder.name
    return folder.parent if is_private else folder


def vouching(digests: Mapping[str, str]) -> str:
    """Comments at the end of a configuration that know results by name and SHA-256."""
    return "".join(f"# sha256 {sha256} {name}\n" for name, sha256 in digests.items())


class OutputFolder:
    """The results of one input on their way to their final names.

    Files are written in a private folder beside them. `commit` takes the old record away first and
    puts the new one there last, so at no moment is there a record of files that are not its own.
    Only earlier results of the same input are replaced, which a record names.

    Args:
        folder: where results end up; made when missing.
        name: what their file names begin with.
        source: the input.
        named: further files and folders that are never overwritten: all that the user named.
        overwrite: whether other files may be replaced.

    Raises:
        ConfigurationError: on entry, when the folder cannot be made or written to, or holds results
            of another input under that name.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        source: Path,
        named: Collection[Path] = (),
        *,
        overwrite: bool = False,
    ) -> None:
        self.folder = folder
        self.name = name
        self._source = source
        self._named = [source, *named]
        self._overwrite = overwrite
        self.earlier: dict[str, str] = {}
        # The process number is for people; the random part makes the name unique.
        self._private = folder / f".{name}{PARTIAL}{secrets.token_hex(4)}-{os.getpid()}"
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            recover_abandoned(self.folder)
            self.earlier = self._earlier()
            self._private.mkdir()
            self._lock = claimed(self._private)
        except KeyboardInterrupt:  # nobody else will remove what is there already
            shutil.rmtree(self._private, ignore_errors=True)
            raise
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

    def _earlier(self) -> dict[str, str]:
        """Results of the same input that are there, with their digests; "": whatever they hold.

        Raises:
            ConfigurationError: there are results of another input under this name.
        """
        found: dict[str, str] = {}
        for suffix in RECORDS:
            path = self.folder / f"{self.name}{suffix}"
            try:
                record = json.loads(path.read_bytes())
                owned = _is_of(record, self._source, self.folder)
                if owned:
                    found |= {**record.get("earlier", {}), **record["sha256"], path.name: ""}
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                # Damaged: then the configuration beside it says what belongs to the same input.
                known = self._vouched()
                owned = bool(known)
                found |= known | ({path.name: ""} if owned else {})
            if not (owned or self._overwrite):
                raise ConfigurationError(
                    f"{str(path)!r} is there, but is no record of {str(self._source)!r}: results "
                    "of something else would be replaced",
                    "Give another folder with output=DIR, or replace them with overwrite=true.",
                )
        if found and not self._is_configuration():  # a damaged one holds nothing of the user's
            found[f"{self.name}{CONFIG}"] = ""
        return found

    def _vouched(self) -> dict[str, str]:
        """Digests of the results that the configuration knows; none where it is not ours."""
        path = self.folder / f"{self.name}{CONFIG}"
        try:
            text = path.read_text(encoding="utf-8")
            if not _same_place(str(yaml.safe_load(text)["input"]), self._source):
                return {}
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            return {}
        return {name: sha for sha, name in _VOUCHED.findall(text)} | {path.name: sha256_of(path)}

    def _is_configuration(self) -> bool:
        """Whether the file of the configuration is one, changed or not."""
        try:
            text = (self.folder / f"{self.name}{CONFIG}").read_text(encoding="utf-8")
            return {"input", "defaults"} <= set(yaml.safe_load(text))
        except (OSError, ValueError, TypeError, yaml.YAMLError):
            return False

    def check_free(self, paths: Iterable[Path]) -> None:
        """Raise ConfigurationError where a final name belongs to a file that must not be replaced.

        Args:
            paths: of the private folder.
        """
        for final in map(self.final, paths):
            if not final.exists():
                continue
            if any(_same_file(final, path) for path in self._named):
                raise ConfigurationError(
                    f"the result {str(final)!r} would replace the file of that name that was given",
                    "Give another output=DIR.",
                )
            if not self._overwrite and not self._is_earlier(final):
                raise ConfigurationError(
                    f"{str(final)!r} is there, and is no earlier result of "
                    f"{str(self._source)!r}, or was changed since",
                    "Give another output=DIR, or replace it with overwrite=true.",
                )

    def _is_earlier(self, final: Path) -> bool:
        """Whether a file is a result of the same input; another run may be writing it just now."""
        for _ in range(_TRIES):
            sha256 = self.earlier.get(final.name)
            if sha256 == "" or (sha256 is not None and sha256 == sha256_of(final)):
                return True
            self.earlier |= self._earlier()
            if self.earlier.get(final.name) == sha256:
                if not self._others_at_work():
                    return False
                time.sleep(_PAUSE_S)
        return False

    def _others_at_work(self) -> bool:
        """Whether another run has a private folder for the same results."""
        return any(
            path != self._private
            for path in self.folder.glob(f".{glob.escape(self.name)}{PARTIAL}*")
        )

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
            if path.is_file() and path not in paths and path.name != LOCK:
                path.unlink()

    def commit(self, paths: Sequence[Path], record: Path | None = None) -> None:
        """Move whole files to their final names; on a failure everything is as it was before.

        Args:
            paths: of the private folder.
            record: the file that says which files belong together; None: there is none.

        Raises:
            ConfigurationError: as `check_free`.
            StageError: a file cannot be moved.
        """
        every = [*paths, *([record] if record else [])]
        self.check_free(every)
        moves = Moves(self._private / REPLACED)
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


def write_later(
    source: Path,
    folder: Path,
    write: Callable[[Path], Sequence[Path]],
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write files from an earlier result, with a record of them; none is left half-written.

    Args:
        source: the file of the result.
        folder: of the files.
        write: writes files that begin with the path that it is given, and returns their paths.
        overwrite: whether files may be replaced that are no earlier export of the result.

    Returns:
        Where the files are.
    """
    name = source.stem
    with OutputFolder(folder, name, source, overwrite=overwrite) as files:
        paths = write(files.target)
        files.check_free(paths)
        digests = {path.name: sha256_of(path) for path in paths}
        record = files.target.with_name(f"{name}{EXPORTS}")
        given = {"path": readable(source), "sha256": digest(source)}
        kept = {key: value for key, value in files.earlier.items() if value and key not in digests}
        write_json(record, {"input": given, "sha256": digests, "earlier": kept})
        files.commit(paths, record)
        return [files.final(path) for path in paths]


def _is_of(record: Any, source: Path, folder: Path) -> bool:
    """Whether a record is of this input: same place or same content, or the input is its result."""
    given = record["input"]
    if _same_place(given["path"], source):
        return True
    if source.name in record["sha256"] and _same_file(source, folder / source.name):
        return True
    return bool(given["sha256"] == digest(source))


def _same_place(one: str, other: Path) -> bool:
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100  (they may be gone)


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
