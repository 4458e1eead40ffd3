"""Limb joints by MoveNet on top of BlazePose's landmarks.

MoveNet Thunder (COCO-17, no feet, hands or 3D) finds shoulders, elbows, wrists, hips, knees and
ankles more accurately than BlazePose `full`, at twice its time. Most of the difference between the
two lasts: it comes from the pose and from what each network calls a hip or a shoulder. So MoveNet
runs a few times a second, and between its runs the last difference, as a share of the person's
square, is added to BlazePose's landmarks. Without that rule the time would double; with it flip
test-time augmentation can be left out, and the run is faster than before.

Either network swaps left and right now and then: BlazePose of people seen from the front with
a raised leg or spread arms, MoveNet of people seen from behind or from the side. Where the two
contradict each other, the sides that continue the frames before are right; of a person who was not
seen before, MoveNet's, whose swaps are rarer on photographs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.sides import exchange_order
from framework.skeletons import BLAZEPOSE33, COCO17
from framework.types import Image, Sides

from .._blazepose.landmarks import PoseLandmarks
from .._blazepose.squares import crop, to_frame
from .._movenet.network import MoveNet

_CLOCK_SLACK_S = 1e-3
"""Times are sums of frame durations; an even multiple of them must count as due."""

_SWAPPED = 0.6
"""Sides are swapped where exchanging them leaves less than this share of the distance."""

_APART = 0.06
"""Left and right nearer to each other than this share of the square cannot be told apart: they
cross within a frame or two when a person turns around, and a swap there costs little."""

_SMOOTHING = 0.5
"""Share of the newest frame in a joint's velocity."""

_FURTHEST = 0.15
"""Largest correction of a joint, as a share of the square; beyond it one of the two networks is
looking at something else, and BlazePose, which follows the person, is kept."""


def _joints(*names: str) -> NDArray[np.int64]:
    """Indices in COCO-17 of both sides of these joints, left before right."""
    pairs = [f"{side}_{name}" for name in names for side in ("left", "right")]
    return np.array([COCO17.index(joint) for joint in pairs])


_GROUPS = (_joints("shoulder", "elbow", "wrist"), _joints("hip", "knee", "ankle"))
"""Arms and legs: networks swap the sides of one without the other."""

_LIMBS = np.concatenate(_GROUPS)
_MIRROR = np.array(COCO17.mirror)
_LANDMARKS = np.array([BLAZEPOSE33.index(joint) for joint in COCO17.joints])
_EXCHANGES = (exchange_order(BLAZEPOSE33, Sides.ARMS), exchange_order(BLAZEPOSE33, Sides.LEGS))


class LimbEstimator(Protocol):
    """Estimates COCO-17 keypoints of the person in a square."""

    def estimate(self, image: Image, square: Array) -> Array:
        """Return (17, 2) pixels of an RGB image for a square (4,) of it."""
        ...


class MoveNetLimbs:
    """Implements `LimbEstimator` with a MoveNet network.

    Args:
        network: opened.
    """

    def __init__(self, network: MoveNet) -> None:
        self._network = network

    def estimate(self, image: Image, square: Array) -> Array:
        """See `LimbEstimator.estimate`."""
        size = self._network.size
        keypoints, _ = self._network.estimate(crop(image, square, size)[None])
        return to_frame(keypoints[0], square, size)


@dataclass(frozen=True, slots=True)
class LimbState:
    """What is kept of a person from one frame to the next.

    Attributes:
        offsets: (17, 2) corrections as shares of the square's side; 0 for the face.
        keypoints: (17, 2) COCO-17 of the last frame, corrected, pixels.
        velocity: (17, 2) of the joints, pixels a second.
        time_s: of the last frame.
        due_s: time from which MoveNet runs again.
    """

    offsets: Array
    keypoints: Array
    velocity: Array
    time_s: float
    due_s: float

    def predicted(self, time_s: float) -> Array:
        """(17, 2) where the joints go if they move on: whoever turns around crosses over."""
        return self.keypoints + self.velocity * (time_s - self.time_s)

    def followed_by(
        self, offsets: Array, keypoints: Array, time_s: float, due_s: float
    ) -> LimbState:
        """The state of the next frame."""
        # At least a millisecond: equal times would divide by zero.
        newest = (keypoints - self.keypoints) / max(time_s - self.time_s, _CLOCK_SLACK_S)
        velocity = self.velocity + _SMOOTHING * (newest - self.velocity)
        return LimbState(offsets, keypoints, velocity, time_s, due_s)


