"""Detections of a perfect detector, or one with given faults, in a scene: people with identities.

Nothing is rendered, so this is fast. Coordinates are pixels of the upright image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import camera_from_world, project
from framework.lab.sample.body import joints
from framework.lab.sample.scene import Scene
from framework.skeletons import COCO17
from framework.types import Bools, Detections, Floats, Ints, Times

_AROUND = 0.06
"""Margin of a box around the joints, as a share of its height: body surface, hair, shoes."""
_IN_VIEW = 0.4
"""Share of a box that must be in the image and not occluded for its person to be visible."""
BURST_S = 0.4
_COLUMNS, _LINES = 12, 24
"""Grid of points of a box that are tested for occlusion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The true boxes and keypoints of N people in T frames.

    Attributes:
        time_s: (T,) seconds.
        size_wh: of the image.
        boxes: (N, T, 4) float32 pixels around the whole person, occluded parts included.
        keypoints: (N, T, 17, 2) float32 pixels, COCO-17.
        shown: (N, T) share of the box that is in the image and not behind a nearer person.
        covered: (N, T, 17) joints behind the box of a nearer person.
    """

    time_s: Times
    size_wh: tuple[int, int]
    boxes: Floats
    keypoints: Floats
    shown: Floats
    covered: Bools

    @property
    def seen(self) -> Bools:
        """(N, T) which people are visible enough to be detected."""
        return np.asarray(self.shown >= _IN_VIEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """Faults of a detector. Shares are of people and frames, 0..1.

    Attributes:
        jitter: standard deviation of the measurement noise, as a share of the body size (the square
            root of the box area).
        missed: share of people not detected.
        bursts: intervals of `BURST_S` in which a person is not detected, per person and second.
        false: false positives per frame.
        swapped: share of people with a left-right swap.
        seed: of everything drawn.
    """

    jitter: float = 0.01
    missed: float = 0.0
    bursts: float = 0.0
    false: float = 0.0
    swapped: float = 0.0
    seed: int = 0


def project_people(scene: Scene) -> Crowd:
    """Project all people of a scene; all must be in front of the camera."""
    times = scene.times
    cameras = [scene.camera.pose(time) for time in times]
    turns, shifts = (np.array(part) for part in zip(*cameras, strict=True))
    world = np.stack(
        [
            joints(pose, person.body.size, COCO17)
            for pose, person in zip(scene.poses(times), scene.people, strict=True)
        ]
    )
    camera = camera_from_world(world, turns[:, None], shifts[:, None])
    pixels = project(camera, scene.matrix).astype(np.float32)
    low, high = pixels.min(2), pixels.max(2)
    # The same margin in pixels at the sides as above and below.
    wide = _AROUND * (high - low)[..., 1:]
    boxes = np.concatenate([low - wide, high + wide], -1)
    shown, covered = _visibility(boxes, pixels, camera[..., 2].mean(2), scene.size_wh)
    return Crowd(
        time_s=times,
        size_wh=scene.size_wh,
        boxes=boxes,
        keypoints=pixels,
        shown=shown,
        covered=covered,
    )


def _visibility(
    boxes: Floats, pixels: Floats, depth: NDArray[np.float64], size_wh: tuple[int, int]
) -> tuple[Floats, Bools]:
    """`Crowd.shown` and `Crowd.covered`; nearer people are opaque boxes as wide as a trunk."""
    share = np.stack(np.meshgrid(np.linspace(0, 1, _COLUMNS), np.linspace(0, 1, _LINES)), -1)
    low, high = boxes[..., None, :2], boxes[..., None, 2:]
    # (N, T, P, 2) with P = 12 * 24 points of each box.
    points = (low + (high - low) * share.reshape(-1, 2)).astype(np.float32)
    inside = np.asarray(((points >= 0) & (points < np.array(size_wh))).all(-1))
    covered = np.zeros(pixels.shape[:3], bool)
    # A tenth of the width is cut off at both sides.
    trunk = boxes + (boxes[..., [2, 3, 0, 1]] - boxes) * np.array([0.1, 0, 0.1, 0], np.float32)
    for one in range(len(boxes)):
        for other in range(len(boxes)):
            nearer = depth[other] < depth[one]
            # In frames in which the other is farther away the box is NaN and hides nothing.
            hides = trunk[other] * np.where(nearer, 1, np.nan)[:, None]
            inside[one] &= ~_within(points[one], hides)
            covered[one] |= _within(pixels[one], hides)
    return inside.mean(-1).astype(np.float32), covered


def _within(points: Floats, boxes: NDArray[np.float64]) -> Bools:
    """(T, P) whether points (T, P, 2) are in boxes (T, 4); no point is in a box of NaN."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    return np.asarray(((points >= low) & (points <= high)).all(-1))


