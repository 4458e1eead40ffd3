"""What a 2D detector makes of true keypoints: errors, missing joints, and scores that tell.

Lengths are in units of 0.85 m at the person's distance, about half a standing person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from framework.lab.motion.bodies import slow
from framework.lab.motion.cameras import project
from framework.skeletons import COCO17

UNIT_M = 0.85
_EARS = [3, 4]
_SWAPPED = torch.tensor(COCO17.mirror)


def _mask(*words: str) -> list[bool]:
    return [any(word in joint for word in words) for joint in COCO17.joints]


_FACE = torch.tensor(_mask("nose", "eye", "ear"))
# Measured on the default detector where the truth is exact: it puts joints 1 to 4 cm from where
# they are, always to the same side; errors that drift are twice those that tremble; and its scores
# stay near 1 up to 3 cm.
_OFFSET = torch.where(torch.tensor(_mask("ankle", "hip")), 0.03, 0.02)
_WANDER, _TREMBLE = 1.0, 0.5
_RESTLESS = torch.where(_FACE, 0.7, torch.where(torch.tensor(_mask("wrist", "ankle")), 1.4, 1.0))
# What tends to be hidden or cut off together.
_PARTS = torch.tensor(
    [
        *(_mask(joint) for joint in COCO17.joints[5:]),
        *(_mask(f"{side}_{joint}") for side in ("left", "right") for joint in ("wrist", "ankle")),
        *(_mask(f"{side}_elbow", f"{side}_wrist") for side in ("left", "right")),
        *(_mask(f"{side}_knee", f"{side}_ankle") for side in ("left", "right")),
        *(
            _mask(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
            for side in ("left", "right")
        ),
        _mask("knee", "ankle"),
        _mask("ankle"),
        _mask("hip", "knee", "ankle"),
        *[_mask("nose", "eye", "ear")] * 3,
        _mask("left"),
        _mask("right"),
    ]
)
_HALVES = torch.tensor(
    [_mask("elbow", "wrist", "shoulder"), _mask("hip", "knee", "ankle"), [True] * 17]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How bad the synthetic detector is.

    Attributes:
        strength: factor on all errors.
        jitter: [least, greatest] standard deviation per window, in units of 0.85 m.
        hidden: chance of each of five spells per window in which a part is only guessed.
        missing: chance of each of three spells in which a part is missing.
        flicker: chance that a single joint of a single frame is missing.
        outliers: chance that a single joint of a single frame is far off.
        swapped: share of windows with a spell of left and right exchanged.
        gaps: share of windows with a spell without the person.
        sparse: share of windows at a lower frame rate.
        blind: share of windows whose scores say nothing.
        averted: share of windows in which the face's far side is missing, not guessed.
        covered: share of windows in which joints behind the trunk or the other leg are.
        faceless: share of windows without any of the face.
    """

    jitter: list[float] = field(default_factory=lambda: [0.004, 0.025])
    strength: float = 1.0
    hidden: float = 0.25
    missing: float = 0.1
    flicker: float = 0.01
    outliers: float = 0.003
    swapped: float = 0.05
    gaps: float = 0.08
    sparse: float = 0.15
    blind: float = 0.15
    averted: float = 0.6
    covered: float = 0.25
    faceless: float = 0.1


PERFECT = Noise(
    jitter=[1e-6, 1e-6],
    strength=0.0,
    hidden=0.0,
    missing=0.0,
    flicker=0.0,
    outliers=0.0,
    swapped=0.0,
    gaps=0.0,
    sparse=0.0,
    blind=1.0,
    averted=0.0,
    covered=0.0,
    faceless=0.0,
)
"""The true projection, every joint with the same score."""


