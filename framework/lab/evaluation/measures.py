"""The table's numbers: measures of `framework.geometry.metrics` over pairs of answer and truth.

The root is never counted: about itself its error is zero. Poses whose truth is not in camera axes
are first laid over it one by one (rotation, shift, scale) wherever a measure allows that; where it
does not, the number is NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framework.geometry import metrics
from framework.geometry.metrics import Array, Mask
from framework.geometry.procrustes import align
from framework.lab.evaluation.matching import Pair
from framework.skeletons import H36M17

LIMBS = tuple(
    joint
    for joint in H36M17.joints
    if joint.endswith(("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))
)
"""The twelve joints that every skeleton has."""
ALL = tuple(joint for joint in H36M17.joints if joint != H36M17.joints[H36M17.root or 0])
CONFIDENCE = 0.9
_WRISTS = tuple(joint for joint in LIMBS if joint.endswith("wrist"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Means over rows and joints; NaN where a measure does not apply.

    Attributes:
        frames: rows with a truth.
        coverage: share of them with an answer, 0..1. All else is of those.
        mpjpe: mm about the root, in camera axes.
        n_mpjpe: the same after scaling each pose.
        p_mpjpe: mm after laying each pose over its truth.
        velocity: mm/frame; of poses laid over the truth where that is not in camera axes.
        acceleration: mm/frame^2, likewise.
        peak_speed: the fastest hundredth of the wrists' steps, as a share of the truth's:
            below 1 quick motion is smoothed away, above it trembles.
        pck: share of joints within 150 mm about the root, 0..1; auc: mean of that over 0..150 mm.
        p_pck, p_auc: the same after laying each pose over its truth.
        bones: mm, standard deviation of the answer's bone lengths, mean of all bones.
        inside: share of joints inside their stated 90 % radius.
        miscalibration: mean distance of that share from the level, over levels 5 % .. 95 %.
    """

    frames: int
    coverage: float
    mpjpe: float
    n_mpjpe: float
    p_mpjpe: float
    velocity: float
    acceleration: float
    peak_speed: float
    pck: float
    auc: float
    p_pck: float
    p_auc: float
    bones: float
    inside: float
    miscalibration: float


@dataclass(frozen=True, slots=True)
class _Errors:
    """Errors of some pairs, rows of all of them end to end, (rows, joints) each."""

    plain: Array
    scaled: Array
    aligned: Array
    velocity: Array
    acceleration: Array


def shared_joints(pairs: Iterable[Pair], wanted: Sequence[str]) -> list[str]:
    """Those of the wanted joints that the truth and all answers have."""
    there = np.ones(len(H36M17.joints), bool)
    for pair in pairs:
        known = np.isfinite(pair.predicted).all(-1)
        # Somebody who was never answered for says nothing of what a lifter can tell.
        there &= np.isfinite(pair.truth).all(-1).any(0) & (known.any(0) | ~known.any())
    return [joint for joint in wanted if there[H36M17.index(joint)]]


def measure(pairs: Sequence[Pair], joints: Sequence[str]) -> Measures:
    """All measures over some pairs.

    Args:
        pairs: at least one.
        joints: names of H36M-17 to compare.
    """
    errors = _errors(pairs, joints)
    wanted = [np.isfinite(pair.truth).any((1, 2)) for pair in pairs]
    answered = [np.isfinite(pair.predicted).any((1, 2)) for pair in pairs]
    inside, miscalibration = _calibration(pairs, joints)
    return Measures(
        frames=int(sum(rows.sum() for rows in wanted)),
        coverage=metrics.coverage(np.concatenate(answered), np.concatenate(wanted)),
        mpjpe=_mean(errors.plain),
        n_mpjpe=_mean(errors.scaled),
        p_mpjpe=_mean(errors.aligned),
        velocity=_mean(errors.velocity),
        acceleration=_mean(errors.acceleration),
        peak_speed=_peak_speed(pairs, joints),
        pck=metrics.pck(errors.plain),
        auc=metrics.auc(errors.plain),
        p_pck=metrics.pck(errors.aligned),
        p_auc=metrics.auc(errors.aligned),
        bones=_bone_deviation(pairs),
        inside=inside,
        miscalibration=miscalibration,
    )


