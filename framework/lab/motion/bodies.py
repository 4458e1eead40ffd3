"""Data augmentation of recorded motion: proportions, mirrored people, turned limbs.

Recordings show few people, and each rig has its own idea of where hips and shoulders are. A lifter
trained on them unchanged learns these proportions by heart and puts every person into them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from framework.lab.motion.body import BODY, ancestry
from framework.options import Options, option

_MIDDLE, _TRUNK, _HEAD = 0, 1, 2
_ARM = {"left": 3, "right": 5}
_LEG = {"left": 7, "right": 9}
_MIRROR = torch.tensor(BODY.mirror)


def _turned_by(point: str) -> int:
    """Index of the rotation (of `_cumulative`) that turns the bone ending in a point."""
    side, _, joint = point.partition("_")
    if joint in ("elbow", "wrist"):
        return _ARM[side] + (joint == "wrist")
    if joint in ("knee", "ankle"):
        return _LEG[side] + (joint == "ankle")
    if point in ("pelvis", "left_hip", "right_hip"):
        return _MIDDLE
    return _TRUNK if point in ("spine", "thorax", "skull") or joint == "shoulder" else _HEAD


_TURNED_BY = torch.tensor([_turned_by(point) for point in BODY.joints])
_ANCESTRY = torch.from_numpy(ancestry())


def _spreads() -> Tensor:
    """(23,) relative standard deviation of each bone's length; most where rigs differ most."""
    wide = {"left_hip", "right_hip", "left_shoulder", "right_shoulder", "skull"}
    face = ("neck", "head", "nose", "eye", "ear")
    spread = [0.2 if p in wide else 0.25 if p.endswith(face) else 0.08 for p in BODY.joints]
    spread[0] = 0.0
    return torch.tensor(spread)


_SPREADS = _spreads()


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyChanges(Options):
    """How far poses and proportions may differ from the recordings."""

    lengths: float = option(
        1.0, "strength of the change of proportions; 1 is a deviation of 8 % for limbs", low=0
    )
    turned: float = option(0.6, "share of windows with turned limbs", low=0, high=1)
    ball_rad: float = option(
        0.35, "standard deviation of turns at shoulders and hips about each axis, radians", low=0
    )
    hinge_rad: float = option(0.25, "the same at elbows and knees", low=0)
    trunk_rad: float = option(0.2, "the same of trunk and neck", low=0)
    tilted: float = option(0.2, "share of windows in which the whole body is tilted", low=0, high=1)
    tilt_rad: float = option(0.7, "standard deviation of the tilt about each axis, radians", low=0)


def mirrored(bones: Tensor, which: Tensor) -> Tensor:
    """Mirror the windows that ``which`` (B,) selects; left bones become right ones."""
    # A mirror image of a body is one again only when left and right are exchanged too.
    flipped = bones[:, :, _MIRROR] * torch.tensor([-1.0, 1.0, 1.0])
    return torch.where(which[:, None, None, None], flipped, bones)


def varied(bones: Tensor, changes: BodyChanges, random: torch.Generator) -> Tensor:
    """Change the body of every window and turn the limbs of some.

    Args:
        bones: (B, T, 23, 3) metres, world axes.
        changes: how far bodies may differ from the recordings.
        random: generator of everything drawn.

    Returns:
        (B, T, 23, 3) metres. Left and right bones change together; a turn moves all bones further
        out on the limb too.
    """
    count = len(bones)
    bones = mirrored(bones, torch.rand(count, generator=random) < 0.5)
    noise = torch.randn(count, len(BODY.joints), generator=random)
    # The sum of both sides, scaled so that its variance is 1 in the middle and at the sides.
    noise = (noise + noise[:, _MIRROR]) / torch.where(
        _MIRROR == torch.arange(len(_MIRROR)), 2, 2**0.5
    )
    # Clamped, as a few bones of negative or double length would dominate the loss.
    factor = (1 + changes.lengths * _SPREADS * noise).clamp(0.5, 1.6)
    size = torch.exp(0.05 * changes.lengths * torch.randn(count, 1, generator=random))
    # Bone 0 is the position of the pelvis and has no length.
    # (B, 23)
    factor = torch.cat((factor[:, :1], factor[:, 1:] * size), dim=1)
    bones = bones * factor[:, None, :, None]
    turns = _cumulative(*_turns(bones.shape[:2], changes, random))
    # (B, T, 23, 3, 3) @ (B, T, 23, 3, 1)
    return torch.matmul(turns[:, :, _TURNED_BY], bones[..., None])[..., 0]


