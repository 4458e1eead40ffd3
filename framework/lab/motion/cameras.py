"""Synthetic cameras: from world space (y up) to camera space (y down, z forward).

Only rotations are used on the way. Turning one axis round instead would mirror the person: the
loss would fall just as well, and left hands would come out as right ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from framework.lab.motion.bodies import rotations, slow

# Half a turn about x: y up becomes y down, and who faced +z faces the camera.
_UPRIGHT = torch.diag(torch.tensor([1.0, -1.0, -1.0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cameras:
    """Where cameras stand and how they move.

    Attributes:
        elevation_rad: [lowest, highest]; positive looks down on the person.
        roll_rad: standard deviation.
        distance_m: [nearest, farthest], drawn log-uniformly.
        off_axis: standard deviation of the person's place, as tangent of the angle.
        following: share of windows where the camera travels with the person.
        shaking: share of windows where the camera turns.
        shake_rad: standard deviation of that, per axis.
    """

    elevation_rad: list[float] = field(default_factory=lambda: [-0.3, 0.9])
    distance_m: list[float] = field(default_factory=lambda: [1.6, 10.0])
    roll_rad: float = 0.1
    off_axis: float = 0.15
    following: float = 0.5
    shaking: float = 0.3
    shake_rad: float = 0.06


def seen_by(points: Tensor, cameras: Cameras, random: torch.Generator) -> Tensor:
    """Put a camera before every window.

    Args:
        points: (B, T, 23, 3) world space, pelvis first.
        cameras: how they stand.
        random: source of chance.

    Returns:
        (B, T, 23, 3) camera space in metres; everything at least 0.7 m before the camera.
    """
    count = len(points)
    pelvis = points[:, :, :1]
    middle = pelvis.mean(dim=1, keepdim=True)
    travel = torch.rand(count, generator=random)
    still = torch.rand(count, generator=random) >= cameras.following
    travel = torch.where(still, 1.0, travel)[:, None, None, None]
    centred = points - pelvis + travel * (pelvis - middle)
    turned = torch.matmul(centred, _orientations(count, cameras, random)[:, None].mT)
    near, far = torch.tensor(cameras.distance_m).log()
    distance = torch.exp(near + (far - near) * torch.rand(count, generator=random))
    distance = torch.maximum(distance, 0.9 - turned[..., 2].amin(dim=(1, 2)))
    axis = cameras.off_axis * torch.randn(count, 2, generator=random).clamp(-3, 3)
    place = distance[:, None] * torch.cat((axis, torch.ones(count, 1)), dim=1)
    placed = turned + place[:, None, None]
    shaken = torch.rand(count, 1, 1, generator=random) < cameras.shaking
    shake = cameras.shake_rad * slow(torch.Size((*points.shape[:2], 3)), random).clamp(-3, 3)
    moved = torch.matmul(placed, rotations(shaken * shake).mT)
    closest = moved[..., 2].amin(dim=(1, 2)).clamp(max=0.7)
    moved[..., 2] += (0.7 - closest)[:, None, None]
    return moved


def project(points: Tensor) -> Tensor:
    """(..., 3) camera space to (..., 2) image, in units of the focal length."""
    return points[..., :2] / points[..., 2:]


def _orientations(count: int, cameras: Cameras, random: torch.Generator) -> Tensor:
    """(B, 3, 3) from world to camera axes: yaw, then upright, then pitch, then roll."""
    low, high = cameras.elevation_rad
    zero = torch.zeros(count)
    yaw = 2 * torch.pi * torch.rand(count, generator=random)
    pitch = low + (high - low) * torch.rand(count, generator=random)
    roll = cameras.roll_rad * torch.randn(count, generator=random)
    about_y = rotations(torch.stack((zero, yaw, zero), dim=1))
    about_x = rotations(torch.stack((pitch, zero, zero), dim=1))
    about_z = rotations(torch.stack((zero, zero, roll), dim=1))
    return about_z @ about_x @ _UPRIGHT @ about_y