def by_joint(pairs: Sequence[Pair], joints: Sequence[str]) -> dict[str, dict[str, float]]:
    """MPJPE and P-MPJPE of each joint."""
    errors = _errors(pairs, joints)
    plain, aligned = metrics.mean(errors.plain, axis=0), metrics.mean(errors.aligned, axis=0)
    return {
        joint: {"mpjpe": float(plain[column]), "p_mpjpe": float(aligned[column])}
        for column, joint in enumerate(joints)
    }


def by_action(pairs: Sequence[Pair], joints: Sequence[str]) -> dict[str, Measures]:
    """All measures of each action, in the order of their names."""
    actions = sorted({pair.action for pair in pairs})
    return {
        action: measure([pair for pair in pairs if pair.action == action], joints)
        for action in actions
    }


def _mean(errors: Array) -> float:
    return float(metrics.mean(errors))


def _errors(pairs: Sequence[Pair], joints: Sequence[str]) -> _Errors:
    columns = [H36M17.index(joint) for joint in joints]
    each = [_errors_of(pair, columns) for pair in pairs]
    return _Errors(*(np.concatenate(part) for part in zip(*each, strict=True)))


def _errors_of(pair: Pair, columns: list[int]) -> tuple[Array, Array, Array, Array, Array]:
    predicted, truth = (np.asarray(x, np.float64)[:, columns] for x in (pair.predicted, pair.truth))
    aligned = metrics.procrustes_errors(predicted, truth)
    moving, still = _moving(pair, columns)
    if pair.in_camera_axes:
        plain = metrics.joint_errors(moving, still)
        scaled = metrics.scaled_errors(moving, still)
    else:
        plain = scaled = np.full_like(aligned, np.nan)
    velocity, acceleration = (
        measure(moving, still) for measure in (metrics.velocity_errors, metrics.acceleration_errors)
    )
    return plain, scaled, aligned, velocity, acceleration


def _peak_speed(pairs: Sequence[Pair], joints: Sequence[str]) -> float:
    wrists = [H36M17.index(joint) for joint in joints if joint in _WRISTS]
    columns = [H36M17.index(joint) for joint in joints]
    if not wrists:
        return np.nan
    steps = [_moving(pair, columns) for pair in pairs]
    rows = [columns.index(wrist) for wrist in wrists]
    gap = np.full((1, len(rows), 3), np.nan)  # no step leads from one pair to the next
    answers, truths = (
        np.concatenate([part for pair in steps for part in (pair[n][:, rows], gap)]) for n in (0, 1)
    )
    known = np.isfinite(answers + truths)
    answer, truth = (metrics.peak_speed(np.where(known, x, np.nan)) for x in (answers, truths))
    return answer / truth if truth > 0 else np.nan


def _moving(pair: Pair, columns: list[int]) -> tuple[Array, Array]:
    """Answer and truth about the root, or laid over each other where axes differ, (T, J, 3)."""
    predicted, truth = (np.asarray(x, np.float64) for x in (pair.predicted, pair.truth))
    if pair.in_camera_axes:
        predicted, truth = (x - x[:, H36M17.root, None] for x in (predicted, truth))
        return predicted[:, columns], truth[:, columns]
    predicted, truth = predicted[:, columns], truth[:, columns]
    return align(predicted, truth).apply(predicted), truth


def _bone_deviation(pairs: Sequence[Pair]) -> float:
    """Mean over bones and pairs: each pair is one body, whose bones do not change."""
    deviations = [metrics.bone_length_deviation(p.predicted, H36M17.bones) for p in pairs]
    return _mean(np.stack(deviations))


def _calibration(pairs: Sequence[Pair], joints: Sequence[str]) -> tuple[float, float]:
    """Share inside the 90 % radius and the mean miscalibration; NaN without uncertainties."""
    stated = [pair for pair in pairs if pair.joint_sigmas is not None and pair.in_camera_axes]
    if not stated:
        return np.nan, np.nan
    columns = [H36M17.index(joint) for joint in joints]
    joint_sigmas = np.concatenate(
        [p.joint_sigmas[:, columns] for p in stated if p.joint_sigmas is not None]
    )
    errors = _errors(stated, joints).plain
    known: Mask = np.isfinite(errors) & np.isfinite(joint_sigmas)
    found = metrics.calibration(errors[known], joint_sigmas[known])
    level = int(np.argmin(np.abs(found.levels - CONFIDENCE)))
    return float(found.observed[level]), found.error
