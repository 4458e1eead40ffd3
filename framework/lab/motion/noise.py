"""Synthetic errors of a 2D detector: noise, missing joints, left-right swaps, and scores.

The model is our own, fitted to the default detector on clips with exact truth. It imitates what
such detectors do: errors that are correlated over time, larger errors at fast or occluded joints,
whole limbs missing for an interval, and scores that fall where errors grow. A lifter that is
trained on independent noise alone trusts keypoints that drift, and its errors in real video are
far above those in validation.

Lengths are in units of 0.85 m at the person's distance, about half the height of a standing person,
so that a person's errors do not depend on how large the person is in the image.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from framework.lab.motion.bodies import slow_noise
from framework.lab.motion.cameras import project
from framework.options import Options, option
from framework.skeletons import COCO17

UNIT_M = 0.85
"""Metres of one unit of length of this module."""

_EARS = [3, 4]
_TRUNK = [5, 6, 11, 12]  # shoulders and hips
_MIRROR = torch.tensor(COCO17.mirror)


def _mask(*words: str) -> list[bool]:
    """Which joints of COCO-17 have one of these words in their names."""
    return [any(word in joint for word in words) for joint in COCO17.joints]


_FACE = torch.tensor(_mask("nose", "eye", "ear"))
# Measured on the default detector where the truth is exact: it has a constant offset of 1 to 4 cm
# at each joint; errors that drift are twice those that are independent from frame to frame; and its
# scores stay near 1 up to errors of 3 cm.
_OFFSET = torch.where(torch.tensor(_mask("ankle", "hip")), 0.03, 0.02)
_DRIFT, _INDEPENDENT = 1.0, 0.5
# Ends of limbs are found less exactly than the face.
_JOINT_FACTOR = torch.where(
    _FACE, 0.7, torch.where(torch.tensor(_mask("wrist", "ankle")), 1.4, 1.0)
)
# Joints that tend to be occluded or cut off together; one row is drawn for each interval.
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
# Joints whose sides a detector swaps together: arms, legs, or the whole body.
_SWAPPED_TOGETHER = torch.tensor(
    [_mask("elbow", "wrist", "shoulder"), _mask("hip", "knee", "ankle"), [True] * 17]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(Options):
    """How large and how frequent the errors of the synthetic detector are.

    A share is of windows, from 0 to 1; lengths are in units of 0.85 m.
    """

    jitter: list[float] = option(
        lambda: [0.004, 0.025],
        "[least, greatest] standard deviation of the keypoints of a window, in units of 0.85 m",
        above=0,
        length=2,
    )
    strength: float = option(1.0, "factor on all errors of position", low=0)
    hidden: float = option(
        0.25,
        "probability of each of five intervals in a window in which joints are occluded and only "
        "guessed",
        low=0,
        high=1,
    )
    missing: float = option(
        0.1,
        "probability of each of three intervals in a window in which joints are missing",
        low=0,
        high=1,
    )
    flicker: float = option(
        0.01, "probability that a single joint of a single frame is missing", low=0, high=1
    )
    outliers: float = option(
        0.003, "probability that a single joint of a single frame is far off", low=0, high=1
    )
    swapped: float = option(
        0.05, "share of windows with an interval of left-right swap", low=0, high=1
    )
    gaps: float = option(
        0.08, "share of windows with an interval in which the person is not detected", low=0, high=1
    )
    sparse: float = option(0.15, "share of windows at a lower frame rate", low=0, high=1)
    blind: float = option(
        0.15, "share of windows whose scores do not depend on the errors", low=0, high=1
    )
    averted: float = option(
        0.6,
        "share of windows in which the far side of the face is missing instead of guessed",
        low=0,
        high=1,
    )
    covered: float = option(
        0.25,
        "share of windows in which joints behind the trunk or the other leg (self-occlusion) are "
        "missing instead of guessed",
        low=0,
        high=1,
    )
    faceless: float = option(0.1, "share of windows without any joint of the face", low=0, high=1)


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


def noisy_keypoints(points: Tensor, noise: Noise, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Project joints and add the errors of the synthetic detector.

    Args:
        points: (B, T, 17, 3) COCO-17, camera space, metres, in front of the camera.
        noise: how large and frequent the errors are.
        random: generator of everything drawn.

    Returns:
        (B, T, 17, 2) keypoints in units of the focal length, and (B, T, 17) scores in 0..1,
        0 where a joint is missing.
    """
    size = points.shape[:2]
    # (B, T) size of one unit in the image, by the mean depth of the joints.
    unit = UNIT_M / points[..., 2].mean(dim=2)
    keypoints = project(points)
    local, depth = keypoints / unit[..., None, None], points[..., 2]
    occluded, averted = _self_occluded(local, depth), _facing_away(depth)
    # Joints that cannot be seen are guessed: their errors are larger.
    amount = _standard_deviation(local, noise, random) + 0.03 * occluded + 0.06 * averted
    white = torch.randn(*size, 17, 2, generator=random)
    wave = slow_noise(torch.Size((*size, 17, 2)), random)
    error = amount[..., None] * (_DRIFT * wave + _INDEPENDENT * white)
    # Constant over the window, as the offset of a detector is.
    error += _OFFSET[:, None] * torch.randn(size[0], 1, 17, 2, generator=random)
    outlier = torch.rand(*size, 17, 1, generator=random) < noise.outliers
    error += outlier * 0.3 * torch.randn(*size, 17, 2, generator=random)
    keypoints = keypoints + noise.strength * unit[..., None, None] * error
    # From the standard deviation, not from the error drawn: no detector can measure its error.
    scores = _scores(amount, noise, random)
    for part, share in ((occluded, noise.covered), (averted, noise.averted)):
        scores = scores * ~(part & (torch.rand(size[0], 1, 1, generator=random) < share))
    return degraded(keypoints, scores, noise, random)


