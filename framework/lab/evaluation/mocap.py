"""Packed motion capture of held-out people, under synthetic cameras and detector noise.

Lifters are compared on motion that none of them was trained on; the true 3D pose is exact, which no
video can offer. Cameras and noise are those of training (`framework.lab.motion`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from framework.errors import InputError
from framework.lab.evaluation.matching import PosePair
from framework.lab.motion.body import COCO, FPS, Motion
from framework.lab.motion.cameras import Cameras, place_cameras
from framework.lab.motion.noise import PERFECT, Noise, noisy_keypoints
from framework.lab.motion.packed import read_packed, subjects_of
from framework.lab.motion.recipe import FRAMES
from framework.lab.motion.windows import Library, random_generator
from framework.skeletons import COCO17, H36M17, map_joints
from framework.types import Floats, Pose3D, State, Track, VideoInfo

CONDITIONS = {"clean 2D": PERFECT, "2D with detector noise": Noise()}
_SIZE_WH = (1920, 1080)
_FOCAL_PX = 1920
"""Between the focal lengths of phones and of usual lenses; lifters are not told it."""
VIDEO = VideoInfo(path=Path("mocap"), size_wh=_SIZE_WH, fps=Fraction(int(FPS)))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some seconds of one recording under a camera of its own.

    Attributes:
        action: name of the action.
        truth: (T, 17, 3) H36M-17, metres, camera space.
        track: keypoints as the synthetic detector gives them, pixels.
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
        InputError: there are no such files, or they hold no person of this part.
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
    """The recordings of the people that lifters are trained on."""
    return Library.of((motion, 1.0) for motion in read_people(folder, "train"))


def excerpts(motions: list[Motion], noise: Noise, seed: int) -> list[Excerpt]:
    """Cut recordings into excerpts and project each with a camera and detector noise of its own.

    Cameras depend on the seed and the order only, not on the noise, so that conditions can be
    compared.
    """
    return [
        _excerpt(number, action, points, noise, seed)
        for number, (action, points) in enumerate(_cuts(motions))
    ]


def pairs(excerpts: list[Excerpt], poses: list[Pose3D]) -> list[PosePair]:
    """Pair predictions with the truth."""
    return [
        PosePair(
            action=excerpt.action,
            predicted=map_joints(pose.joints, pose.skeleton, H36M17),
            truth=excerpt.truth,
            in_camera_axes=True,
            joint_sigmas=pose.joint_sigmas if pose.skeleton is H36M17 else None,
        )
        for excerpt, pose in zip(excerpts, poses, strict=True)
    ]


def _cuts(motions: list[Motion]) -> Iterator[tuple[str, Floats]]:
    """Action and points of whole windows, and of rests of at least a third of a window."""
    for motion in motions:
        for first in range(0, len(motion.points), FRAMES):
            # A camera for each excerpt, so that long recordings are seen from many sides.
            points = motion.points[first : first + FRAMES]
            if len(points) >= FRAMES // 3:
                yield motion.action, points


def _excerpt(number: int, action: str, points: Floats, noise: Noise, seed: int) -> Excerpt:
    random = random_generator(seed, number)
    # Camera first, noise after it: the camera must not depend on the noise.
    # (1, T, 23, 3): a batch of one window.
    placed = place_cameras(torch.from_numpy(points)[None], Cameras(), random)
    noisy = noisy_keypoints(placed[:, :, list(COCO)], noise, random)
    keypoints, scores = (x[0].numpy() for x in noisy)
    return Excerpt(action, placed[0, :, :17].numpy(), _track(number, keypoints, scores))


def _track(number: int, keypoints: Floats, scores: Floats) -> Track:
    """Keypoints in units of the focal length as a track in pixels."""
    rows = np.arange(len(scores))
    # The principal point is the middle of the image.
    pixels = keypoints * _FOCAL_PX + np.array(_SIZE_WH) / 2
    pixels = np.where(scores[..., None] > 0, pixels, np.nan)
    present = (scores > 0).any(axis=1)
    boxes = np.full((len(rows), 4), np.nan, np.float32)
    # The tightest box, as the true extent of the body is not known from joints.
    # Only present rows: a minimum over joints that are all NaN would warn.
    corners = np.nanmin(pixels[present], axis=1), np.nanmax(pixels[present], axis=1)
    boxes[present] = np.concatenate(corners, axis=1)
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=rows.astype(np.int64),
        time_s=rows / FPS,
        boxes=boxes,
        keypoints=np.asarray(pixels, np.float32),
        keypoint_scores=scores.astype(np.float32),
        state=np.where(present, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=np.asarray((scores > 0).all(axis=1)),
    )
