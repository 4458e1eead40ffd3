"""All measures of `framework.geometry.metrics` over pairs of predicted and true poses.

Formulas and papers are named there. The root joint is never counted: its root-relative error is
zero by definition and would lower every mean. Poses whose truth is not in camera axes are first
Procrustes-aligned to it one by one (rotation, translation, scale) where a measure allows that;
where it does not, the measure is NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framework.geometry import metrics
from framework.geometry.metrics import Array, Mask
from framework.geometry.procrustes import align
from framework.lab.evaluation.matching import PosePair
from framework.skeletons import H36M17

LIMBS = tuple(
    joint
    for joint in H36M17.joints
    if joint.endswith(("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))
)
"""The twelve joints that every skeleton has."""
ALL = tuple(joint for joint in H36M17.joints if joint != H36M17.joints[H36M17.root or 0])
CONFIDENCE = 0.9
"""Level of `Measures.inside`."""
_WRISTS = tuple(joint for joint in LIMBS if joint.endswith("wrist"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Means over rows and joints; NaN where a measure does not apply.

    Attributes:
        frames: rows with a truth.
        coverage: share of them with a prediction, 0..1. All other measures are over those.
        mpjpe: mm, root-relative, in camera axes.
        n_mpjpe: the same after scaling each pose.
        p_mpjpe: mm after Procrustes alignment of each pose.
        velocity: mm/frame; of aligned poses where the truth is not in camera axes.
        acceleration: mm/frame^2, likewise.
        peak_speed: 99th percentile of the speed of the predicted wrists, as a ratio to that of the
            true ones: below 1 fast motion is smoothed away, above 1 the prediction is noisy.
        pck: share of joints within 150 mm, root-relative, 0..1; auc: mean of that over 0..150 mm.
        p_pck, p_auc: the same after Procrustes alignment.
        bones: mm, standard deviation of predicted bone lengths over time, mean of all bones.
        inside: share of joints inside their predicted 90 % radius.
        miscalibration: mean difference of that share from the level, over levels 5 % .. 95 %.
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
    """Errors of some pairs, their rows end to end; each array is (rows, joints)."""

    plain: Array
    scaled: Array
    aligned: Array
    velocity: Array
    acceleration: Array


def shared_joints(pairs: Iterable[PosePair], wanted: Sequence[str]) -> list[str]:
    """Those of the wanted joints that the truth and all predictions have."""
    there = np.ones(len(H36M17.joints), bool)
    for pair in pairs:
        known = np.isfinite(pair.predicted).all(-1)
        # A joint counts when some row of the truth and of every prediction has it. A person without
        # any prediction does not show which joints a lifter predicts.
        there &= np.isfinite(pair.truth).all(-1).any(0) & (known.any(0) | ~known.any())
    return [joint for joint in wanted if there[H36M17.index(joint)]]


def measure(pairs: Sequence[PosePair], joints: Sequence[str]) -> Measures:
    """All measures over some pairs.

    Args:
        pairs: at least one.
        joints: names of H36M-17 to compare.
    """
    errors = _errors(pairs, joints)
    wanted = [np.isfinite(pair.truth).any((1, 2)) for pair in pairs]
    predicted = [np.isfinite(pair.predicted).any((1, 2)) for pair in pairs]
    inside, miscalibration = _calibration(pairs, joints)
    return Measures(
        frames=int(sum(rows.sum() for rows in wanted)),
        coverage=metrics.coverage(np.concatenate(predicted), np.concatenate(wanted)),
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


def by_joint(pairs: Sequence[PosePair], joints: Sequence[str]) -> dict[str, dict[str, float]]:
    """MPJPE and P-MPJPE of each joint."""
    errors = _errors(pairs, joints)
    plain, aligned = metrics.mean(errors.plain, axis=0), metrics.mean(errors.aligned, axis=0)
    return {
        joint: {"mpjpe": float(plain[column]), "p_mpjpe": float(aligned[column])}
        for column, joint in enumerate(joints)
    }


def by_action(pairs: Sequence[PosePair], joints: Sequence[str]) -> dict[str, Measures]:
    """All measures of each action, in the order of their names."""
    actions = sorted({pair.action for pair in pairs})
    return {
        action: measure([pair for pair in pairs if pair.action == action], joints)
        for action in actions
    }


def _mean(errors: Array) -> float:
    return float(metrics.mean(errors))


def _errors(pairs: Sequence[PosePair], joints: Sequence[str]) -> _Errors:
    columns = [H36M17.index(joint) for joint in joints]
    each = [_errors_of(pair, columns) for pair in pairs]
    return _Errors(*(np.concatenate(part) for part in zip(*each, strict=True)))


def _errors_of(pair: PosePair, columns: list[int]) -> tuple[Array, Array, Array, Array, Array]:
    # (T, J, 3)
    predicted, truth = (np.asarray(x, np.float64)[:, columns] for x in (pair.predicted, pair.truth))
    aligned = metrics.procrustes_errors(predicted, truth)
    # Root-relative, or aligned one by one where the axes differ.
    moving, still = _moving(pair, columns)
    if pair.in_camera_axes:
        plain = metrics.joint_errors(moving, still)
        scaled = metrics.scaled_errors(moving, still)
    else:
        # The rotation to the camera is unknown, so these errors have no meaning.
        plain = scaled = np.full_like(aligned, np.nan)
    velocity, acceleration = (
        measure(moving, still) for measure in (metrics.velocity_errors, metrics.acceleration_errors)
    )
    return plain, scaled, aligned, velocity, acceleration


def _peak_speed(pairs: Sequence[PosePair], joints: Sequence[str]) -> float:
    wrists = [H36M17.index(joint) for joint in joints if joint in _WRISTS]
    columns = [H36M17.index(joint) for joint in joints]
    if not wrists:
        return np.nan
    steps = [_moving(pair, columns) for pair in pairs]
    rows = [columns.index(wrist) for wrist in wrists]
    gap = np.full((1, len(rows), 3), np.nan)  # no speed from the end of one pair to the next
    predictions, truths = (
        np.concatenate([part for pair in steps for part in (pair[n][:, rows], gap)]) for n in (0, 1)
    )
    # Both are compared over the same rows: gaps at fast motion would otherwise lower one peak only.
    known = np.isfinite(predictions + truths)
    predicted, true = (
        metrics.peak_speed(np.where(known, x, np.nan)) for x in (predictions, truths)
    )
    return predicted / true if true > 0 else np.nan


def _moving(pair: PosePair, columns: list[int]) -> tuple[Array, Array]:
    """Prediction and truth (T, J, 3): root-relative, or aligned where the axes differ."""
    predicted, truth = (np.asarray(x, np.float64) for x in (pair.predicted, pair.truth))
    if pair.in_camera_axes:
        # Before the columns are selected, as they do not contain the root.
        predicted, truth = (x - x[:, H36M17.root, None] for x in (predicted, truth))
        return predicted[:, columns], truth[:, columns]
    predicted, truth = predicted[:, columns], truth[:, columns]
    return align(predicted, truth).apply(predicted), truth


def _bone_deviation(pairs: Sequence[PosePair]) -> float:
    """Mean over bones and pairs; each pair is one body, whose true bone lengths are constant."""
    deviations = [metrics.bone_length_deviation(p.predicted, H36M17.bones) for p in pairs]
    return _mean(np.stack(deviations))


def _calibration(pairs: Sequence[PosePair], joints: Sequence[str]) -> tuple[float, float]:
    """Share inside the 90 % radius, and miscalibration; NaN without predicted uncertainties."""
    # Uncertainties are about the root-relative error, which is known in camera axes only.
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
    # The level nearest to 90 %.
    level = int(np.argmin(np.abs(found.levels - CONFIDENCE)))
    return float(found.observed[level]), found.error
