"""Let a detector look at drawn people."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.lab.motion.body import COCO, FPS
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library, chance
from framework.lab.simulation.actor import Array
from framework.lab.simulation.film import Frame, film, framed
from framework.lab.simulation.pairs import Pairs
from framework.scores import calibrated
from framework.skeletons import COCO17, H36M17, map_joints, map_scores
from framework.stages import Detector
from framework.types import Detections, Floats, FrameBatch, VideoInfo

# Nobody is found where the keypoints lie this far off, as a share of the person's height.
_LOST = 0.5
_BLOCK = 16


def rehearse(
    library: Library, detector: Detector, recipe: WindowRecipe, count: int, seed: int
) -> Pairs:
    """Film windows of motion and let a detector look.

    Args:
        library: motion to draw.
        detector: open; it sees each window as a clip of its own.
        recipe: bodies, cameras, speed and length of the windows.
        count: windows.
        seed: of all chance.
    """
    random = chance(seed, 0)
    points = recipe.draw(library, count, random)
    looks = np.random.default_rng(seed)
    windows = points.double().numpy()
    watched = [_watch(detector, window, looks) for window in windows]
    keypoints, scores, own = (np.stack(part) for part in zip(*watched, strict=True))
    return Pairs(
        keypoints=keypoints,
        scores=scores,
        points=windows.astype(np.float32),
        own=own,
    )


def _watch(
    detector: Detector, points: Array, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Keypoints (T, 17, 2), scores (T, 17) and own 3D (T, 17, 3) of a window (T, 23, 3)."""
    frame = framed(points, random)
    truth = frame.to_pixels(points[:, COCO, :2] / points[:, COCO, 2:])
    images = np.stack(list(film(points, frame, random)))
    detector.start(VideoInfo(path=Path("rehearsal"), size_wh=frame.size_wh, fps=Fraction(int(FPS))))
    found: list[Detections] = []
    for first in range(0, len(images), _BLOCK):
        index = np.arange(first, min(first + _BLOCK, len(images)))
        found += detector.detect(
            FrameBatch(
                images=images[index],
                index=index,
                time_s=index / FPS,
                is_source=np.ones(len(index), bool),
            )
        )
    rows = [_nearest(people, true, frame) for people, true in zip(found, truth, strict=True)]
    keypoints, scores, own = (np.stack(part) for part in zip(*rows, strict=True))
    return keypoints, scores, own


def _nearest(people: Detections, truth: Array, frame: Frame) -> tuple[Floats, Floats, Floats]:
    """The person found where the true one (17, 2) is, if any."""
    nobody = (
        np.zeros((17, 2), np.float32),
        np.zeros(17, np.float32),
        np.full((17, 3), np.nan, np.float32),
    )
    if not len(people):
        return nobody
    keypoints = map_joints(people.keypoints, people.skeleton, COCO17)
    apart = np.nanmean(np.linalg.norm(keypoints - truth, axis=-1), axis=-1)
    best = int(np.argmin(apart))
    if not apart[best] < _LOST * np.ptp(truth, axis=0).max():
        return nobody
    seen = np.isfinite(keypoints[best]).all(axis=-1)
    scores = calibrated(
        map_scores(people.keypoint_scores[best], people.skeleton, COCO17), people.score_threshold
    )
    own = nobody[2]
    if people.keypoints_3d is not None:
        own = map_joints(people.keypoints_3d[best], people.skeleton, H36M17)
    return (
        np.where(seen[:, None], frame.to_image(keypoints[best]), 0).astype(np.float32),
        np.where(seen, scores, 0).astype(np.float32),
        own.astype(np.float32),
    )
