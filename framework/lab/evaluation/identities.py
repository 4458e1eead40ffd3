"""How well tracks keep the identities of people: IDF1, HOTA and MOTA, computed by TrackEval.

IDF1: Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking,
2016. HOTA: Luiten et al., HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking, 2021.
MOTA: Bernardin and Stiefelhagen, Evaluating Multiple Object Tracking Performance, 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.types import Bools, Floats, Track

_MATCH = 0.5
"""Intersection over union from which a box belongs to a person, as in MOTChallenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityScores:
    """Shares from 0 (worst; MOTA may be negative) to 1, and a count.

    Attributes:
        idf1: F1 score of boxes with the right identity, over the whole video.
        hota: geometric mean of detection and association accuracy, averaged over IoU 0.05..0.95.
        mota: 1 minus the sum of misses, false positives and identity switches per true box.
        switches: number of identity switches.
    """

    idf1: float
    hota: float
    mota: float
    switches: int


def identity_scores(boxes: Floats, visible: Bools, tracks: Sequence[Track]) -> IdentityScores:
    """Compare tracks with true boxes.

    A box on a person who is present but not visible is ignored, as in MOTChallenge.

    Args:
        boxes: (N, T, 4) pixels, true people.
        visible: (N, T) which people are visible.
        tracks: with T rows each; rows present count, filled ones too.

    Raises:
        BackendError: TrackEval is not installed.
    """
    try:
        # An optional dependency, which nothing else needs.
        from trackeval import metrics
    except ImportError as error:
        raise BackendError(
            f"scores of identities need the package trackeval: {error}",
            'pip install "framework[scores]"',
        ) from error
    sequence = sequence_of(boxes, visible, tracks)
    quiet = {"PRINT_CONFIG": False}
    clear = metrics.CLEAR(quiet).eval_sequence(sequence)
    return IdentityScores(
        idf1=float(metrics.Identity(quiet).eval_sequence(sequence)["IDF1"]),
        hota=float(np.mean(metrics.HOTA().eval_sequence(sequence)["HOTA"])),
        mota=float(clear["MOTA"]),
        switches=int(clear["IDSW"]),
    )


def sequence_of(boxes: Floats, visible: Bools, tracks: Sequence[Track]) -> dict[str, Any]:
    """Convert true people and tracks to the input of TrackEval's metrics.

    A box on a person who is present but not visible is left out.

    Args:
        boxes: (N, T, 4) pixels, true people.
        visible: (N, T) which people are visible.
        tracks: with T rows each; rows present count, filled ones too.

    Returns:
        What TrackEval's metrics take. ``gt_ids`` and ``tracker_ids`` are, for each of the
        ``num_timesteps`` frames, the ids (K,) of people and (M,) of tracks in it, from 0 without
        gaps to ``num_gt_ids`` and ``num_tracker_ids``; ``similarity_scores`` their (K, M)
        overlaps, intersection over union. ``num_gt_dets`` and ``num_tracker_dets`` count boxes.
    """
    true, found, overlaps = [], [], []
    for row in range(visible.shape[1]):
        people = np.flatnonzero(visible[:, row])
        ids = np.array([n for n, track in enumerate(tracks) if track.present[row]], np.int64)
        predicted = np.array([tracks[n].boxes[row] for n in ids], np.float32).reshape(-1, 4)
        # Ignored boxes must go before the scores are computed, or they count as false positives.
        ids, predicted = _without_hidden(boxes[:, row], visible[:, row], ids, predicted)
        true.append(people)
        found.append(ids)
        overlaps.append(_iou(boxes[people, row], predicted))
    true_count, true = _renumbered(true)
    found_count, found = _renumbered(found)
    return {
        "num_timesteps": visible.shape[1],
        "num_gt_ids": true_count,
        "num_tracker_ids": found_count,
        "num_gt_dets": sum(map(len, true)),
        "num_tracker_dets": sum(map(len, found)),
        "gt_ids": true,
        "tracker_ids": found,
        "similarity_scores": overlaps,
    }


def _without_hidden(
    boxes: Floats, visible: Bools, ids: NDArray[np.int64], predicted: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Tracks of one row without those that match a person who is not visible.

    A visible person is preferred: in the assignment a match with one is worth 1 more.
    """
    overlap = _iou(boxes, predicted)
    # (N people, M tracks); 0 where a match is not allowed. An overlap is at most 1, so the 1 of a
    # visible person outweighs it.
    worth = np.where(overlap >= _MATCH, overlap + visible[:, None], 0)
    # Worth is maximised; the solver minimises.
    person, track = linear_sum_assignment(-worth)
    hidden = track[(worth[person, track] > 0) & ~visible[person]]
    return np.delete(ids, hidden), np.delete(predicted, hidden, axis=0)


def _iou(boxes: Floats, others: Floats) -> NDArray[np.float64]:
    """(K, N) intersection over union of boxes (K, 4) and (N, 4)."""
    # In float64 as TrackEval, so that overlaps near the threshold are decided alike.
    return iou(boxes[:, None].astype(np.float64), others[None].astype(np.float64))


def _renumbered(rows: list[NDArray[np.int64]]) -> tuple[int, list[NDArray[np.int64]]]:
    """Number of different ids, and the rows with ids from 0 without gaps, as TrackEval wants."""
    # NumPy cannot concatenate zero arrays: the empty one is for a video without rows.
    names = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]))
    return len(names), [np.searchsorted(names, row) for row in rows]
