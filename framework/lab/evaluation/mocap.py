"""Packed motion capture of people kept back, before synthetic cameras and detectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from framework.errors import InputError
from framework.lab.evaluation.matching import Pair
from framework.lab.motion.body import COCO, FPS, Motion
from framework.lab.motion.cameras import Cameras, seen_by
from framework.lab.motion.noise import PERFECT, Noise, detected
from framework.lab.motion.packed import read_packed, subjects_of
from framework.lab.motion.recipe import FRAMES
from framework.lab.motion.windows import Library, chance
from framework.skeletons import COCO17, H36M17, map_joints
from framework.types import Floats, Pose3D, State, Track, VideoInfo

CONDITIONS = {"clean 2D": PERFECT, "2D with detector noise": Noise()}
_SIZE_WH = (1920, 1080)
# In the middle between phones and the usual lenses: lifters may only guess it.
_FOCAL_PX = 1920
VIDEO = VideoInfo(path=Path("mocap"), size_wh=_SIZE_WH, fps=Fraction(int(FPS)))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some seconds of one recording under a camera of its own.

    Attributes:
        action: what is done.
        truth: (T, 17, 3) metres, camera space.
        track: what the synthetic detector saw.
    """

    action: str
    truth: Floats
    track: Track


def read_people(folder: Path, part: str) -> list[Motion]:
    """Read the packed files of a folder.

    Args:
        folder: of ``*.npz``, with ``split.json`` in it or in the folder above.
        part: of the split, "train", "validation" or "test".

    Raises:
        InputError: there are no such files, or nobody of this part is in them.
    """
    splits = [place / "split.json" for place in (folder, folder.parent)]
    split = next((path for path in splits if path.is_file()), None)
    people = subjects_of(split, part) if split else frozenset[str]()
    motions = [m for path in sorted(folder.glob("*.npz")) for m in read_packed(path, people)]
    if not motions:
        raise InputError(
            f"{folder} holds no packed motion of the people of {part!r}",
            "Give a folder of packed recordings (*.npz) with split.json in it or above it.",
        )
    return motions


def library(folder: Path) -> Library:
    """The people that lifters are trained on."""
    return Library.of((motion, 1.0) for motion in read_people(folder, "train"))


def pieces(motions: list[Motion], noise: Noise, seed: int) -> list[Piece]:
    """Cut recordings into pieces, put a camera before each, and let the detector look.

    Cameras depend on the seed and the order only, not on the noise.
    """
    return [
        _piece(number, action, points, noise, seed)
        for number, (action, points) in enumerate(_cuts(motions))
    ]


def pairs(seen: list[Piece], poses: list[Pose3D]) -> list[Pair]:
    """Lay answers beside the truth."""
    return [
        Pair(
            action=piece.action,
            predicted=map_joints(pose.joints, pose.skeleton, H36M17),
            truth=piece.truth,
            in_camera_axes=True,
            joint_sigmas=pose.joint_sigmas if pose.skeleton is H36M17 else None,
        )
        for piece, pose in zip(seen, poses, strict=True)
    ]


def _cuts(motions: list[Motion]) -> Iterator[tuple[str, Floats]]:
    """Whole pieces, and of shorter recordings and what is left, those of a third or more."""
    for motion in motions:
        for first in range(0, len(motion.points), FRAMES):
            points = motion.points[first : first + FRAMES]
            if len(points) >= FRAMES // 3:
                yield motion.action, points


def _piece(number: int, action: str, points: Floats, noise: Noise, seed: int) -> Piece:
    random = chance(seed, number)
    seen = seen_by(torch.from_numpy(points)[None], Cameras(), random)
    keypoints, scores = (x[0].numpy() for x in detected(seen[:, :, list(COCO)], noise, random))
    return Piece(action, seen[0, :, :17].numpy(), _track(number, keypoints, scores))


def _track(number: int, keypoints: Floats, scores: Floats) -> Track:
    """Keypoints in units of the focal length as a track in pixels."""
    rows = np.arange(len(scores))
    pixels = keypoints * _FOCAL_PX + np.array(_SIZE_WH) / 2
    pixels = np.where(scores[..., None] > 0, pixels, np.nan)
    there = (scores > 0).any(axis=1)
    boxes = np.full((len(rows), 4), np.nan, np.float32)
    corners = np.nanmin(pixels[there], axis=1), np.nanmax(pixels[there], axis=1)
    boxes[there] = np.concatenate(corners, axis=1)
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=rows.astype(np.int64),
        time_s=rows / FPS,
        boxes=boxes,
        keypoints=np.asarray(pixels, np.float32),
        keypoint_scores=scores.astype(np.float32),
        state=np.where(there, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=np.asarray((scores > 0).all(axis=1)),
    )
