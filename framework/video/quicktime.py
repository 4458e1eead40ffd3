"""Metadata of the tracks of a QuickTime or MP4 file, which FFmpeg does not report.

Phones describe the camera in the ``meta`` atom of the video track; FFmpeg reads only that of the
whole file. The layout is that of Apple's QuickTime File Format: atoms of a size, a type and a
body; in ``meta`` a list of ``keys`` and, by their numbers, an ``ilst`` of values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST_BYTES = 64 << 20
"""The most that is read of ``moov``; that of a whole day of video is smaller."""
_INTEGERS = {21: True, 22: False, 65: True, 66: True, 67: True, 74: True} | dict.fromkeys(
    (75, 76, 77, 78), False
)
"""Whether there is a sign, by Apple's well-known type."""
_FLOATS = {23: ">f", 24: ">d"}
_TEXT = 1


def track_metadata(path: Path) -> dict[str, str]:
    """Read the metadata of all tracks, by key; of equal keys the first.

    Args:
        path: any file; there is nothing to read in other formats, nor in a damaged one.
    """
    try:
        with path.open("rb") as file:
            moov = _moov(file)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for kind, track in _atoms(moov):
        for inner, body in _atoms(track) if kind == b"trak" else ():
            if inner == b"meta":
                found = _items(body) | found
    return found


def breaks_off(path: Path) -> bool:
    """Whether the last atom of a QuickTime or MP4 file is longer than what is left of the file."""
    size_of_file, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, _ = struct.unpack(">I4s", head)
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if size < len(head):  # 0: to the end of the file
                return False
            at += size
            file.seek(at)
    return at != size_of_file


def _moov(file: BinaryIO) -> bytes:
    """The body of the atom ``moov``, which describes the file; empty where there is none."""
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        read = 8
        # Size 1: the real size follows as 64 bits. Size 0: the atom reaches to the end of the file.
        if size == 1:
            long = file.read(8)
            size, read = int.from_bytes(long, "big"), 16
        if size < read and size != 0:
            return b""
        if kind == b"moov":
            return file.read(min(size - read, _MOST_BYTES) if size else _MOST_BYTES)
        if size == 0:  # to the end of the file
            return b""
        file.seek(size - read, 1)
    return b""


def _atoms(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Types and bodies of the atoms in a body, up to the first one that is damaged."""
    at = 0
    while at + 8 <= len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        if not 8 <= size <= len(body) - at:
            return
        yield kind, body[at + 8 : at + size]
        at += size


def _items(meta: bytes) -> dict[str, str]:
    """The values of a ``meta`` atom by their keys."""
    if meta[4:8] != b"hdlr":  # as MP4 has it: version and flags come first
        meta = meta[4:]
    parts = dict(_atoms(meta))
    keys = [key.decode(errors="replace") for _, key in _atoms(parts.get(b"keys", b"")[8:])]
    found = {}
    for number, item in _atoms(parts.get(b"ilst", b"")):
        # In this ilst the type field is the 1-based number of the key.
        place = int.from_bytes(number, "big") - 1
        value = _value(dict(_atoms(item)).get(b"data", b""))
        if 0 <= place < len(keys) and value is not None:
            found[keys[place]] = value
    return found


def _value(data: bytes) -> str | None:
    """A value as text; None for kinds that are neither text nor a number."""
    kind, body = int.from_bytes(data[:4], "big"), data[8:]
    if kind == _TEXT:
        return body.decode(errors="replace")
    if kind in _INTEGERS and body:
        return str(int.from_bytes(body[:8], "big", signed=_INTEGERS[kind]))
    if kind in _FLOATS and len(body) == struct.calcsize(_FLOATS[kind]):
        return str(struct.unpack(_FLOATS[kind], body)[0])
    return None