def detected(points: Tensor, noise: Noise, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Let the synthetic detector look.

    Args:
        points: (B, T, 17, 3) COCO-17 in camera space.
        noise: how bad it is.
        random: source of chance.

    Returns:
        (B, T, 17, 2) keypoints in units of the focal length, and (B, T, 17) scores in 0..1,
        0 where a joint is missing.
    """
    size = points.shape[:2]
    unit = UNIT_M / points[..., 2].mean(dim=2)
    keypoints = project(points)
    local, depth = keypoints / unit[..., None, None], points[..., 2]
    covered, averted = _covered(local, depth), _averted(depth)
    amount = _amount(local, noise, random) + 0.03 * covered + 0.06 * averted
    white = torch.randn(*size, 17, 2, generator=random)
    wave = slow(torch.Size((*size, 17, 2)), random)
    error = amount[..., None] * (_WANDER * wave + _TREMBLE * white)
    error += _OFFSET[:, None] * torch.randn(size[0], 1, 17, 2, generator=random)
    outlier = torch.rand(*size, 17, 1, generator=random) < noise.outliers
    error += outlier * 0.3 * torch.randn(*size, 17, 2, generator=random)
    keypoints = keypoints + noise.strength * unit[..., None, None] * error
    scores = _scores(amount, noise, random)
    for part, share in ((covered, noise.covered), (averted, noise.averted)):
        scores = scores * ~(part & (torch.rand(size[0], 1, 1, generator=random) < share))
    return spoilt(keypoints, scores, noise, random)


def spoilt(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Exchange left and right, lose joints and frames: what befalls any detector.

    Args:
        keypoints: (B, T, 17, 2).
        scores: (B, T, 17).
        noise: how often.
        random: source of chance.

    Returns:
        Keypoints and scores.
    """
    keypoints, scores = _swapped(keypoints, scores, noise, random)
    scores = scores * ~_missing(scores.shape[:2], noise, random)
    return _sparse(keypoints, scores, noise, random)


def _spells(size: torch.Size, count: int, chance: float, random: torch.Generator) -> Tensor:
    """(B, count, T) bool: stretches of time, some of them reaching beyond the window."""
    rest = (size[0], count, 1)
    start = (1.5 * torch.rand(rest, generator=random) - 0.5) * size[1]
    length = 3 * torch.exp(3.5 * torch.rand(rest, generator=random))
    happens = torch.rand(rest, generator=random) < chance
    time = torch.arange(size[1])
    spells: Tensor = happens & (time >= start) & (time < start + length)
    return spells


def _parts(size: torch.Size, count: int, random: torch.Generator) -> Tensor:
    """(B, count, 17) bool."""
    return _PARTS[torch.randint(len(_PARTS), (size[0], count), generator=random)]


def _amount(keypoints: Tensor, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) standard deviation of a keypoint's error, but for what is out of sight."""
    size = keypoints.shape[:2]
    low, high = torch.tensor(noise.jitter).log()
    base = torch.exp(low + (high - low) * torch.rand(size[0], 1, 1, generator=random))
    own = torch.exp(0.4 * torch.randn(size[0], 1, 17, generator=random))
    amount = base * own * _RESTLESS
    speed = torch.diff(keypoints, dim=1, prepend=keypoints[:, :1]).norm(dim=-1)
    guessed = 0.12 * torch.rand(size[0], 5, 1, 1, generator=random)
    spells = _spells(size, 5, noise.hidden, random)[..., None]
    hidden = (spells * _parts(size, 5, random)[:, :, None] * guessed).amax(dim=1)
    total: Tensor = amount + 0.1 * speed + hidden
    return total


def _covered(keypoints: Tensor, depth: Tensor) -> Tensor:
    """(B, T, 17) bool: joints behind the trunk or behind their partner of the other side."""
    trunk = [5, 6, 11, 12]
    middle = keypoints[:, :, trunk].mean(dim=2, keepdim=True)
    before = depth[:, :, trunk].mean(dim=2, keepdim=True) + 0.08
    behind: Tensor = ((keypoints - middle).norm(dim=-1) < 0.3) & (depth > before)
    apart = (keypoints - keypoints[:, :, _SWAPPED]).norm(dim=-1)
    behind |= (apart < 0.08) & (depth > depth[:, :, _SWAPPED] + 0.05)
    return behind


def _averted(depth: Tensor) -> Tensor:
    """(B, T, 17) bool: nose and eyes of who looks away, and the ear on a face's far side."""
    ears = depth[:, :, _EARS]
    away = depth[:, :, :1] > ears.mean(dim=2, keepdim=True)
    far = ears > ears.flip(dims=(2,)) + 0.08
    rest = torch.zeros_like(depth[:, :, 5:], dtype=torch.bool)
    return torch.cat((away.expand(-1, -1, 3), far, rest), dim=2)


def _scores(amount: Tensor, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) in 0.02..1: high where errors are small, as detectors rate themselves."""
    count = len(amount)
    steep = torch.exp(0.3 * torch.randn(count, 1, 1, generator=random))
    honest = 1 / (1 + (amount / 0.07) ** (1.5 * steep))
    level = 1 - 0.3 * torch.rand(count, 1, 1, generator=random)
    scatter = 0.06 * torch.randn(amount.shape, generator=random)
    blind = torch.rand(count, 1, 1, generator=random) < noise.blind
    flat = torch.ones_like(amount) * level
    return torch.where(blind, flat, honest * level + scatter).clamp(0.02, 1)


def _swapped(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    size = scores.shape[:2]
    half = _HALVES[torch.randint(len(_HALVES), (size[0],), generator=random)]
    which = _spells(size, 1, noise.swapped, random)[:, 0, :, None] & half[:, None]
    return (
        torch.where(which[..., None], keypoints[:, :, _SWAPPED], keypoints),
        torch.where(which, scores[:, :, _SWAPPED], scores),
    )


def _missing(size: torch.Size, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) bool: joints that are missing whether they are in sight or not."""
    spells = (
        _spells(size, 3, noise.missing, random)[..., None] & _parts(size, 3, random)[:, :, None]
    )
    throughout = torch.rand(size[0], 1, 1, 1, generator=random) < noise.missing
    always = throughout & _parts(size, 1, random)[:, :, None]
    person = _spells(size, 1, noise.gaps, random)[:, 0, :, None]
    flicker = torch.rand(*size, 17, generator=random) < noise.flicker
    faceless = (torch.rand(size[0], 1, 1, generator=random) < noise.faceless) & _FACE
    return spells.any(dim=1) | always[:, 0] | person | flicker | faceless


def _sparse(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Lower frame rates: only every n-th frame is seen, the ones between are interpolated."""
    count, frames = scores.shape[:2]
    strides = torch.tensor([2, 3, 4, 6])[torch.randint(4, (count, 1), generator=random)]
    rare = torch.rand(count, 1, generator=random) < noise.sparse
    stride = torch.where(rare, strides, 1)
    time = torch.arange(frames)
    low = time // stride * stride
    high = (low + stride).clamp(max=frames - 1)
    part = ((time - low) / (high - low).clamp(min=1))[..., None]
    window = torch.arange(count)[:, None]
    both = (scores[window, low] > 0) & ((scores[window, high] > 0) | (part == 0))
    between = torch.lerp(scores[window, low], scores[window, high], part) * both
    return torch.lerp(keypoints[window, low], keypoints[window, high], part[..., None]), between
