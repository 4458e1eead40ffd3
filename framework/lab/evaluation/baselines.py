"""Baselines that any lifter should beat: the mean pose and the nearest training pose.

A lifter that is not better than the nearest neighbour has learned nothing beyond its training data.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from framework.lab.motion.bodies import points_of
from framework.lab.motion.body import COCO
from framework.lab.motion.cameras import Cameras, place_cameras, project
from framework.lab.motion.windows import Library, random_generator
from framework.skeletons import COCO17, H36M17, map_joints
from framework.types import Floats, Pose3D, Track

_BATCH = 256
_EXAMPLES = 10_000


class Examples:
    """Poses of training, each with its projection by a random camera.

    Args:
        library: recordings of the people that lifters are trained on.
        seed: of cameras and of the choice of poses.

    Attributes:
        joints: (D, 17, 3) H36M-17, metres relative to the pelvis, camera axes.
        keypoints: (D, 17, 2) COCO-17, the exact projection, units of the focal length.
    """

    def __init__(self, library: Library, seed: int) -> None:
        random = random_generator(seed, 0)
        bones = library.sample(_EXAMPLES, 1, random)
        # Windows of one frame, so the axis of time is dropped: (D, 23, 3).
        points = place_cameras(points_of(bones), Cameras(), random)[:, 0]
        # H36M-17 are the first 17 points of `BODY`, its pelvis is point 0.
        self.joints: Floats = (points[:, :17] - points[:, :1]).numpy()
        self.keypoints: Floats = project(points[:, list(COCO)]).numpy()


class MeanPose:
    """Predicts the mean of the training poses, which are seen from all sides."""

    def __init__(self, examples: Examples) -> None:
        self._joints = examples.joints.mean(axis=0)

    def lift(self, tracks: list[Track]) -> list[Pose3D]:
        """Return the mean pose for every row with keypoints."""
        return [_pose(track, np.tile(self._joints, (len(track), 1, 1))) for track in tracks]


class NearestNeighbour:
    """Predicts the training pose whose projection, shifted and scaled, fits the keypoints best."""

    def __init__(self, examples: Examples) -> None:
        centred = examples.keypoints - examples.keypoints.mean(axis=1, keepdims=True)
        self._keypoints = torch.from_numpy(centred)
        self._joints = examples.joints

    def lift(self, tracks: list[Track]) -> list[Pose3D]:
        """Return that pose for every row with keypoints; missing joints do not count."""
        return [_pose(track, self._joints[self._nearest(track)]) for track in tracks]

    def _nearest(self, track: Track) -> NDArray[np.int64]:
        keypoints = torch.from_numpy(map_joints(track.keypoints, track.skeleton, COCO17))
        # In parts, as the fit is a (B, D) matrix with D = 10 000 examples.
        best = [self._fit(part).argmax(dim=1) for part in torch.split(keypoints, _BATCH)]
        return np.asarray(torch.cat(best).numpy()) if best else np.zeros(0, np.int64)

    def _fit(self, keypoints: torch.Tensor) -> torch.Tensor:
        """(B, D) how well D examples fit B sets of keypoints (B, 17, 2); larger is better.

        This is linear regression of the keypoints on an example with one scale and a shift. With
        both solved for, the squared distance is that of the keypoints from their centre, less
        C^2 / V: C is the covariance of keypoints and example (times the number of joints), V the
        variance of the example. So the greatest C / sqrt(V) is nearest; a negative scale (C < 0),
        which would turn the person upside down, is far.
        """
        known = keypoints.isfinite().all(dim=-1)
        # Missing joints have weight 0 in every sum.
        weight = known.float()[..., None]
        count = weight.sum(dim=1).clamp(min=1)
        centred = keypoints.nan_to_num() * weight
        centred = (centred - centred.sum(dim=1, keepdim=True) / count[:, None]) * weight
        # (B, 34) @ (34, D) -> (B, D); x and y share one scale, so their covariances are added.
        product = centred.flatten(1) @ self._keypoints.flatten(1).T
        # Sums over the known joints only, so each set of keypoints has a V of its own.
        sums = torch.einsum("bj,djc->bdc", weight[..., 0], self._keypoints)
        square = weight[..., 0] @ self._keypoints.square().sum(dim=-1).T
        variance = square - sums.square().sum(dim=-1) / count
        # An example whose known joints coincide has V = 0.
        return product / variance.clamp(min=1e-9).sqrt()


def _pose(track: Track, joints: Floats) -> Pose3D:
    valid = track.present
    return Pose3D(
        track_id=track.id,
        skeleton=H36M17,
        joints=np.where(valid[:, None, None], joints, np.nan).astype(np.float32),
        valid=valid,
    )
