"""Tables with a line for each joint become tables with a line for each person."""

from __future__ import annotations

from collections.abc import Sequence

_JOINTS = (
    "joint",
    "joint_name",
    "keypoint",
    "keypoint_name",
    "bodypart",
    "node",
    "landmark",
    "landmark_index",
    "marker",
)
_VALUES = ("x", "y", "z", "score", "confidence", "likelihood", "visibility")


def is_long(header: Sequence[str]) -> bool:
    """Whether a line of column names has x, y and the joint to which they belong."""
    names = [name.strip().lower() for name in header]
    return "x" in names and "y" in names and _joint_column(names) is not None


def widened(
    header: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """The same with columns ``JOINT_x``, ``JOINT_y`` ..., after those of frame, person and others.

    Lines of a person follow each other or not; what all other columns have in common is a line.

    Raises:
        ValueError: lines differ in length, or a joint of a person is there twice.
    """
    names = [name.strip().lower() for name in header]
    joint = _joint_column(names)
    values = {name: names.index(name) for name in _VALUES if name in names}
    others = [k for k in range(len(names)) if k != joint and k not in values.values()]
    if joint is None or any(len(row) != len(names) for row in body):
        raise ValueError("its lines have different numbers of cells")
    joints = list(dict.fromkeys(row[joint] for row in body))
    people: dict[tuple[str, ...], dict[str, Sequence[str]]] = {}
    for row in body:
        person = people.setdefault(tuple(row[k] for k in others), {})
        if row[joint] in person:
            raise ValueError(f"a person has the joint {row[joint]!r:.40} twice in a frame")
        person[row[joint]] = row
    lines = [
        [*key, *(found[j][k] if j in found else "" for j in joints for k in values.values())]
        for key, found in people.items()
    ]
    columns = [_column(name, value) for name in joints for value in values]
    return [*(header[k] for k in others), *columns], lines


def _joint_column(names: Sequence[str]) -> int | None:
    return next((names.index(name) for name in _JOINTS if name in names), None)


def _column(joint: str, value: str) -> str:
    """The name of a column, as the other tables have it."""
    return f"{value}{joint}" if joint.isdecimal() else f"{joint}_{value}"