class LimbCorrector:
    """Corrects landmarks of followed people.

    Args:
        estimator: of limb joints.
        rate_hz: how often it runs, times a second of the clip and person.
    """

    def __init__(self, estimator: LimbEstimator, rate_hz: float) -> None:
        self._estimator = estimator
        self._interval_s = 1 / rate_hz

    def correct(
        self, image: Image, time_s: float, pose: PoseLandmarks, last: LimbState | None
    ) -> tuple[PoseLandmarks, LimbState]:
        """Correct the limb joints of one person in one frame.

        Args:
            image: (H, W, 3) RGB.
            time_s: of the frame.
            pose: BlazePose's landmarks in it.
            last: the person's state in the frame before; None: a new person.

        Returns:
            The landmarks with corrected limb joints, sides of 2D and 3D repaired, and the new
            state.

        Raises:
            StageError: inference failed.
        """
        expected = None if last is None else last.predicted(time_s)
        if last is not None and expected is not None and time_s < last.due_s:
            offsets, due_s = last.offsets, last.due_s
            pose = _like_before(pose, offsets, expected)
        else:
            limbs = self._estimator.estimate(image, pose.square)
            pose, limbs = _agreed(pose, limbs, expected)
            offsets = _offsets(pose, limbs)
            due_s = time_s + self._interval_s - _CLOCK_SLACK_S
        keypoints = pose.keypoints.copy()
        keypoints[_LANDMARKS] += offsets * pose.square[2]
        found = keypoints[_LANDMARKS]
        if last is None:
            state = LimbState(offsets, found, np.zeros_like(found), time_s, due_s)
        else:
            state = last.followed_by(offsets, found, time_s, due_s)
        return replace(pose, keypoints=keypoints), state


def _offsets(pose: PoseLandmarks, limbs: Array) -> Array:
    """(17, 2) from BlazePose's joints to MoveNet's, as shares of the square; 0 for the face."""
    offsets = (limbs - pose.keypoints[_LANDMARKS]) / pose.square[2]
    corrected = np.isin(np.arange(len(offsets)), _LIMBS)
    corrected &= np.linalg.norm(offsets, axis=1) <= _FURTHEST
    return np.where(corrected[:, None], offsets, 0.0)


def _like_before(pose: PoseLandmarks, offsets: Array, expected: Array) -> PoseLandmarks:
    """Exchange BlazePose's sides where only that continues the frames before."""
    for group, exchange in zip(_GROUPS, _EXCHANGES, strict=True):
        keypoints = pose.keypoints[_LANDMARKS] + offsets * pose.square[2]
        if _are_swapped(keypoints, expected, group, pose.square[2]):
            pose = _exchanged(pose, exchange)
    return pose


def _agreed(
    pose: PoseLandmarks, limbs: Array, expected: Array | None
) -> tuple[PoseLandmarks, Array]:
    """Bring both networks to the same sides, those that continue the frames before."""
    limbs = limbs.copy()
    for group, exchange in zip(_GROUPS, _EXCHANGES, strict=True):
        if not _are_swapped(limbs, pose.keypoints[_LANDMARKS], group, pose.square[2]):
            continue
        mirrored = limbs[_MIRROR]
        if expected is None or _gap(limbs, expected, group) <= _gap(mirrored, expected, group):
            pose = _exchanged(pose, exchange)
        else:
            limbs[group] = mirrored[group]
    return pose, limbs


def _are_swapped(keypoints: Array, others: Array, group: NDArray[np.int64], side: float) -> bool:
    """Whether keypoints (17, 2) lie on others only once their sides are exchanged."""
    mirrored = keypoints[_MIRROR]
    apart = _gap(keypoints, mirrored, group) > _APART * side
    return apart and _gap(mirrored, others, group) < _SWAPPED * _gap(keypoints, others, group)


def _gap(keypoints: Array, others: Array, group: NDArray[np.int64]) -> float:
    """Mean distance of a group of joints, pixels."""
    return float(np.linalg.norm(keypoints[group] - others[group], axis=1).mean())


def _exchanged(pose: PoseLandmarks, order: NDArray[np.int64]) -> PoseLandmarks:
    return replace(
        pose,
        keypoints=pose.keypoints[order],
        visibility=pose.visibility[order],
        world=pose.world[order],
    )
