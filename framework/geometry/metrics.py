"""Errors of 3D poses: the standard measures of the field, on arrays.

Letters in shapes: T rows in time, J joints; anything may stand before them. Poses are metres,
errors millimetres. What is NaN in either pose, or cleared in the mask, is NaN in the errors and
does not count in a mean. The ``*_errors`` keep rows and joints, so that a table by joint or by
action is a mean over fewer axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from framework.geometry.procrustes import align

Array = NDArray[np.float64]
Points = NDArray[np.floating]
Mask = NDArray[np.bool_]

MM_PER_M = 1000.0
PCK_THRESHOLD_MM = 150.0
AUC_THRESHOLDS_MM = np.linspace(0, PCK_THRESHOLD_MM, 31)


def mean(errors: Array, axis: int | tuple[int, ...] | None = None) -> Array:
    """Mean of the errors that are known; NaN where none is."""
    known = np.isfinite(errors)
    count = known.sum(axis=axis)
    total = np.where(known, errors, 0).sum(axis=axis)
    unknown = np.full(np.shape(count), np.nan)
    average: Array = np.divide(total, count, out=unknown, where=count > 0)
    return average


def joint_errors(predicted: Points, truth: Points, mask: Mask | None = None) -> Array:
    """Distance of each joint from the truth; its mean is MPJPE.

    Ionescu, Papava, Olaru, Sminchisescu: "Human3.6M", IEEE TPAMI 36(7), 2014. Both poses must be
    about the same root; nothing is aligned here.

    Args:
        predicted: (..., T, J, 3) metres.
        truth: (..., T, J, 3) metres.
        mask: (..., T, J), what to compare; by default all that both have.

    Returns:
        (..., T, J) mm.
    """
    return _length_mm(_difference(predicted, truth, mask))


def procrustes_errors(
    predicted: Points, truth: Points, mask: Mask | None = None, *, scale: bool = True
) -> Array:
    """Distances after Procrustes alignment of each pose with its truth: P-MPJPE.

    "Protocol 2" of Human3.6M since Bogo et al., "Keep it SMPL", ECCV 2016. Reflections are not
    allowed.

    Args:
        predicted: (..., T, J, 3) metres.
        truth: (..., T, J, 3) metres.
        mask: (..., T, J), what to align and compare.
        scale: also align the size.

    Returns:
        (..., T, J) mm; NaN for poses of fewer than three joints.
    """
    fit = align(predicted, truth, mask, scale=scale)
    return joint_errors(fit.apply(predicted), truth, mask)


def scaled_errors(predicted: Points, truth: Points, mask: Mask | None = None) -> Array:
    """Distances after each pose is scaled, about the root, to fit its truth best: N-MPJPE.

    Rhodin et al.: "Learning monocular 3D human pose estimation from multi-view images", CVPR 2018.

    Args:
        predicted: (..., T, J, 3) metres about the root.
        truth: (..., T, J, 3) metres about the root.
        mask: (..., T, J), what to scale by and compare.

    Returns:
        (..., T, J) mm; NaN for a pose that is all zero.
    """
    known = np.isfinite(_difference(predicted, truth, mask))
    product = np.where(known, predicted * truth, 0).sum(axis=(-1, -2))
    square = np.where(known, predicted**2, 0).sum(axis=(-1, -2))
    # Least squares: the s that minimises |s * predicted - truth|^2 is <p, t> / <p, p>.
    scale = np.divide(product, square, out=np.full(square.shape, np.nan), where=square > 0)
    return joint_errors(predicted * scale[..., None, None], truth, mask)


def velocity_errors(predicted: Points, truth: Points, mask: Mask | None = None) -> Array:
    """Errors of the velocity, the difference from row to row; the mean is MPJVE.

    Pavllo et al.: "3D human pose estimation in video with temporal convolutions and
    semi-supervised training", CVPR 2019.

    Returns:
        (..., T - 1, J) mm per frame; NaN beside a gap.
    """
    return _length_mm(np.diff(_difference(predicted, truth, mask), axis=-3))


def acceleration_errors(predicted: Points, truth: Points, mask: Mask | None = None) -> Array:
    """Errors of the acceleration, the second difference: jitter that the truth does not have.

    Kanazawa, Zhang, Felsen, Malik: "Learning 3D human dynamics from video", CVPR 2019.

    Returns:
        (..., T - 2, J) mm per frame^2; NaN beside a gap.
    """
    return _length_mm(np.diff(_difference(predicted, truth, mask), n=2, axis=-3))


def peak_speed(joints: Points) -> float:
    """The 99th percentile of the speed from row to row.

    Too strong smoothing lowers it; compare it with that of the truth.

    Args:
        joints: (..., T, J, 3) metres.

    Returns:
        mm per frame; NaN where no joint is known in two rows in a row.
    """
    steps = _length_mm(np.diff(joints, axis=-3))
    known = steps[np.isfinite(steps)]
    return float(np.quantile(known, 0.99)) if known.size else float("nan")


def pck(errors_mm: Array, threshold_mm: float = PCK_THRESHOLD_MM) -> float:
    """Share of joints nearer to the truth than a threshold (3DPCK).

    Mehta et al.: "Monocular 3D human pose estimation in the wild using improved CNN supervision",
    3DV 2017.

    Returns:
        0..1 over all known errors, the threshold itself included; NaN where none is known.
    """
    return float(_shares_within(errors_mm, np.array([threshold_mm]))[0])


def auc(errors_mm: Array) -> float:
    """Mean PCK over the thresholds 0, 5 ... 150 mm (Mehta et al. 2017, as `pck`).

    Returns:
        0..1; NaN where no error is known.
    """
    return float(_shares_within(errors_mm, AUC_THRESHOLDS_MM).mean())


def bone_length_deviation(joints: Points, bones: tuple[tuple[int, int], ...]) -> Array:
    """Standard deviation of each bone's length over time: 0 for a body that does not stretch.

    Rommel et al.: "ManiPose", NeurIPS 2024 (its mean over bones is their MPSCE).

    Args:
        joints: (..., T, J, 3) metres.
        bones: pairs of joint indices.

    Returns:
        (..., bones) mm over the rows that have both ends; NaN with none.
    """
    # (bones, 2), also for a skeleton without bones.
    ends = np.asarray(bones, dtype=np.intp).reshape(-1, 2)
    lengths = _length_mm(joints[..., ends[:, 0], :] - joints[..., ends[:, 1], :])
    # (..., T, bones)
    about_mean = lengths - mean(lengths, axis=-2)[..., None, :]
    return np.sqrt(mean(about_mean**2, axis=-2))


def coverage(valid: Mask, wanted: Mask | None = None) -> float:
    """Share of the rows with a person that have a pose.

    Args:
        valid: (..., T), rows with a pose.
        wanted: (..., T), rows in which there is a person; all by default.

    Returns:
        0..1; NaN where nothing is wanted.
    """
    wanted = np.ones_like(valid) if wanted is None else wanted
    count = int(wanted.sum())
    return float((valid & wanted).sum() / count) if count else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Whether stated uncertainties are as large as the errors.

    Attributes:
        levels: (L,) confidence levels, 0..1.
        observed: (L,) share of errors within the radius stated for each level.
        error: mean distance of the two, 0 when calibrated.
    """

    levels: Array
    observed: Array
    error: float


