"""BVH files: any hierarchy, any order of channels, positions at any joint, any unit.

The format is described by Lander, Working with Motion Capture File Formats, Game Developer 1998.
Rotations are applied in the order of a joint's channels; another order bends limbs wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from framework.errors import InputError
from framework.lab.motion.kinematics import Array, Skeleton3D, euler, pose

_MOTION = re.compile(r"^\s*MOTION\s*$", re.IGNORECASE | re.MULTILINE)
_STATEMENT = re.compile(
    r"(?P<word>[{}]|\b(?:ROOT|JOINT|END(?=\s+SITE\b)|OFFSET|CHANNELS)\b)"
    r"(?:(?<![{}])[ \t]+(?P<rest>[^\n{}]*))?",
    re.IGNORECASE,
)
"""A brace, or a word with the rest of its line: names may have spaces."""


@dataclass(slots=True)
class _Joint:
    name: str
    parent: int
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    channels: list[str] = field(default_factory=list)


def read_bvh(path: Path) -> Skeleton3D:
    """Read a BVH file; an end site becomes a joint with the name of its parent and ``_end``.

    Raises:
        InputError: the file cannot be read or breaks the format.
    """
    try:
        hierarchy, _, motion = _parts(_text(path.read_bytes()))
        joints = _hierarchy(hierarchy)
        values, fps = _motion(motion, sum(len(joint.channels) for joint in joints))
        return _posed(joints, values, fps)
    except (OSError, ValueError, IndexError) as error:
        raise InputError(f"{path} is not a valid BVH file: {error}") from error


def _text(content: bytes) -> str:
    """Programs write names in UTF-8, or in the code page of Western Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _parts(text: str) -> tuple[str, str, str]:
    """What is before, at and after the line MOTION."""
    found = _MOTION.search(text)
    if found is None:
        raise ValueError("it has no line MOTION")
    return text[: found.start()], found[0], text[found.end() :]


def _hierarchy(text: str) -> list[_Joint]:
    joints: list[_Joint] = []
    open_joints: list[int] = []
    for match in _STATEMENT.finditer(text):
        word, rest = match["word"].upper(), (match["rest"] or "").split()
        if word in ("ROOT", "JOINT", "END"):
            parent = open_joints[-1] if open_joints else -1
            # An end site has no name in the file; other names may have spaces.
            name = f"{joints[parent].name}_end" if word == "END" else " ".join(rest)
            joints.append(_Joint(name, parent))
        elif word == "{":
            open_joints.append(len(joints) - 1)
        elif word == "}":
            open_joints.pop()
        elif word == "OFFSET":
            joints[-1].offset = [float(number) for number in rest[:3]]
        elif word == "CHANNELS":
            joints[-1].channels = rest[1 : 1 + int(rest[0])]
    if open_joints or not joints:
        raise ValueError("the hierarchy does not end")
    return joints


def _motion(text: str, channels: int) -> tuple[Array, float]:
    """(T, C) values and the frame rate."""
    # "Frames: N" and "Frame Time: s"; the text after each colon is of interest.
    _, frames, rest = text.split(":", 2)
    count = int(frames.split()[0])
    frame_time, _, numbers = rest.lstrip().partition("\n")
    values = np.array(numbers.split(), dtype=np.float64)
    # A truncated file must not shift all channels of later frames; some writers miscount by a row.
    more = channels and not values.size % channels and values.size // channels > count
    count = values.size // channels if more else count
    if count < 1 or values.size % count:
        raise ValueError(f"{values.size} numbers do not make {count} frames")
    if not float(frame_time) > 0:
        raise ValueError(f"a frame takes {frame_time} seconds")
    return values.reshape(count, -1), 1.0 / float(frame_time)


def _posed(joints: list[_Joint], values: Array, fps: float) -> Skeleton3D:
    wanted = sum(len(joint.channels) for joint in joints)
    if values.shape[1] != wanted:
        raise ValueError(f"{values.shape[1]} numbers a frame for {wanted} channels")
    # The offset holds where a joint has no position channels.
    shifts = np.tile(np.array([joint.offset for joint in joints]), (len(values), 1, 1))
    turns = np.tile(np.eye(3), (len(values), len(joints), 1, 1))
    column = 0
    for index, joint in enumerate(joints):
        own = values[:, column : column + len(joint.channels)]
        column += len(joint.channels)
        kinds = [channel.lower() for channel in joint.channels]
        for axis in "xyz":
            if f"{axis}position" in kinds:
                # Positions replace the offset, also at joints inside the tree.
                shifts[:, index, "xyz".index(axis)] = own[:, kinds.index(f"{axis}position")]
        angles = [place for place, kind in enumerate(kinds) if kind.endswith("rotation")]
        # The order of the channels is the order of the rotations, which differs between programs.
        turns[:, index] = euler("".join(kinds[place][0] for place in angles), own[:, angles])
    places, axes = pose([joint.parent for joint in joints], shifts, turns)
    return Skeleton3D(tuple(joint.name for joint in joints), places, axes, fps)
