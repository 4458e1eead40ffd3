"""Reading a file or folder of keypoints; its format is recognised by its content."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from framework.errors import FrameworkError, InputError
from framework.npz import MAX_BYTES, check_size, read_objects
from framework.results import BROKEN, load, reason

from .archives import of_arrays
from .assembly import recording_of, with_options
from .config import KeypointFilesConfig
from .documents import is_frame, of_document, of_frames
from .numbering import in_natural_order
from .parsed import ImageName, ParsedKeypoints
from .recording import KeypointRecording

_ALPHAPOSE_NAME = "alphapose-results.json"
"""AlphaPose writes this file, and in some forms also one file per image beside it."""

_HINT = (
    "Readable are files of AlphaPose, OpenPose, COCO, VideoPose3D and this program: "
    "docs/backends/keypoints.md."
)
_NPY = ".npy"


def is_keypoints(path: Path) -> bool:
    """Whether a path is a folder, or a file that begins like JSON or a zip, which no video does."""
    try:
        if path.is_dir():
            return True
        with path.open("rb") as file:
            head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, ValueError):
        return False
    return head.startswith((b"{", b"[", b"PK\x03\x04", b"PK\x05\x06"))


def read(path: Path, config: KeypointFilesConfig, names: tuple[str, ...] = ()) -> KeypointRecording:
    """Read the keypoints of a clip.

    Args:
        path: a file or folder.
        config: the options.
        names: names of the input, to choose among several videos in one file.

    Raises:
        InputError: it is missing, damaged or of no known format.
    """
    try:
        if not path.exists():
            raise InputError(f"'{path}' does not exist", "Check the name and the folder.")
        if path.is_dir():
            return recording_of(_of_files(_folder(path)), config)
        if not zipfile.is_zipfile(path):
            return _of_json(path, config)
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
        # A result of this program comes first: it is an npz too.
        if "schema_version.npy" in members:
            return with_options(KeypointRecording.of_result(load(path)), config)
        if any(member.endswith(_NPY) for member in members):
            names = (*names, path.name, path.stem)
            return recording_of(of_arrays(read_objects(path), config.entry, names), config)
        return recording_of(_of_files(_zip(path)), config)
    except FrameworkError:
        raise
    except BROKEN as error:
        message = f"'{path}' holds no keypoints that can be read: {reason(error)}"
        raise InputError(message, _HINT) from error


def _of_json(path: Path, config: KeypointFilesConfig) -> KeypointRecording:
    if not path.stat().st_size:
        raise ValueError("it is empty")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
    document = json.loads(path.read_bytes())
    if isinstance(document, dict) and "schema_version" in document:
        return with_options(KeypointRecording.of_result(load(path)), config)
    return recording_of(of_document(document), config)


def _folder(path: Path) -> dict[str, bytes]:
    """Contents of the JSON files in a folder and below it, by their paths within it."""
    files = [file for file in path.rglob("*") if _is_json(file.name) and file.is_file()]
    if sum(file.stat().st_size for file in files) > MAX_BYTES:
        raise ValueError(f"its files are larger than {MAX_BYTES:,} bytes")
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def _zip(path: Path) -> dict[str, bytes]:
    """Contents of the JSON files in a zip, by their paths; nothing is unpacked to the disk."""
    with zipfile.ZipFile(path) as archive:
        check_size(archive)
        names = [name for name in archive.namelist() if _is_json(name)]
        return {name: archive.read(name) for name in names if "__MACOSX" not in name}


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")


def _of_files(files: Mapping[str, bytes]) -> ParsedKeypoints:
    """Parse a file per frame; or the one file for all that AlphaPose writes beside them."""
    whole = [name for name in files if Path(name).name == _ALPHAPOSE_NAME]
    chosen = whole or in_natural_order(list(files))
    if not chosen:
        raise ValueError("there is no .json in it")
    folders = sorted({Path(name).parent.as_posix() for name in chosen})
    if len(folders) > 1:
        raise ValueError(f"its .json files lie in several folders ({', '.join(folders[:4])})")
    documents = {name: _json(name, files[name]) for name in chosen}
    frames: dict[ImageName, Any] = {
        Path(name).name: document for name, document in documents.items() if is_frame(document)
    }
    # A folder with one frame is a clip of one frame; outside a folder it is refused as a mistake.
    if len(frames) == len(documents):
        return of_frames(frames)
    if len(documents) == 1:
        return of_document(*documents.values())
    other = next(name for name, document in documents.items() if not is_frame(document))
    raise ValueError(f"{other} does not hold the people of one frame")


def _json(name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is not complete JSON ({reason(error)})") from error