def points_of(bones: Tensor) -> Tensor:
    """(..., 23, 3) bones to points of `BODY`, metres."""
    return torch.matmul(_ANCESTRY, bones)


def slow_noise(shape: torch.Size, random: torch.Generator) -> Tensor:
    """(B, T, ...) noise of variance near 1 along axis 1: a constant plus one slow wave."""
    rest = (shape[0], 1, *shape[2:])
    steady, wave, phase, pace = (torch.randn(rest, generator=random) for _ in range(4))
    time = torch.arange(shape[1]).reshape(1, -1, *(1 for _ in shape[2:])) / 30
    # Waves of 0.1 to 1 Hz; faster ones would be shaking, which no limb does.
    rate = 0.63 * torch.exp(0.7 * pace)
    return 0.8 * steady + 0.85 * wave * torch.sin(rate * 2 * time + 3.14 * phase)


def rotations(rotvec: Tensor) -> Tensor:
    """(..., 3) rotation vectors in radians to (..., 3, 3) matrices (Rodrigues' formula)."""
    # Clamped: the axis of a rotation by zero is undefined, and 0 / 0 would be NaN.
    angle = rotvec.norm(dim=-1, keepdim=True).clamp(min=1e-8)
    x, y, z = (rotvec / angle).unbind(-1)
    sin, cos = angle.sin()[..., 0], angle.cos()[..., 0]
    rest = 1 - cos
    rows = (
        (cos + x * x * rest, x * y * rest - z * sin, x * z * rest + y * sin),
        (y * x * rest + z * sin, cos + y * y * rest, y * z * rest - x * sin),
        (z * x * rest - y * sin, z * y * rest + x * sin, cos + z * z * rest),
    )
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def _turns(
    shape: torch.Size, changes: BodyChanges, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Rotations (B, T, 10, 3, 3) of trunk, neck, shoulders to knees, and (B, 3, 3) of the body."""
    count = shape[0]
    sigma = torch.tensor([changes.trunk_rad] * 2 + [changes.ball_rad, changes.hinge_rad] * 4)
    probability = torch.tensor([0.4, 0.4] + [0.5] * 8)
    chosen = torch.rand(count, 10, generator=random) < probability
    # Windows without any turn keep the distribution of the recordings.
    chosen &= torch.rand(count, 1, generator=random) < changes.turned
    amount = (chosen * sigma)[:, None, :, None]
    # (B, T, 10, 3, 3), in world axes as the bones are.
    turns = rotations(amount * slow_noise(torch.Size((*shape, 10, 3)), random))
    tilted = torch.rand(count, 1, generator=random) < changes.tilted
    whole = rotations(tilted * changes.tilt_rad * torch.randn(count, 3, generator=random))
    return turns, whole


def _cumulative(turns: Tensor, whole: Tensor) -> Tensor:
    """(B, T, 11, 3, 3) rotations of the bones of pelvis, trunk, head, arms and legs."""
    # (B, T, 3, 3) each
    trunk, neck = turns[:, :, 0], turns[:, :, 1]
    # (B, T, 4, 3, 3) each: both arms, then both legs.
    upper, lower = turns[:, :, 2::2], turns[:, :, 3::2]
    # Arms turn with the trunk, legs do not.
    arms = torch.matmul(trunk[:, :, None], upper[:, :, :2])
    limbs = torch.cat((arms, upper[:, :, 2:]), dim=2)
    ends = torch.matmul(limbs, lower)
    # Interleaved to upper, lower of each limb (B, T, 8, 3, 3), the order of `_ARM` and `_LEG`.
    chains = torch.stack((limbs, ends), dim=3).flatten(2, 3)
    still = torch.eye(3).expand_as(trunk)
    body = torch.stack((still, trunk, torch.matmul(trunk, neck)), dim=2)
    return torch.matmul(whole[:, None, None], torch.cat((body, chains), dim=2))
