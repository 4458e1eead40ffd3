"""Files ``.pose`` of the package pose-format, which sign-language tools use.

The layout follows ``pose_format/pose_header.py`` and ``pose_body.py``, versions 0.1 and 0.2: a
header with named components, then float32 coordinates of all frames, then confidences.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from framework.npz import MAX_BYTES

from .parsed import POSE_FORMAT, ParsedKeypoints, of_slots

_VERSIONS = (0.1, 0.2)
_BODY = ("POSE_LANDMARKS", "pose_keypoints_2d", "BODY", "BODY_135")
"""Components that hold the body, the likeliest first; others are face and hands."""


class _Reader:
    """Takes little-endian values out of bytes, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.place = 0

    def take(self, code: str) -> tuple[float, ...]:
        values = struct.unpack_from(f"<{code}", self._content, self.place)
        self.place += struct.calcsize(f"<{code}")
        return values

    def number(self, code: str = "H") -> int:
        return int(self.take(code)[0])

    def text(self) -> str:
        length = self.number()
        text = self._content[self.place : self.place + length]
        if len(text) < length:
            raise ValueError("its header is cut off")
        self.place += length
        return text.decode("utf-8")

    def left(self) -> int:
        return len(self._content) - self.place


def is_pose(head: bytes) -> bool:
    """Whether bytes are the beginning of such a file: a version, a size, named components."""
    try:
        reader = _Reader(head)
        version = round(reader.take("f")[0], 3)
        reader.take("HHH")
        return version in _VERSIONS and 0 < reader.number() < 50 and reader.text().isprintable()
    except (struct.error, ValueError):
        return False


def of_pose(path: Path) -> ParsedKeypoints:
    """Parse the body of the people in a file.

    Raises:
        ValueError, struct.error: it is damaged.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
    content = path.read_bytes()
    try:
        return _of_content(content)
    except struct.error as error:
        raise ValueError("it is cut off") from error


def _of_content(content: bytes) -> ParsedKeypoints:
    reader = _Reader(content)
    version = round(reader.take("f")[0], 3)
    width, height, _ = map(int, reader.take("HHH"))
    components = [_component(reader) for _ in range(reader.number())]
    total = sum(len(points) for _, points, _ in components)
    dims = max((len(form) for *_, form in components), default=1) - 1  # "XYZC", C has its own block
    fps, people = _rate_and_people(reader, version)
    size = people * total
    frames = reader.left() // (4 * size * (dims + 1)) if size and dims > 1 else 0
    if not frames:
        raise ValueError("it holds no frames")
    numbers = np.frombuffer(content, "<f4", frames * size * (dims + 1), reader.place)
    positions = numbers[: frames * size * dims].reshape(frames, people, total, dims)
    scores = numbers[frames * size * dims :].reshape(frames, people, total)
    start, joints = _body(components)
    body = slice(start, start + len(joints))
    points = np.concatenate([positions[:, :, body, :2], scores[:, :, body, None]], axis=3)
    points = points.astype(np.float64)
    points[scores[:, :, body] <= 0] = np.nan
    return of_slots(
        POSE_FORMAT,
        points,
        tracked=False,
        joints=joints,
        size_wh=(width, height) if width and height else None,
        fps=fps,
    )


def _rate_and_people(reader: _Reader, version: float) -> tuple[float | None, int]:
    """Frames per second and places for people; the number of frames follows from the size."""
    if version == _VERSIONS[0]:
        rate, _ = reader.take("HH")
    else:
        (rate,) = reader.take("f")
        reader.take("I")
    return (float(rate) if rate > 0 else None), reader.number()


def _component(reader: _Reader) -> tuple[str, list[str], str]:
    """Name, points and format of a component; its limbs and colours are skipped."""
    name, form = reader.text(), reader.text()
    points, limbs, colors = (reader.number() for _ in range(3))
    names = [reader.text() for _ in range(points)]
    reader.take(f"{2 * limbs + 3 * colors}H")
    return name, names, form


def _body(components: list[tuple[str, list[str], str]]) -> tuple[int, list[str]]:
    """First point, and names of the points, of the component of the body."""
    starts, names = {}, {}
    start = 0
    for name, points, _ in components:
        starts[name], names[name] = start, points
        start += len(points)
    body = next((name for name in _BODY if name in starts), components[0][0])
    return starts[body], names[body]