def simulated_detections(
    crowd: Crowd, flaws: Flaws | None = None
) -> tuple[list[Detections], list[Ints]]:
    """Return the detections of a detector with these faults.

    Returns:
        For each frame the people in a random order, and their indices in the crowd: (n,) int64, -1
        for a false positive. A person is complete with all joints inside the image, of which two
        may be covered.
    """
    flaws = Flaws() if flaws is None else flaws
    rng = np.random.default_rng(flaws.seed)
    found = crowd.seen & ~_missed(crowd, flaws, rng)
    frames, names = [], []
    for row in range(len(crowd.time_s)):
        people = rng.permutation(np.flatnonzero(found[:, row]))
        # Independent from frame to frame, so a Poisson number of them.
        false = rng.poisson(flaws.false)
        names.append(np.concatenate([people, np.full(false, -1)]).astype(np.int64))
        frames.append(_frame(crowd, row, names[-1], flaws, rng))
    return frames, names


def _missed(crowd: Crowd, flaws: Flaws, rng: np.random.Generator) -> Bools:
    """(N, T) which people are not detected, in single frames and in intervals."""
    rate = (len(crowd.time_s) - 1) / max(crowd.time_s[-1], 1e-9)
    gone = rng.random(crowd.seen.shape) < flaws.missed
    for person, row in np.argwhere(rng.random(crowd.seen.shape) < flaws.bursts / rate):
        # A slice beyond the last row is cut by NumPy.
        gone[person, row : row + round(rate * BURST_S)] = True
    return gone


def _frame(
    crowd: Crowd, row: int, names: Ints, flaws: Flaws, rng: np.random.Generator
) -> Detections:
    people = names[names >= 0]
    false = len(names) - len(people)
    points, boxes = crowd.keypoints[people, row], crowd.boxes[people, row]
    # A false positive has the shape of a person at another place.
    invented = rng.integers(len(crowd.boxes), size=false)
    away = rng.uniform(-1, 1, (false, 1, 2)) * crowd.size_wh
    points = np.concatenate([points, crowd.keypoints[invented, row] + away])
    boxes = np.concatenate([boxes, crowd.boxes[invented, row] + np.tile(away[:, 0], 2)])
    # Noise is relative to the size, as that of detectors.
    size = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(-1))[:, None]
    points += rng.normal(0, flaws.jitter, points.shape) * size[..., None]
    boxes += rng.normal(0, flaws.jitter, boxes.shape) * size
    swapped = rng.random(len(points)) < flaws.swapped
    points[swapped] = points[swapped][:, list(COCO17.mirror)]
    covered = np.concatenate([crowd.covered[people, row], rng.random((false, 17)) < 0.4])
    inside = ((points >= 0) & (points < np.array(crowd.size_wh))).all((1, 2))
    shown = np.concatenate([crowd.shown[people, row], rng.uniform(0.3, 0.7, false)])
    return Detections(
        skeleton=COCO17,
        boxes=boxes.astype(np.float32),
        # Scores of partly occluded people are lower.
        box_scores=(0.3 + 0.65 * shown).astype(np.float32),
        keypoints=points.astype(np.float32),
        keypoint_scores=np.where(covered, 0.3, 0.9).astype(np.float32),
        complete=inside & (covered.sum(1) <= 2),
    )