def calibration(errors_mm: Array, sigmas: Points, levels: Array | None = None) -> Calibration:
    """Compare errors with the uncertainty that was stated for them.

    Kuleshov, Fenner, Ermon: "Accurate uncertainties for deep learning using calibrated
    regression", ICML 2018, for a normal distribution that is the same along the three axes: the
    distance then follows a chi distribution of three degrees of freedom.

    Args:
        errors_mm: (...) mm, from `joint_errors`.
        sigmas: (...) metres, standard deviation along each axis, positive.
        levels: (L,) in 0..1; 0.05, 0.10 ... 0.95 by default.
    """
    levels = np.linspace(0.05, 0.95, 19) if levels is None else levels
    # Quantiles of the chi distribution with k = 3; its CDF at r is gammainc(k / 2, r^2 / 2).
    radii = np.sqrt(2 * gammaincinv(1.5, levels))
    observed = _shares_within(errors_mm / (sigmas * MM_PER_M), radii)
    error = float(np.abs(observed - levels).mean())
    return Calibration(levels=levels, observed=observed, error=error)


def _difference(predicted: Points, truth: Points, mask: Mask | None) -> Array:
    """(..., T, J, 3) metres, a joint wholly NaN where it is not compared."""
    difference = np.asarray(predicted, np.float64) - truth
    # One unknown coordinate hides the whole joint, so that no sum uses only a part of it.
    known = np.isfinite(difference).all(-1, keepdims=True)
    known = known if mask is None else known & mask[..., None]
    return np.where(known, difference, np.nan)


def _length_mm(vectors: Points) -> Array:
    length: Array = np.linalg.norm(vectors.astype(np.float64), axis=-1) * MM_PER_M
    return length


def _shares_within(errors: Array, thresholds: Array) -> Array:
    """(L,) share of the known errors up to each threshold."""
    known = np.sort(errors[np.isfinite(errors)])
    if not known.size:
        return np.full(thresholds.shape, np.nan)
    # side="right" counts errors equal to a threshold as within it.
    return np.searchsorted(known, thresholds, side="right") / known.size
