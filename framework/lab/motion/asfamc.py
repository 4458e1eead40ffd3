"""ASF (skeleton) and AMC (motion) files of Acclaim, in the form of the CMU database.

The format is described by Lander, Working with Motion Capture File Formats, Game Developer 1998.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from framework.errors import InputError
from framework.lab.motion.kinematics import Array, Skeleton3D, euler, pose

_ROOT = "root"


@dataclass(slots=True)
class _Bone:
    parent: str = ""
    direction: Array = field(default_factory=lambda: np.zeros(3))
    length: float = 0.0
    frame: Array = field(default_factory=lambda: np.eye(3))
    dof: list[str] = field(default_factory=list)


def read_asfamc(skeleton: Path, motion: Path) -> Skeleton3D:
    """Read a pair of files; each joint is the *end* of the bone of its name.

    Args:
        skeleton: the ASF.
        motion: the AMC; it has no frame rate (CMU: 120, some 60).

    Raises:
        InputError: a file cannot be read, or the two do not belong together.
    """
    try:
        bones = _bones(skeleton.read_text(encoding="utf-8", errors="replace"))
        values = _values(motion.read_text(encoding="utf-8", errors="replace"))
        return _posed(bones, values)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise InputError(f"{skeleton} with {motion} cannot be read: {error!r}") from error


def _bones(text: str) -> dict[str, _Bone]:
    """Bones by name, parents first."""
    sections: dict[str, list[list[str]]] = {}
    rows = [line.split() for line in text.splitlines() if line.strip()]
    current: list[list[str]] = []
    for row in rows:
        if row[0].startswith(":"):
            current = sections.setdefault(row[0][1:], [])
        else:
            current.append(row)
    # Used when the file has no ``order``.
    root = _Bone(dof=["tx", "ty", "tz", "rx", "ry", "rz"])
    for key, *rest in sections["root"]:
        if key == "order":
            root.dof = [channel.lower() for channel in rest]
    read = dict(
        _bone(list(lines))
        for begins, lines in groupby(sections["bonedata"], lambda row: row[0] in ("begin", "end"))
        if not begins
    )
    bones = {_ROOT: root}
    for parent, *children in (
        row for row in sections["hierarchy"] if row[0] not in ("begin", "end")
    ):
        for child in children:
            bones[child] = read[child]
            bones[child].parent = parent
    return bones


def _bone(rows: list[list[str]]) -> tuple[str, _Bone]:
    name, bone = "", _Bone()
    for key, *rest in rows:
        if key == "name":
            name = rest[0]
        elif key == "direction":
            bone.direction = np.array(rest, dtype=np.float64)
        elif key == "length":
            bone.length = float(rest[0])
        elif key == "axis":
            # "XYZ" turns about the fixed x axis first, so its matrix is the last factor.
            bone.frame = euler(rest[3].lower()[::-1], np.array(rest[2::-1], dtype=np.float64))
        elif key == "dof":
            bone.dof = [channel.lower() for channel in rest]
    return name, bone


def _values(text: str) -> dict[str, Array]:
    """(T, channels) of each bone."""
    values: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and not words[0].startswith(("#", ":")):
            values.setdefault(words[0], []).append(words[1:])
    return {name: np.array(rows, dtype=np.float64) for name, rows in values.items()}


def _posed(bones: dict[str, _Bone], values: dict[str, Array]) -> Skeleton3D:
    names = list(bones)
    frames = len(values[_ROOT])
    shifts = np.zeros((frames, len(names), 3))
    turns = np.tile(np.eye(3), (frames, len(names), 1, 1))
    for index, (name, bone) in enumerate(bones.items()):
        if name == _ROOT:
            # Only the root travels; (T, 3).
            place = [bone.dof.index(channel) for channel in ("tx", "ty", "tz")]
            shifts[:, index] = values[name][:, place]
        angles = np.zeros((frames, 3))
        for column, channel in enumerate(bone.dof):
            if channel in ("rx", "ry", "rz"):
                # Degrees of freedom that a bone lacks stay at angle 0.
                angles[:, "zyx".index(channel[1])] = values[name][:, column]
        # Angles are in the axes of the bone (``axis``); this is a change of basis and back.
        turns[:, index] = bone.frame @ euler("zyx", angles) @ bone.frame.T
        # A bone turns about its start; its end lies along the bone in the turned axes.
        if bone.parent:
            along = bone.length * bone.direction
            shifts[:, index] = (turns[:, index] @ along[:, None])[..., 0]
    parents = [names.index(bone.parent) if bone.parent else -1 for bone in bones.values()]
    places, axes = pose(parents, shifts, turns)
    return Skeleton3D(tuple(names), places, axes, None)
