"""Left and right that a detector exchanged, found by lifting, and exchanged back.

Detectors take a left arm for a right one for some frames: of people seen from behind, from above,
from the side, or with a raised leg. The keypoints then lie on the body with high scores. Continuity
in the image alone does not tell such frames from crossing limbs or a turning person; on rendered
people it spoilt more rows than it repaired. A lifter that uses seconds of motion mostly does not
follow such exchanges. Where the keypoints of arms or legs fit its pose clearly better with left and
right exchanged, they are exchanged, and the track is lifted again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import Array
from framework.skeletons import Skeleton
from framework.types import Floats, Pose3D, Sides, Track

_DECISIVE = {Sides.ARMS: ("shoulder", "elbow", "wrist"), Sides.LEGS: ("hip", "knee", "ankle")}
"""Joints of both sides that decide whether a limb is exchanged."""
_OTHERS = {
    Sides.ARMS: ("index", "pinky", "thumb"),
    Sides.LEGS: ("heel", "big_toe", "small_toe", "foot_index"),
}
"""Keypoints that are exchanged with them."""
_BETTER = 0.7
"""Sides are exchanged where that leaves less than this share of the distance to the lifted pose.

Chosen on rendered people with known joints (training people of the motion capture): 0.9 finds half
as many more exchanges, and spoils 1.2 and 2.0 of 1,000 right rows of arms and legs instead of 0.9
and 0.3.
"""
_APART_M = 0.1
"""Left and right nearer to each other than this, on average, cannot be told apart in the image."""
_LEAST_JOINTS = 4
"""Keypoints that place a pose in the image."""
_ROUNDS = 3
"""Of solving for the scale with the perspective of the scale before."""


def with_sides_repaired(track: Track, pose: Pose3D, matrix: Array) -> Track:
    """Exchange left and right of arms and legs in the rows in which a lifted pose says so.

    The detector's 3D is dropped in these rows: its limbs are exchanged too, and their depth fits
    the wrong side.

    Args:
        track: of one person.
        pose: that a lifter made of it; T rows.
        matrix: (3, 3) intrinsics of the camera.

    Returns:
        The track with `Track.exchanged`, or the same object where nothing is exchanged.
    """
    order = np.tile(np.arange(len(track.skeleton.joints)), (len(track), 1))
    exchanged = np.zeros(len(track), np.uint8)
    projected, scale = _projected(track, pose, matrix)
    for sides, names in _DECISIVE.items():
        rows = _fits_better(track, projected, scale, _pairs(track.skeleton, names))
        exchanged[rows] |= np.uint8(sides)
        # Arms and legs share no joint, so one order after the other gives both.
        order[rows] = order[rows][:, exchange_order(track.skeleton, sides)]
    if not exchanged.any():
        return track
    points_3d = track.keypoints_3d
    if points_3d is not None:
        points_3d = points_3d.copy()
        points_3d[exchanged > 0] = np.nan
    return replace(
        track,
        keypoints=np.take_along_axis(track.keypoints, order[..., None], axis=1),
        keypoint_scores=np.take_along_axis(track.keypoint_scores, order, axis=1),
        keypoints_3d=points_3d,
        exchanged=exchanged,
    )


def exchange_order(skeleton: Skeleton, sides: Sides) -> NDArray[np.intp]:
    """(J,) order of the joints after left and right of arms or legs have been exchanged."""
    left, right = _pairs(skeleton, (*_DECISIVE[sides], *_OTHERS[sides])).T
    order = np.arange(len(skeleton.joints))
    order[left], order[right] = right, left
    return order


def _pairs(skeleton: Skeleton, names: tuple[str, ...]) -> NDArray[np.intp]:
    """(P, 2) numbers of the left and the right joint of these names that the skeleton has."""
    pairs = [(f"left_{name}", f"right_{name}") for name in names]
    known = [pair for pair in pairs if set(pair) <= set(skeleton.joints)]
    return np.array([[skeleton.index(joint) for joint in pair] for pair in known], np.intp).reshape(
        -1, 2
    )


def _fits_better(
    track: Track, projected: Floats, scale: Floats, pairs: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Rows in which the joints of these pairs fit the projected pose better when exchanged."""
    both, mirrored = pairs.ravel(), pairs[:, ::-1].ravel()
    found, other = track.keypoints[:, both], track.keypoints[:, mirrored]
    wanted = projected[:, both]
    # (T, 2 P); a pair counts where both sides are known, or means would be of different joints.
    known = np.isfinite(found + other + wanted).all(axis=-1)

    def distance(a: Floats, b: Floats) -> Floats:
        lengths = np.where(known, np.linalg.norm(a - b, axis=-1), 0)
        return np.asarray(lengths.sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.float32)

    apart = distance(found, other) > _APART_M * scale
    better = distance(other, wanted) < _BETTER * distance(found, wanted)
    # Of two pairs at least: a single joint is an outlier more often than an exchanged one.
    return np.flatnonzero(apart & better & (known.sum(axis=1) >= 4))


def _projected(track: Track, pose: Pose3D, matrix: Array) -> tuple[Floats, Floats]:
    """The pose in the image where it fits the keypoints best, and its scale.

    With x, y, z relative to the root and the root at X, Y, Z, a keypoint at u from the principal
    point satisfies ``u (1 + z / Z) = f X / Z + f / Z x``, which is linear in the place ``f X / Z``
    and the scale ``f / Z`` once Z is known. Both hardly depend on which side is which, because left
    and right are weighted alike.

    Returns:
        (T, J, 2) pixels of the track's joints, NaN where the pose has no such joint or the row no
        pose; (T,) pixels per metre at the root, NaN there.
    """
    shared = [joint for joint in track.skeleton.joints if joint in pose.skeleton.joints]
    of_track = [track.skeleton.index(joint) for joint in shared]
    lifted = pose.joints[:, [pose.skeleton.index(joint) for joint in shared]].astype(np.float64)
    lifted[~pose.valid] = np.nan
    found = track.keypoints[:, of_track] - matrix[:2, 2]
    stretch, scale, place = np.ones((len(track), len(shared), 1)), np.zeros(0), np.zeros(0)
    for _ in range(_ROUNDS):
        scale, place = _regression(lifted[..., :2], found * stretch)
        # Nearer than a third of the distance to the camera no joint can be.
        stretch = np.maximum(1 + lifted[..., 2:] * scale[:, None, None] / matrix[0, 0], 1 / 3)
    projected = np.full(track.keypoints.shape, np.nan, np.float32)
    projected[:, of_track] = (
        place[:, None] + scale[:, None, None] * lifted[..., :2]
    ) / stretch + matrix[:2, 2]
    return projected, scale.astype(np.float32)


def _regression(points: Array, pixels: Array) -> tuple[Array, Array]:
    """Scale (T,) and place (T, 2) of points (T, J, 2) in pixels by least squares of each row."""
    known = np.isfinite(points + pixels).all(axis=-1, keepdims=True)
    count = known.sum(axis=(1, 2))
    a, b = np.where(known, points, 0), np.where(known, pixels, 0)
    middle_a, middle_b = (part.sum(axis=1) / np.maximum(count, 1)[:, None] for part in (a, b))
    a = np.where(known, a - middle_a[:, None], 0)
    variance = np.maximum((a * a).sum(axis=(1, 2)), 1e-9)
    scale = (a * b).sum(axis=(1, 2)) / variance
    scale = np.where((scale > 0) & (count >= _LEAST_JOINTS), scale, np.nan)
    return scale, middle_b - scale[:, None] * middle_a
