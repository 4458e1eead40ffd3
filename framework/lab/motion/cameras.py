"""Synthetic cameras: from world space (y up) to camera space (x right, y down, z forward).

Only rotations and translations are used. A reflection of one axis instead would mirror the person:
the loss would fall just as well, and left hands would come out as right ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from framework.lab.motion.bodies import rotations, slow_noise
from framework.options import Options, option

# Half a turn about x: y up becomes y down, and a person who faces +z faces the camera.
_UPRIGHT = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
_NEAREST_M = 0.7
"""Least depth of any point: nearer ones would be projected to almost anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cameras(Options):
    """Where cameras stand and how they move; every window gets a camera of its own."""

    elevation_rad: list[float] = option(
        lambda: [-0.3, 0.9],
        "[lowest, highest] elevation in radians; positive looks down on the person",
        length=2,
    )
    distance_m: list[float] = option(
        lambda: [1.6, 10.0],
        "[nearest, farthest] distance in metres, drawn log-uniformly",
        above=0,
        length=2,
    )
    roll_rad: float = option(0.1, "standard deviation of the roll, radians", low=0)
    off_axis: float = option(
        0.15,
        "standard deviation of the tangent of the angle between the person and the optical axis",
        low=0,
    )
    following: float = option(
        0.5, "share of windows in which the camera travels with the person", low=0, high=1
    )
    shaking: float = option(0.3, "share of windows in which the camera turns", low=0, high=1)
    shake_rad: float = option(
        0.06, "standard deviation of these turns about each axis, radians", low=0
    )


def place_cameras(points: Tensor, cameras: Cameras, random: torch.Generator) -> Tensor:
    """Draw a camera for every window and return its points in camera space.

    Args:
        points: (B, T, 23, 3) world space, metres, pelvis first.
        cameras: how they stand and move.
        random: generator of everything drawn.

    Returns:
        (B, T, 23, 3) camera space in metres; every depth is at least 0.7 m.
    """
    count = len(points)
    pelvis = points[:, :, :1]
    middle = pelvis.mean(dim=1, keepdim=True)
    # Share of the person's travel that is left: 1 for a camera that stands still.
    travel = torch.rand(count, generator=random)
    still = torch.rand(count, generator=random) >= cameras.following
    travel = torch.where(still, 1.0, travel)[:, None, None, None]
    # About the mean position in time, so that the person stays around the optical axis.
    centred = points - pelvis + travel * (pelvis - middle)
    turned = torch.matmul(centred, _orientations(count, cameras, random)[:, None].mT)
    near, far = torch.tensor(cameras.distance_m).log()
    # Log-uniform: perspective changes with the ratio of distances.
    distance = torch.exp(near + (far - near) * torch.rand(count, generator=random))
    # Depths are at least 0.9 m before the camera turns, which leaves 0.2 m of margin for that.
    distance = torch.maximum(distance, 0.9 - turned[..., 2].amin(dim=(1, 2)))
    # Three deviations at most keep the person in the image.
    axis = cameras.off_axis * torch.randn(count, 2, generator=random).clamp(-3, 3)
    # (B, 3); off-axis shifts are tangents, so they are scaled by the depth.
    place = distance[:, None] * torch.cat((axis, torch.ones(count, 1)), dim=1)
    placed = turned + place[:, None, None]
    shaken = torch.rand(count, 1, 1, generator=random) < cameras.shaking
    shake = cameras.shake_rad * slow_noise(torch.Size((*points.shape[:2], 3)), random).clamp(-3, 3)
    # Row vectors, hence the transpose.
    moved = torch.matmul(placed, rotations(shaken * shake).mT)
    # Turning may have brought a point too near: move the whole window away.
    closest = moved[..., 2].amin(dim=(1, 2)).clamp(max=_NEAREST_M)
    moved[..., 2] += (_NEAREST_M - closest)[:, None, None]
    return moved


def project(points: Tensor) -> Tensor:
    """Pinhole projection of (..., 3) camera space to (..., 2), in units of the focal length."""
    return points[..., :2] / points[..., 2:]


def _orientations(count: int, cameras: Cameras, random: torch.Generator) -> Tensor:
    """(B, 3, 3) from world to camera axes: yaw, then half a turn about x, then pitch, then roll."""
    low, high = cameras.elevation_rad
    zero = torch.zeros(count)
    yaw = 2 * torch.pi * torch.rand(count, generator=random)
    pitch = low + (high - low) * torch.rand(count, generator=random)
    roll = cameras.roll_rad * torch.randn(count, generator=random)
    about_y = rotations(torch.stack((zero, yaw, zero), dim=1))
    about_x = rotations(torch.stack((pitch, zero, zero), dim=1))
    about_z = rotations(torch.stack((zero, zero, roll), dim=1))
    return about_z @ about_x @ _UPRIGHT @ about_y