def degraded(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Swap left and right, drop joints and people, and lower frame rates.

    These faults do not depend on where the errors of position come from, so they are added to
    errors of a real detector too.

    Args:
        keypoints: (B, T, 17, 2) COCO-17.
        scores: (B, T, 17) in 0..1.
        noise: how frequent the faults are.
        random: generator of everything drawn.

    Returns:
        Keypoints and scores of the same shapes; the score of a missing joint is 0.
    """
    keypoints, scores = _with_swapped_sides(keypoints, scores, noise, random)
    scores = scores * ~_missing(scores.shape[:2], noise, random)
    return _at_lower_rates(keypoints, scores, noise, random)


def _intervals(size: torch.Size, count: int, probability: float, random: torch.Generator) -> Tensor:
    """(B, count, T) bool: intervals of 3 to 100 frames, some of them beyond the window's ends."""
    rest = (size[0], count, 1)
    # Uniform from half a window before the first frame to the end of the window.
    start = (1.5 * torch.rand(rest, generator=random) - 0.5) * size[1]
    # Log-uniform: 3 to 3 * exp(3.5) = 99 frames.
    length = 3 * torch.exp(3.5 * torch.rand(rest, generator=random))
    happens = torch.rand(rest, generator=random) < probability
    time = torch.arange(size[1])
    intervals: Tensor = happens & (time >= start) & (time < start + length)
    return intervals


def _parts(size: torch.Size, count: int, random: torch.Generator) -> Tensor:
    """(B, count, 17) bool: groups of joints that are occluded or missing together."""
    return _PARTS[torch.randint(len(_PARTS), (size[0], count), generator=random)]


def _standard_deviation(keypoints: Tensor, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) of each keypoint's error, without what self-occlusion adds."""
    size = keypoints.shape[:2]
    low, high = torch.tensor(noise.jitter).log()
    # Log-uniform, constant over the window.
    base = torch.exp(low + (high - low) * torch.rand(size[0], 1, 1, generator=random))
    per_joint = torch.exp(0.4 * torch.randn(size[0], 1, 17, generator=random))
    amount = base * per_joint * _JOINT_FACTOR
    # Motion blur: an error grows with the joint's way from frame to frame.
    speed = torch.diff(keypoints, dim=1, prepend=keypoints[:, :1]).norm(dim=-1)
    guessed = 0.12 * torch.rand(size[0], 5, 1, 1, generator=random)
    intervals = _intervals(size, 5, noise.hidden, random)[..., None]
    # The largest error of overlapping intervals counts, not their sum.
    hidden = (intervals * _parts(size, 5, random)[:, :, None] * guessed).amax(dim=1)
    total: Tensor = amount + 0.1 * speed + hidden
    return total


def _self_occluded(keypoints: Tensor, depth: Tensor) -> Tensor:
    """(B, T, 17) bool: joints behind the trunk or behind the same joint of the other side."""
    middle = keypoints[:, :, _TRUNK].mean(dim=2, keepdim=True)
    front = depth[:, :, _TRUNK].mean(dim=2, keepdim=True) + 0.08
    behind: Tensor = ((keypoints - middle).norm(dim=-1) < 0.3) & (depth > front)
    apart = (keypoints - keypoints[:, :, _MIRROR]).norm(dim=-1)
    # Both must be clearly apart in depth; only the farther one is hidden.
    behind |= (apart < 0.08) & (depth > depth[:, :, _MIRROR] + 0.05)
    return behind


def _facing_away(depth: Tensor) -> Tensor:
    """(B, T, 17) bool: nose and eyes of a head seen from behind, and the ear of the far side."""
    ears = depth[:, :, _EARS]
    away = depth[:, :, :1] > ears.mean(dim=2, keepdim=True)
    # 8 cm in depth: the other ear is clearly nearer.
    far = ears > ears.flip(dims=(2,)) + 0.08
    rest = torch.zeros_like(depth[:, :, 5:], dtype=torch.bool)
    return torch.cat((away.expand(-1, -1, 3), far, rest), dim=2)


def _scores(amount: Tensor, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) in 0.02..1: high where errors are small, as the scores of detectors are."""
    count = len(amount)
    # A logistic curve of the logarithm of the error; 0.07 units (6 cm) have a score of one half.
    steep = torch.exp(0.3 * torch.randn(count, 1, 1, generator=random))
    informative = 1 / (1 + (amount / 0.07) ** (1.5 * steep))
    level = 1 - 0.3 * torch.rand(count, 1, 1, generator=random)
    scatter = 0.06 * torch.randn(amount.shape, generator=random)
    uninformative = torch.rand(count, 1, 1, generator=random) < noise.blind
    constant = torch.ones_like(amount) * level
    return torch.where(uninformative, constant, informative * level + scatter).clamp(0.02, 1)


def _with_swapped_sides(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Exchange left and right joints in an interval of some windows."""
    size = scores.shape[:2]
    group = torch.randint(len(_SWAPPED_TOGETHER), (size[0],), generator=random)
    joints = _SWAPPED_TOGETHER[group]
    which = _intervals(size, 1, noise.swapped, random)[:, 0, :, None] & joints[:, None]
    return (
        torch.where(which[..., None], keypoints[:, :, _MIRROR], keypoints),
        torch.where(which, scores[:, :, _MIRROR], scores),
    )


def _missing(size: torch.Size, noise: Noise, random: torch.Generator) -> Tensor:
    """(B, T, 17) bool: joints that are missing whether they are occluded or not."""
    intervals = (
        _intervals(size, 3, noise.missing, random)[..., None] & _parts(size, 3, random)[:, :, None]
    )
    # Missing in the whole window, not only in an interval.
    throughout = torch.rand(size[0], 1, 1, 1, generator=random) < noise.missing
    always = throughout & _parts(size, 1, random)[:, :, None]
    person = _intervals(size, 1, noise.gaps, random)[:, 0, :, None]
    # Single joints of single frames.
    flicker = torch.rand(*size, 17, generator=random) < noise.flicker
    faceless = (torch.rand(size[0], 1, 1, generator=random) < noise.faceless) & _FACE
    return intervals.any(dim=1) | always[:, 0] | person | flicker | faceless


def _at_lower_rates(
    keypoints: Tensor, scores: Tensor, noise: Noise, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Keep every n-th frame of some windows and interpolate the others linearly."""
    count, frames = scores.shape[:2]
    strides = torch.tensor([2, 3, 4, 6])[torch.randint(4, (count, 1), generator=random)]
    rare = torch.rand(count, 1, generator=random) < noise.sparse
    stride = torch.where(rare, strides, 1)
    time = torch.arange(frames)
    low = time // stride * stride
    # Without a later kept frame, the last frame of the window is used.
    high = (low + stride).clamp(max=frames - 1)
    part = ((time - low) / (high - low).clamp(min=1))[..., None]
    window = torch.arange(count)[:, None]
    # A joint is interpolated only between two frames that have it; kept frames need themselves
    # only.
    both = (scores[window, low] > 0) & ((scores[window, high] > 0) | (part == 0))
    between = torch.lerp(scores[window, low], scores[window, high], part) * both
    return torch.lerp(keypoints[window, low], keypoints[window, high], part[..., None]), between
