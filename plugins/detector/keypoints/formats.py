"""What is read: tables of the kinds of files, and of what JSON and npz files hold.

Everything is recognised by its content; a suffix only says what a damaged file was meant to be.
The first that recognises a file reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from . import archives, documents, mediapipe, mmpose, people_lists, plain_arrays, ultralytics
from .hdf5 import is_hdf5
from .parsed import ImageName, ParsedKeypoints
from .pose_files import is_pose
from .tables import is_table
from .trc import is_trc

HEAD = 4096
"""Bytes from the beginning of a file that are enough to recognise it."""


class FileKind(NamedTuple):
    """A kind of file, its usual suffixes, and whether a file begins like one."""

    name: str
    suffixes: tuple[str, ...]
    begins: Callable[[bytes], bool]


class Form(NamedTuple):
    """What a document or an archive may hold, and who parses it."""

    name: str
    recognises: Callable[[Any], bool]
    parse: Callable[[Any], ParsedKeypoints]


class ArrayForm(NamedTuple):
    """What an npz may hold; the parser also takes ``entry`` and the names of the input."""

    name: str
    recognises: Callable[[Mapping[str, NDArray[Any]]], bool]
    parse: Callable[
        [Mapping[str, NDArray[Any]], str | None, tuple[str, ...]],
        ParsedKeypoints,
    ]


class FrameForm(NamedTuple):
    """What a file for each frame may hold; the parser takes all of them by name."""

    name: str
    recognises: Callable[[object], bool]
    parse: Callable[[Mapping[ImageName, Any]], ParsedKeypoints]
    nobody: bool
    """Whether a frame without people is an empty list."""


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def _is_label(head: bytes) -> bool:
    line = head.partition(b"\n")[0].decode("utf-8", "replace")
    return bool(line.strip()) and ultralytics.is_labels(line)


FILES = (
    FileKind("zip", (".zip", ".npz"), _begins(b"PK\x03\x04", b"PK\x05\x06")),
    FileKind("npy", (".npy",), _begins(b"\x93NUMPY")),
    FileKind("hdf5", (".h5", ".hdf5", ".slp"), is_hdf5),
    FileKind("json", (".json",), _is_json),
    FileKind("trc", (".trc",), is_trc),
    FileKind("label", (), _is_label),
    FileKind("table", (".csv", ".tsv"), is_table),
    FileKind("pose", (".pose",), is_pose),
)

DOCUMENTS = (
    Form("MMPose", mmpose.is_clip, mmpose.of_clip),
    Form("COCO annotations", documents.are_annotations, documents.of_annotations),
    Form("AlphaPose, COCO results", documents.are_entries, documents.of_entries),
    Form("AlphaPose cmu and open", documents.are_frames, documents.of_frames),
    Form("ultralytics", ultralytics.is_clip, ultralytics.of_clip),
    Form("MediaPipe", mediapipe.is_clip, mediapipe.of_clip),
    Form("OpenPifPaf, TensorFlow.js", people_lists.is_clip, people_lists.of_clip),
    Form("lists within lists", plain_arrays.are_lists, plain_arrays.of_lists),
)

FRAMES = (
    FrameForm("OpenPose", documents.is_frame, documents.of_frames, False),
    FrameForm("MMPose", mmpose.is_frame, mmpose.of_frames, True),
    FrameForm("ultralytics", ultralytics.is_frame, ultralytics.of_frames, True),
    FrameForm("MediaPipe", mediapipe.is_frame, mediapipe.of_frames, True),
    FrameForm("OpenPifPaf, TensorFlow.js", people_lists.is_frame, people_lists.of_frames, True),
)

ARRAYS = (
    ArrayForm("VideoPose3D, prepared", archives.are_positions, archives.of_positions),
    ArrayForm("Detectron, detectron2", archives.are_detections, archives.of_detections),
    ArrayForm("video-to-pose3D", archives.are_kpts, archives.of_kpts),
    ArrayForm("a plain array", plain_arrays.are_plain, plain_arrays.of_npz),
)


def kind_of(path: Path) -> FileKind | None:
    """The kind of a file by how it begins, else by its suffix; None: no known one.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    by_content = (kind for kind in FILES if kind.begins(head))
    by_suffix = (kind for kind in FILES if path.suffix.lower() in kind.suffixes)
    return next(by_content, next(by_suffix, None))


def of_document(document: object) -> ParsedKeypoints:
    """Parse a document that holds the people of all frames.

    Raises:
        ValueError, TypeError, KeyError: no known tool writes it.
    """
    if document == []:
        raise ValueError("it is an empty list: nobody was found in any image")
    for form in DOCUMENTS:
        if form.recognises(document):
            return form.parse(document)
    if any(form.recognises(document) for form in FRAMES):
        raise ValueError("it is a single frame; give the folder (or a zip) with all of them")
    if isinstance(document, list):
        raise ValueError("it is a list of something without keypoints")
    if not isinstance(document, dict):
        raise ValueError("it is neither a list nor an object")
    keys = ", ".join(repr(str(key)[:30]) for key in list(document)[:4])
    raise ValueError(f"its keys ({keys}) are not those of a known tool")


def of_documents(found: Mapping[str, Any]) -> ParsedKeypoints:
    """Parse documents with a frame each, by the names of their files; or the only document.

    Raises:
        ValueError, TypeError, KeyError: no known tool writes them.
    """
    forms = [form for form in FRAMES if any(map(form.recognises, found.values()))]
    for form in forms:
        other = next((name for name, frame in found.items() if not _is_of(form, frame)), None)
        if other is None:
            frames: dict[ImageName, Any] = {
                Path(name).name: frame or [] for name, frame in found.items()
            }
            return form.parse(frames)
    # A folder with one frame is a clip of one frame; outside a folder it is refused as a mistake.
    if len(found) == 1:
        return of_document(*found.values())
    first = forms[0] if forms else FRAMES[0]
    other = next(name for name, frame in found.items() if not _is_of(first, frame))
    raise ValueError(f"{other} does not hold the people of one frame")


def _is_of(form: FrameForm, frame: object) -> bool:
    return form.recognises(frame) or (form.nobody and not frame)


def of_arrays(
    arrays: Mapping[str, NDArray[Any]], entry: str | None, names: tuple[str, ...]
) -> ParsedKeypoints:
    """Parse the arrays of an npz.

    Args:
        arrays: by key.
        entry: which video, where there are several; None: the one with one of ``names``.
        names: names of the input.

    Raises:
        ValueError, TypeError, KeyError: no known tool writes such arrays.
    """
    for form in ARRAYS:
        if form.recognises(arrays):
            return form.parse(arrays, entry, names)
    raise ValueError(f"its arrays ({', '.join(arrays)[:80]}) are not those of a known tool")
