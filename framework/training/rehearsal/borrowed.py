"""Errors of a real detector, lent to other people in nearly the same pose."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from framework.skeletons import COCO17, H36M17
from framework.training.body import COCO
from framework.training.cameras import along_ray, project
from framework.training.noise import UNIT_M
from framework.training.rehearsal.pairs import Pairs

_NEIGHBOURS = 8
_EVERY = 3
_MIRROR_2D, _MIRROR_3D = list(COCO17.mirror), list(H36M17.mirror)


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Errors of a rehearsal, with those of its mirror image.

    Attributes:
        pose: (M, 48) what somebody looks like in the frames that others are compared with.
        window, frame: (M,) where these frames are.
        errors: (N, T, 17, 2) of keypoints in units of 0.85 m at the person's distance.
        scores: (N, T, 17).
    """

    pose: Tensor
    window: Tensor
    frame: Tensor
    errors: Tensor
    scores: Tensor

    @classmethod
    def of(cls, pairs: Pairs) -> Borrowed:
        """Take the errors out of pairs."""
        both = [_parts(pairs, mirrored) for mirrored in (False, True)]
        pose, errors, scores = (torch.cat(part) for part in zip(*both, strict=True))
        windows, frames = pose.shape[:2]
        chosen = torch.arange(frames // 2 % _EVERY, frames, _EVERY)
        window = torch.arange(windows).repeat_interleave(len(chosen))
        return cls(pose[:, chosen].flatten(0, 1), window, chosen.repeat(windows), errors, scores)

    def lend(self, points: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Let somebody be seen with the errors made of one who was posed alike.

        Args:
            points: (B, T, 23, 3) camera space.
            random: source of chance.

        Returns:
            Keypoints (B, T, 17, 2) in units of the focal length, and scores (B, T, 17).
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
        strength = torch.exp(0.25 * torch.randn(count, 1, 1, 1, generator=random))
        offset = 0.008 * torch.randn(count, 1, 17, 2, generator=random)
        unit = UNIT_M / points[:, :, COCO, 2].mean(dim=2)
        keypoints = project(points[:, :, COCO]) + unit[..., None, None] * (
            strength * self.errors[window, time] + offset
        )
        return keypoints, self.scores[window, time]


def _parts(pairs: Pairs, mirrored: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Poses (N, T, 48), errors (N, T, 17, 2) and scores (N, T, 17)."""
    points, keypoints, scores = (
        torch.from_numpy(part) for part in (pairs.points, pairs.keypoints, pairs.scores)
    )
    points, truth = points[:, :, :17], points[:, :, COCO]
    if mirrored:
        flip = torch.tensor([-1.0, 1.0, 1.0])
        points = points[:, :, _MIRROR_3D] * flip
        truth = truth[:, :, _MIRROR_2D] * flip
        keypoints, scores = keypoints[:, :, _MIRROR_2D] * flip[:2], scores[:, :, _MIRROR_2D]
    unit = UNIT_M / truth[..., 2].mean(dim=2)
    errors = (keypoints - project(truth)) / unit[..., None, None]
    errors = torch.where((scores > 0)[..., None], errors, 0.0)
    return _pose(points), errors, scores


def _pose(points: Tensor) -> Tensor:
    """(..., T, 48) what the person looks like: joints about the root, centred, of one size."""
    joints = along_ray(points)
    centred = joints - joints.mean(dim=-2, keepdim=True)
    size: Tensor = centred.norm(dim=-1).mean(dim=-1)
    return (centred / size[..., None, None].clamp(min=1e-6))[..., 1:, :].flatten(-2)
