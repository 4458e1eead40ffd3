"""Packed motion capture: many clips in one npz, integer millimetres differenced in time.

Second differences of joints that move smoothly are small integers, which compress well. Sums of
integers are exact, so clips are read back to the millimetre.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.errors import InputError
from framework.lab.motion.body import Motion, add_face
from framework.results import BROKEN

_KEYS = ("joints_d2", "root_d2", "head_d1", "clip_start", "clip_name", "subject", "action", "size")
_SKULL = 17
"""Row of the base of the skull in ``joints_d2``, after the joints of H36M-17."""


def read_packed(path: Path, subjects: frozenset[str] | None = None) -> Iterator[Motion]:
    """Yield the clips of a packed file.

    Args:
        path: the npz; its ``joints_d2`` (63, frames), ``root_d2`` (3, frames) are millimetres
            differenced twice inside each clip, ``head_d1`` (6, frames) forward and up of the
            head times 127, differenced once.
        subjects: only these people, or None for all.

    Raises:
        InputError: not such a file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            packed = {key: file[key] for key in _KEYS}
    except BROKEN as error:
        raise InputError(f"{path} is not packed motion capture: {error}") from error
    starts = packed["clip_start"]
    for clip, (start, stop) in enumerate(pairwise(starts)):
        subject = str(packed["subject"][clip])
        if subjects is None or subject in subjects:
            yield _motion(packed, clip, slice(int(start), int(stop)))


def subjects_of(split: Path, part: str) -> frozenset[str]:
    """Return the people of one part ("train", "validation", "test") of a split file.

    Raises:
        InputError: the file or the part does not exist.
    """
    try:
        parts = json.loads(split.read_text())["splits"]
        return frozenset(parts[part])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{split} has no part {part!r} of a split: {error!r}",
            "Set motion_root to the folder of the recordings, or split to a file of your own.",
        ) from error


def _motion(packed: dict[str, NDArray[np.generic]], clip: int, rows: slice) -> Motion:
    # (T, 21, 3) metres relative to the root position of the next line.
    joints = _integrated(packed["joints_d2"][:, rows], order=2).reshape(-1, 21, 3) / 1000
    root = _integrated(packed["root_d2"][:, rows], order=2) / 1000
    head = _integrated(packed["head_d1"][:, rows], order=1).reshape(-1, 2, 3).astype(np.float64)
    # Directions were rounded to 1 / 127, so they are no longer unit vectors.
    head /= np.linalg.norm(head, axis=-1, keepdims=True)
    world = (joints + root[:, None]).astype(np.float32)
    return Motion(
        name=str(packed["clip_name"][clip]),
        subject=str(packed["subject"][clip]),
        action=str(packed["action"][clip]),
        points=add_face(
            world[:, :17],
            world[:, _SKULL],
            head[:, 0].astype(np.float32),
            head[:, 1].astype(np.float32),
            float(packed["size"][clip]),
        ),
    )


def _integrated(differences: NDArray[np.generic], order: int) -> NDArray[np.int64]:
    # In 64 bits, so that no sum of the stored 16 or 32 bits overflows.
    values = differences.T.astype(np.int64)
    # Differences of a clip begin with its first value, so no start value is stored.
    for _ in range(order):
        values = values.cumsum(axis=0)
    return values
