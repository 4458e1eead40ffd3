"""VideoPose3D's ``data_3d_*.npz``: joints of Human3.6M in the world, by subject and action."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from framework.errors import InputError
from framework.lab.motion.body import Floats, Motion, add_face
from framework.lab.motion.kinematics import Array
from framework.lab.motion.resample import resampled
from framework.npz import read_objects
from framework.results import BROKEN
from framework.skeletons import H36M17

FPS = 50.0
"""Frames per second of Human3.6M; the files do not give it."""

# The 17 joints that VideoPose3D keeps of the 32 of Human3.6M; the others never move.
_OF_32 = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
_LEG_M = 0.82
_CROWN = 0.16
"""From the base of the skull to the top of the head, metres of an average body."""


def read_positions(path: Path) -> Iterator[Motion]:
    """Yield the recordings of a file.

    Args:
        path: npz with ``positions_3d``: by subject and action (T, 32 or 17, 3), metres, z up. Its
            pickled objects are read as data (`framework.unpickle`).

    Raises:
        InputError: not such a file.
    """
    try:
        people = read_objects(path)["positions_3d"].item()
        clips = [(who, what, clip) for who, does in people.items() for what, clip in does.items()]
        for subject, action, clip in clips:
            yield _motion(str(subject), str(action), np.asarray(clip, np.float64))
    except BROKEN as error:
        raise InputError(
            f"{path} holds no joint positions of VideoPose3D: {error}",
            "Give a data_3d_h36m.npz as VideoPose3D's prepare_data_h36m writes it.",
        ) from error


def _motion(subject: str, action: str, clip: Array) -> Motion:
    if clip.ndim != 3 or clip.shape[1:] not in ((32, 3), (17, 3)) or not len(clip):
        raise ValueError(f"{subject} {action} has shape {clip.shape}, not (T, 32 or 17, 3)")
    if not np.isfinite(clip).all():
        raise ValueError(f"{subject} {action} has joints that are not finite")
    joints = resampled(clip[:, _OF_32] if clip.shape[1] == 32 else clip, FPS)
    joints = joints[..., [1, 2, 0]]  # z up becomes y up, by a rotation
    return Motion(
        name=f"{subject}_{action}", subject=subject, action=action, points=_with_face(joints)
    )


def _with_face(joints: Floats) -> Floats:
    """Add a face, oriented by the joints of the nose and the top of the head."""
    # Human3.6M's joint between neck and nose is "neck" in H36M-17; it lies in front of the line
    # from thorax to crown.
    thorax, nose, crown = (joints[:, H36M17.index(name)] for name in ("thorax", "neck", "head"))
    up = _unit(crown - thorax)
    forward = nose - thorax
    # Gram-Schmidt: the part of the direction that is orthogonal to up.
    forward = _unit(forward - (forward * up).sum(axis=-1, keepdims=True) * up)
    leg = joints[:, [H36M17.index(f"left_{joint}") for joint in ("hip", "knee", "ankle")]]
    size = float(np.linalg.norm(np.diff(leg, axis=1), axis=-1).sum(axis=1).mean()) / _LEG_M
    return add_face(joints, crown - _CROWN * size * up, forward, up, size)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    # A zero vector stays zero instead of NaN.
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
