"""Reading a file or folder of keypoints; its format is recognised by its content."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from framework.errors import FrameworkError, InputError
from framework.npz import MAX_BYTES, check_size, read_objects
from framework.results import BROKEN, load, reason

from . import json_text, ultralytics
from .assembly import recording_of, with_options
from .config import KeypointFilesConfig
from .formats import kind_of, of_arrays, of_document, of_documents
from .hdf5 import of_hdf5
from .numbering import in_natural_order
from .parsed import ParsedKeypoints
from .plain_arrays import of_npy
from .pose_files import of_pose
from .recording import KeypointRecording
from .tables import of_table
from .trc import of_texts

_ALPHAPOSE_NAME = "alphapose-results.json"
"""AlphaPose writes this file, and in some forms also one file per image beside it."""

_HINT = "Which files are readable is in docs/backends/keypoints.md."
_NPY = ".npy"
_PARTS = (".json", ".trc", ".txt")
"""Files of which a folder may have one for each frame, or for each person."""


def is_keypoints(path: Path) -> bool:
    """Whether a path is a folder, or a file that begins or is named like one of keypoints."""
    try:
        return path.is_dir() or kind_of(path) is not None
    except (OSError, ValueError):
        return False


def read(path: Path, config: KeypointFilesConfig, names: tuple[str, ...] = ()) -> KeypointRecording:
    """Read the keypoints of a clip.

    Args:
        path: a file or folder.
        config: the options.
        names: names of the input, to choose among several videos in one file.

    Raises:
        InputError: it is missing, damaged or of no known format.
        BackendError: a library that reads it is not installed.
    """
    try:
        if not path.exists():
            raise InputError(f"'{path}' does not exist", "Check the name and the folder.")
        if path.is_dir():
            return recording_of(_of_files(_folder(path)), config)
        size = path.stat().st_size
        if not 0 < size <= MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES:,} bytes" if size else "it is empty")
        kind = kind_of(path)
        if kind is None:
            raise ValueError("it begins like no file of a known tool")
        return _READERS[kind.name](path, config, (*names, path.name, path.stem))
    except FrameworkError:
        raise
    except (*BROKEN, IndexError) as error:
        message = f"'{path}' holds no keypoints that can be read: {reason(error)}"
        raise InputError(message, _HINT) from error


def _of_json(path: Path, config: KeypointFilesConfig, names: tuple[str, ...]) -> KeypointRecording:
    document = json_text.parse(path.read_bytes())
    if isinstance(document, dict) and "schema_version" in document:
        return with_options(KeypointRecording.of_result(load(path)), config)
    parsed = of_document(document)
    del document  # as large as the file, and no longer needed
    return recording_of(parsed, config)


def _of_zip(path: Path, config: KeypointFilesConfig, names: tuple[str, ...]) -> KeypointRecording:
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
    # A result of this program comes first: it is an npz too.
    if "schema_version.npy" in members:
        return with_options(KeypointRecording.of_result(load(path)), config)
    if any(member.endswith(_NPY) for member in members):
        return recording_of(of_arrays(read_objects(path), config.entry, names), config)
    return recording_of(_of_files(_unzipped(path)), config)


def _of_label(path: Path) -> ParsedKeypoints:
    raise ValueError("it is a single frame; give the folder (or a zip) with all of them")


def _parsing(parse: Callable[[Path], ParsedKeypoints]) -> _Reader:
    return lambda path, config, names: recording_of(parse(path), config)


_Reader = Callable[[Path, KeypointFilesConfig, tuple[str, ...]], KeypointRecording]
_READERS: Mapping[str, _Reader] = {
    "zip": _of_zip,
    "json": _of_json,
    "npy": lambda path, config, names: recording_of(of_npy(path, config.entry), config),
    "hdf5": _parsing(of_hdf5),
    "trc": _parsing(lambda path: of_texts({path.name: _text(path.read_bytes())})),
    "table": _parsing(lambda path: of_table(_text(path.read_bytes()))),
    "pose": _parsing(of_pose),
    "label": _parsing(_of_label),
}
"""Who reads each kind of `FILES`."""


def _text(content: bytes) -> str:
    """Text in UTF-8, or as older Windows programs write it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _folder(path: Path) -> dict[str, bytes]:
    """Contents of the files in a folder and below it that may be parts, by their paths in it."""
    files = [file for file in path.rglob("*") if _is_part(file.name) and file.is_file()]
    if sum(file.stat().st_size for file in files) > MAX_BYTES:
        raise ValueError(f"its files are larger than {MAX_BYTES:,} bytes")
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def _unzipped(path: Path) -> dict[str, bytes]:
    """The same of a zip; nothing is unpacked to the disk."""
    with zipfile.ZipFile(path) as archive:
        check_size(archive)
        names = [name for name in archive.namelist() if _is_part(name)]
        return {name: archive.read(name) for name in names if "__MACOSX" not in name}


def _is_part(name: str) -> bool:
    return name.lower().endswith(_PARTS)


def _of_files(files: Mapping[str, bytes]) -> ParsedKeypoints:
    """Parse a file per frame or person; or the one file for all that AlphaPose writes beside."""
    suffix, chosen = _chosen(files)
    folders = sorted({Path(name).parent.as_posix() for name in chosen})
    if len(folders) > 1:
        raise ValueError(f"its {suffix} files lie in several folders ({', '.join(folders[:4])})")
    if suffix == ".json":
        return of_documents({name: json_text.parse(files[name], name) for name in chosen})
    texts = {Path(name).name: _text(files[name]) for name in chosen}
    return ultralytics.of_labels(texts) if suffix == ".txt" else of_texts(texts)


def _chosen(files: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """The suffix and the names, in order, of the files that hold keypoints."""
    whole = [name for name in files if Path(name).name == _ALPHAPOSE_NAME]
    if whole:
        return ".json", whole
    for suffix in _PARTS:
        names = [name for name in files if name.lower().endswith(suffix)]
        # Other texts may lie beside labels: names of classes, notes.
        if suffix == ".txt":
            names = [name for name in names if ultralytics.is_labels(_text(files[name]))]
        if names:
            return suffix, in_natural_order(names)
    raise ValueError("there is no .json in it, and no other file of a known tool")
