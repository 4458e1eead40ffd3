"""Pair predictions with the truth: rows by time or frame number, people by image position.

People are assigned by the Hungarian method (Kuhn, The Hungarian Method for the Assignment Problem,
1955) on median keypoint distances; a greedy choice would give two people the same track.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from framework.errors import InputError
from framework.lab.evaluation.truth import Truth
from framework.skeletons import H36M17, map_joints
from framework.types import Floats, Ints, Pose3D, RunResult, Times, Track

_NTSC, _EXACT = 0.0015, 2e-4
"""Relative differences of 30 from 30000/1001 at most, and of rates that are the same."""
_REGULAR = 0.1
_FEW = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PosePair:
    """The predicted and the true poses of one person, row by row and evenly spaced in time.

    Attributes:
        action: name of the action, or "".
        predicted: (T, 17, 3) H36M-17 in metres; NaN where nothing is predicted.
        truth: (T, 17, 3) metres; NaN where nothing is known.
        in_camera_axes: whether the truth is in camera axes; see `Truth`.
        joint_sigmas: (T, 17) metres, predicted uncertainty (`Pose3D.joint_sigmas`), or None.
    """

    action: str
    predicted: NDArray[np.floating]
    truth: NDArray[np.floating]
    in_camera_axes: bool
    joint_sigmas: Floats | None = None


def pair_up(result: RunResult, truth: Truth) -> list[PosePair]:
    """Pair the predictions of a video with the truth.

    With a truth in pixels, every person gets the track that is nearest in the image; without, the
    truth must be of one person, who gets the track with the most poses.

    Raises:
        InputError: no row of the result has a truth, or people cannot be told apart.
    """
    rows, known = matching_rows(result, truth)
    if not rows.size:
        raise InputError(
            f"{truth.name} has no frame in common with {result.video.path.name}",
            "Check that both are of the same video and begin together.",
        )
    return [
        _pair(result.poses[track], truth, person, rows, known)
        for person, track in _people(result, truth, rows, known)
    ]


def matching_rows(result: RunResult, truth: Truth) -> tuple[Ints, Ints]:
    """Rows of a result and of the truth at the same times.

    Times are compared where the truth has them, up to half the shorter of both periods apart, so
    that no row is used twice; otherwise frame numbers.

    Returns:
        Two (M,) arrays, both increasing.
    """
    if truth.time_s is None:
        if truth.frame_index is None:
            raise ValueError("a truth needs frame numbers or times")
        _, rows, known = np.intersect1d(result.frame_index, truth.frame_index, return_indices=True)
        return rows, known
    time_s, _ = _on_clock_of(result, truth.time_s)
    return _nearest(result.time_s, time_s, 0.5 / max(_rate(time_s), _rate(result.time_s)))


def clock_notes(result: RunResult, truth: Truth) -> list[str]:
    """What the reader of a comparison should know about how rows were matched."""
    if truth.time_s is None:
        return []
    time_s, notes = _on_clock_of(result, truth.time_s)
    rows, _ = matching_rows(result, truth)
    inside = (time_s >= result.time_s[0]) & (time_s <= result.time_s[-1])
    possible = min(int(inside.sum()), len(result.time_s))
    if len(rows) < _FEW * possible:
        notes.append(f"only {len(rows)} of {possible} rows have a time that the other has too")
    return notes


def _on_clock_of(result: RunResult, time_s: Times) -> tuple[Times, list[str]]:
    """The truth's times on the clock of the clip.

    A truth at 30 or 60 frames a second of a clip at 29.97 or 59.94 was made frame by frame, by a
    program that rounds the rate: half a frame off after eight seconds.
    """
    wanted, own = _rate(result.time_s), _rate(time_s)
    steps = np.diff(result.time_s)
    regular = len(steps) > 0 and np.ptp(steps) < _REGULAR * steps.mean()
    rounded = regular and abs(own - round(wanted)) < _EXACT * own and own != wanted
    if not rounded or abs(own / wanted - 1) > _NTSC or abs(own / wanted - 1) < _EXACT:
        return time_s, []
    note = f"{own:.5g} frames a second are taken for the clip's {wanted:.5g}, frame by frame"
    return time_s * (own / wanted), [note]


def _rate(time_s: Times) -> float:
    """Rows per second; the median ignores gaps."""
    return 1 / float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0


def _nearest(wanted_s: Times, known_s: Times, apart_s: float) -> tuple[Ints, Ints]:
    after = np.searchsorted(known_s, wanted_s).clip(0, len(known_s) - 1)
    before = (after - 1).clip(0)
    # The nearer one of the two neighbours in time.
    earlier = wanted_s - known_s[before] <= known_s[after] - wanted_s
    nearest = np.where(earlier, before, after)
    rows = np.flatnonzero(np.abs(known_s[nearest] - wanted_s) < apart_s)
    return rows, nearest[rows]


def _people(result: RunResult, truth: Truth, rows: Ints, known: Ints) -> list[tuple[int, int]]:
    """Pairs of (person of the truth, track)."""
    if not result.poses:
        return []
    if truth.pixels is None and len(truth.joints) == 1:
        counts = [int(pose.valid[rows].sum()) for pose in result.poses]
        # Other tracks are false positives or people without a truth.
        return [(0, int(np.argmax(counts)))]
    if truth.pixels is None:
        raise InputError(
            f"{truth.name} has {len(truth.joints)} people, but no pixels to tell them apart by",
            "Give a truth of one person, or one with joints_2d in pixels.",
        )
    distances = np.array(
        [
            [_distance(track, pixels, rows, known) for track in result.tracks]
            for pixels in truth.pixels
        ]
    )
    # The solver refuses a matrix that no finite assignment fits; such pairs get a large cost and
    # are removed after it.
    people, tracks = linear_sum_assignment(np.where(np.isfinite(distances), distances, 1e9))
    pairs = zip(people.tolist(), tracks.tolist(), strict=True)
    return [(person, track) for person, track in pairs if np.isfinite(distances[person, track])]


def _distance(track: Track, pixels: Floats, rows: Ints, known: Ints) -> float:
    """Median keypoint distance in pixels; infinite where the two have no frame in common."""
    found = map_joints(track.keypoints[rows], track.skeleton, H36M17)
    distance = np.linalg.norm(found - pixels[known], axis=-1)
    distance = distance[np.isfinite(distance)]
    return float(np.median(distance)) if distance.size else np.inf


def _pair(pose: Pose3D, truth: Truth, person: int, rows: Ints, known: Ints) -> PosePair:
    # Even steps from the first to the last row in common, so that differences in time mean the
    # same everywhere; a step without a prediction or a truth is NaN.
    step = int(np.diff(rows).min()) if len(rows) > 1 else 1
    even = np.arange(rows[0], rows[-1] + 1, step)
    # Rows that lie between the steps are left out.
    place = np.searchsorted(even, rows)
    on_step = even[place.clip(0, len(even) - 1)] == rows
    true = np.full((len(even), *truth.joints.shape[2:]), np.nan, np.float32)
    true[place[on_step]] = truth.joints[person, known[on_step]]
    mapped = map_joints(pose.joints, pose.skeleton, H36M17)
    mapped[~pose.valid] = np.nan
    # A standard deviation cannot be mapped to other joints: for a mean of joints the correlation
    # would be needed.
    joint_sigmas = pose.joint_sigmas if pose.skeleton is H36M17 else None
    return PosePair(
        action="",
        predicted=mapped[even],
        truth=true,
        in_camera_axes=truth.in_camera_axes,
        joint_sigmas=None if joint_sigmas is None else joint_sigmas[even],
    )
