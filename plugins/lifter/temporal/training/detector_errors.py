"""Errors of a real detector, transferred to other motion in nearly the same pose.

A detector was run on rendered people (``python -m framework.simulate``), so that its errors are
known. Errors depend on the pose as the camera sees it and last for many frames. So a training
window gets the errors of a simulated window around a frame with nearly the same pose, in units of
the body's size. Formulas for noise alone do not reproduce that; see `checkpoint/temporal.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from framework.lab.motion.body import COCO
from framework.lab.motion.cameras import project
from framework.lab.motion.noise import UNIT_M
from framework.lab.simulation.pairs import Pairs
from framework.skeletons import COCO17, H36M17

from .target import along_ray

_NEIGHBOURS = 8
"""One of so many nearest frames is drawn, so that a pose does not always get the same errors."""
_EVERY = 3
"""Every third frame can be found: neighbouring frames are nearly equal."""
_MIRROR_2D, _MIRROR_3D = list(COCO17.mirror), list(H36M17.mirror)


@dataclass(frozen=True, slots=True)
class DetectedWindows:
    """Detections of people in B windows of T frames.

    Attributes:
        keypoints: (B, T, 17, 2) COCO-17, units of the focal length.
        scores: (B, T, 17) in 0..1, 0 where a joint is missing.
        detector_3d: (B, T, 17, 3) the detector's 3D, H36M-17, any scale; NaN where there is none.
    """

    keypoints: Tensor
    scores: Tensor
    detector_3d: Tensor


@dataclass(frozen=True, slots=True)
class DetectorErrors:
    """Errors of a detector simulation and of its mirror image; N windows of T frames.

    Attributes:
        pose: (M, 48) descriptors of the frames that can be found.
        window, frame: (M,) the window and the frame in it of each.
        errors: (N, T, 17, 2) of keypoints, in units of 0.85 m at the person's distance.
        scores: (N, T, 17).
        errors_3d: (N, T, 17, 3) of the detector's 3D, both centred and scaled; NaN without.
    """

    pose: Tensor
    window: Tensor
    frame: Tensor
    errors: Tensor
    scores: Tensor
    errors_3d: Tensor

    @classmethod
    def of(cls, pairs: Pairs) -> DetectorErrors:
        """Compute the errors from pairs of detections and truth."""
        # The mirror image of a simulation is a second one for free.
        both = [_parts(pairs, mirrored) for mirrored in (False, True)]
        pose, errors, scores, errors_3d = (torch.cat(part) for part in zip(*both, strict=True))
        windows, frames = pose.shape[:2]
        # Starts such that the middle frame of each window is among them.
        chosen = torch.arange(frames // 2 % _EVERY, frames, _EVERY)
        window = torch.arange(windows).repeat_interleave(len(chosen))
        return cls(
            pose[:, chosen].flatten(0, 1), window, chosen.repeat(windows), errors, scores, errors_3d
        )

    def transfer(self, points: Tensor, random: torch.Generator) -> DetectedWindows:
        """Detect people with the errors that were made on people in nearly the same pose.

        Frames are matched in the middle of a window; errors of the other frames follow in time, and
        are reversed in time at the ends of the simulated window. Strength and offset vary a little,
        so that few simulated windows do not become a fixed pattern.

        Args:
            points: (B, T, 23, 3) true joints, metres in camera space.
            random: generator of all random numbers.
        """
        count, frames = points.shape[:2]
        middle = frames // 2
        query = _pose_descriptor(points[:, middle : middle + 1, :17])[:, 0]
        # (B, 48) to (M, 48): (B, 8) numbers of frames
        near = torch.cdist(query, self.pose).topk(_NEIGHBOURS, largest=False).indices
        pick = torch.randint(_NEIGHBOURS, (count, 1), generator=random)
        match = near.gather(1, pick)[:, 0]
        # (B, T) frames of the simulated windows, also before their first and after their last
        time = self.frame[match][:, None] + torch.arange(frames) - middle
        last = self.errors.shape[1] - 1
        # A triangle wave: time runs to the end of the window and back.
        time = last - (last - time.abs() % (2 * last)).abs()
        window = self.window[match][:, None]
        errors, errors_3d = self.errors[window, time], self.errors_3d[window, time]
        strength = torch.exp(0.25 * torch.randn(count, 1, 1, 1, generator=random))
        # 7 mm on the body (units of 0.85 m), the same in all frames of a window.
        offset = 0.008 * torch.randn(count, 1, 17, 2, generator=random)
        # Errors scale with the size of the person in the image, so with the inverse of the depth.
        unit = UNIT_M / points[:, :, COCO, 2].mean(dim=2)
        keypoints = project(points[:, :, COCO]) + unit[..., None, None] * (
            strength * errors + offset
        )
        detector_3d = _normalised(along_ray(points[:, :, :17])) + strength * errors_3d
        return DetectedWindows(keypoints, self.scores[window, time], detector_3d)


def _parts(pairs: Pairs, mirrored: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Descriptors (N, T, 48), errors (N, T, 17, 2), scores (N, T, 17), 3D errors (N, T, 17, 3)."""
    points, keypoints, scores, detector_3d = (
        torch.from_numpy(part) for part in (pairs.points, pairs.keypoints, pairs.scores, pairs.own)
    )
    points, truth = points[:, :, :17], points[:, :, COCO]
    if mirrored:
        flip = torch.tensor([-1.0, 1.0, 1.0])
        points, detector_3d = (part[:, :, _MIRROR_3D] * flip for part in (points, detector_3d))
        truth = truth[:, :, _MIRROR_2D] * flip
        keypoints, scores = keypoints[:, :, _MIRROR_2D] * flip[:2], scores[:, :, _MIRROR_2D]
    unit = UNIT_M / truth[..., 2].mean(dim=2)
    errors = (keypoints - project(truth)) / unit[..., None, None]
    # Missing keypoints are 0 in the files; their errors would be as large as the image.
    errors = torch.where((scores > 0)[..., None], errors, 0.0)
    errors_3d = _normalised(detector_3d) - _normalised(along_ray(points))
    return _pose_descriptor(points), errors, scores, errors_3d


def _pose_descriptor(points: Tensor) -> Tensor:
    """(..., T, 48) the normalised pose relative to the line of sight, without the pelvis."""
    return _normalised(along_ray(points))[..., 1:, :].flatten(-2)


def _normalised(joints: Tensor) -> Tensor:
    """(..., J, 3) centred on the mean, and scaled to a mean distance of 1 from it."""
    centred = joints - joints.mean(dim=-2, keepdim=True)
    size: Tensor = centred.norm(dim=-1).mean(dim=-1)
    return centred / size[..., None, None].clamp(min=1e-6)
