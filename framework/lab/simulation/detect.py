"""Detect rendered people, and keep the detections beside the exact truth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.lab.motion.body import COCO, FPS
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library, random_generator
from framework.lab.simulation.figure import Array
from framework.lab.simulation.pairs import Pairs
from framework.lab.simulation.render import Viewport, choose_viewport, render_figure
from framework.scores import calibrated
from framework.skeletons import COCO17, H36M17, map_joints, map_scores
from framework.stages import Detector
from framework.types import Detections, Floats, FrameBatch, VideoInfo

_MAX_MEAN_DISTANCE = 0.5
"""A detection belongs to the person up to this mean distance of its keypoints from the truth, as a
share of the person's extent in the image. Others are false positives in the background."""

_BLOCK = 16
"""Frames that a detector is given at once."""


def simulate_detector(
    library: Library, detector: Detector, recipe: WindowRecipe, count: int, seed: int
) -> Pairs:
    """Render windows of motion and detect the person in them.

    Args:
        library: motion to render.
        detector: open; each window is a clip of its own for it.
        recipe: bodies, cameras, speed and length of the windows.
        count: number of windows.
        seed: of everything drawn.
    """
    points = recipe.draw(library, count, random_generator(seed, 0))
    appearance = np.random.default_rng(seed)
    # The solids of the figure are computed in float64.
    windows = points.double().numpy()
    detected = [_detect(detector, window, appearance) for window in windows]
    keypoints, scores, detector_3d = (np.stack(part) for part in zip(*detected, strict=True))
    return Pairs(
        keypoints=keypoints,
        scores=scores,
        points=windows.astype(np.float32),
        own=detector_3d,
    )


def _detect(
    detector: Detector, points: Array, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Keypoints (T, 17, 2), scores (T, 17) and 3D (T, 17, 3) detected in a window (T, 23, 3)."""
    viewport = choose_viewport(points, random)
    truth = viewport.to_pixels(points[:, COCO, :2] / points[:, COCO, 2:])
    images = np.stack(list(render_figure(points, viewport, random)))
    video = VideoInfo(path=Path("simulation"), size_wh=viewport.size_wh, fps=Fraction(int(FPS)))
    detector.start(video)
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
    rows = [_nearest(people, true, viewport) for people, true in zip(found, truth, strict=True)]
    keypoints, scores, detector_3d = (np.stack(part) for part in zip(*rows, strict=True))
    return keypoints, scores, detector_3d


def _nearest(people: Detections, truth: Array, viewport: Viewport) -> tuple[Floats, Floats, Floats]:
    """Keypoints, scores and 3D of the detection nearest to the true keypoints (17, 2), pixels."""
    nobody = (
        np.zeros((17, 2), np.float32),
        np.zeros(17, np.float32),
        np.full((17, 3), np.nan, np.float32),
    )
    if not len(people):
        return nobody
    keypoints = map_joints(people.keypoints, people.skeleton, COCO17)
    # (people,); joints that a detector lacks do not count.
    distance = np.nanmean(np.linalg.norm(keypoints - truth, axis=-1), axis=-1)
    best = int(np.argmin(distance))
    # Written so that a distance of NaN is refused.
    if not distance[best] < _MAX_MEAN_DISTANCE * np.ptp(truth, axis=0).max():
        return nobody
    present = np.isfinite(keypoints[best]).all(axis=-1)
    scores = calibrated(
        map_scores(people.keypoint_scores[best], people.skeleton, COCO17), people.score_threshold
    )
    detector_3d = nobody[2]
    if people.keypoints_3d is not None:
        detector_3d = map_joints(people.keypoints_3d[best], people.skeleton, H36M17)
    return (
        np.where(present[:, None], viewport.to_image(keypoints[best]), 0).astype(np.float32),
        np.where(present, scores, 0).astype(np.float32),
        detector_3d.astype(np.float32),
    )
