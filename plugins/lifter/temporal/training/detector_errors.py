"""Errors of a real detector, lent to other people in nearly the same pose."""

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
_EVERY = 3
_MIRROR_2D, _MIRROR_3D = list(COCO17.mirror), list(H36M17.mirror)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a detector says of B windows of T frames.

    Attributes:
        keypoints: (B, T, 17, 2) COCO-17, units of the focal length.
        scores: (B, T, 17) in 0..1, 0 where a joint is missing.
        own: (B, T, 17, 3) the detector's own 3D, H36M-17, any scale; NaN where there is none.
    """

    keypoints: Tensor
    scores: Tensor
    own: Tensor


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Errors of a rehearsal, with those of its mirror image.

    Attributes:
        pose: (M, 48) what somebody looks like in the frames that others are compared with.
        window, frame: (M,) where these frames are.
        errors: (N, T, 17, 2) of keypoints in units of 0.85 m at the person's distance.
        scores: (N, T, 17).
        own: (N, T, 17, 3) errors of the own 3D, after centring and scaling, NaN without.
    """

    pose: Tensor
    window: Tensor
    frame: Tensor
    errors: Tensor
    scores: Tensor
    own: Tensor

    @classmethod
    def of(cls, pairs: Pairs) -> Borrowed:
        """Take the errors out of pairs."""
        both = [_parts(pairs, mirrored) for mirrored in (False, True)]
        pose, errors, scores, own = (torch.cat(part) for part in zip(*both, strict=True))
        windows, frames = pose.shape[:2]
        chosen = torch.arange(frames // 2 % _EVERY, frames, _EVERY)
        window = torch.arange(windows).repeat_interleave(len(chosen))
        return cls(
            pose[:, chosen].flatten(0, 1), window, chosen.repeat(windows), errors, scores, own
        )

    def lend(self, points: Tensor, random: torch.Generator) -> Seen:
        """Let somebody be seen with the errors made of one who was posed alike.

        Args:
            points: (B, T, 23, 3) camera space.
            random: source of chance.
        """
        count, frames = points.shape[:2]
        middle = frames // 2
        query = _pose(points[:, middle : middle + 1, :17])[:, 0]
        near = torch.cdist(query, self.pose).topk(_NEIGHBOURS, largest=False).indices
        pick = torch.randint(_NEIGHBOURS, (count, 1), generator=random)
        match = near.gather(1, pick)[:, 0]
        time = self.frame[match][:, None] + torch.arange(frames) - middle
        last = self.errors.shape[1] - 1
        time = last - (last - time.abs() % (2 * last)).abs()  # turn back in time at the ends
        window = self.window[match][:, None]
        errors, own = self.errors[window, time], self.own[window, time]
        strength = torch.exp(0.25 * torch.randn(count, 1, 1, 1, generator=random))
        offset = 0.008 * torch.randn(count, 1, 17, 2, generator=random)
        unit = UNIT_M / points[:, :, COCO, 2].mean(dim=2)
        keypoints = project(points[:, :, COCO]) + unit[..., None, None] * (
            strength * errors + offset
        )
        own = _shape(along_ray(points[:, :, :17])) + strength * own
        return Seen(keypoints, self.scores[window, time], own)


def _parts(pairs: Pairs, mirrored: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Poses (N, T, 48), errors (N, T, 17, 2), scores (N, T, 17) and own errors (N, T, 17, 3)."""
    points, keypoints, scores, own = (
        torch.from_numpy(part) for part in (pairs.points, pairs.keypoints, pairs.scores, pairs.own)
    )
    points, truth = points[:, :, :17], points[:, :, COCO]
    if mirrored:
        flip = torch.tensor([-1.0, 1.0, 1.0])
        points, own = (part[:, :, _MIRROR_3D] * flip for part in (points, own))
        truth = truth[:, :, _MIRROR_2D] * flip
        keypoints, scores = keypoints[:, :, _MIRROR_2D] * flip[:2], scores[:, :, _MIRROR_2D]
    unit = UNIT_M / truth[..., 2].mean(dim=2)
    errors = (keypoints - project(truth)) / unit[..., None, None]
    errors = torch.where((scores > 0)[..., None], errors, 0.0)
    return _pose(points), errors, scores, _shape(own) - _shape(along_ray(points))


def _pose(points: Tensor) -> Tensor:
    """(..., T, 48) what the person looks like: joints about the root as the camera sees them."""
    return _shape(along_ray(points))[..., 1:, :].flatten(-2)


def _shape(joints: Tensor) -> Tensor:
    """(..., J, 3) centred and scaled to a mean distance of 1."""
    centred = joints - joints.mean(dim=-2, keepdim=True)
    size: Tensor = centred.norm(dim=-1).mean(dim=-1)
    return centred / size[..., None, None].clamp(min=1e-6)
