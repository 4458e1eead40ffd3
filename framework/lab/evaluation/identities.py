"""How well tracks keep people apart: IDF1, HOTA and MOTA, computed by TrackEval.

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
from framework.types import Bools, Floats, Track

_MATCH = 0.5
"""Overlap (intersection over union) from which a box is of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityScores:
    """Shares from 0 (worst; MOTA may be negative) to 1, and a count.

    Attributes:
        idf1: of boxes with the right identity, over the whole clip.
        hota: geometric mean of finding and keeping people, averaged over overlaps 0.05..0.95.
        mota: 1 minus misses, false boxes and switches, as a share of the true boxes.
        switches: times that a person got another identity than before.
    """

    idf1: float
    hota: float
    mota: float
    switches: int


def identity_scores(boxes: Floats, seen: Bools, tracks: Sequence[Track]) -> IdentityScores:
    """Compare tracks with true boxes.

    A box on somebody who is there but cannot be seen counts neither way, as in MOTChallenge.

    Args:
        boxes: (N, T, 4) pixels, true people.
        seen: (N, T) who can be seen.
        tracks: with T rows each; rows present count, filled ones too.

    Raises:
        BackendError: TrackEval is not installed.
    """
    try:
        from trackeval import metrics
    except ImportError as error:
        raise BackendError(
            f"scores of identities need the package trackeval: {error}",
            'pip install "framework[scores]"',
        ) from error
    sequence = sequence_of(boxes, seen, tracks)
    quiet = {"PRINT_CONFIG": False}
    clear = metrics.CLEAR(quiet).eval_sequence(sequence)
    return IdentityScores(
        idf1=float(metrics.Identity(quiet).eval_sequence(sequence)["IDF1"]),
        hota=float(np.mean(metrics.HOTA().eval_sequence(sequence)["HOTA"])),
        mota=float(clear["MOTA"]),
        switches=int(clear["IDSW"]),
    )


def sequence_of(boxes: Floats, seen: Bools, tracks: Sequence[Track]) -> dict[str, Any]:
    """Put true people and tracks into the terms in which scores of identities are defined.

    A box on somebody who is there but cannot be seen is left out.

    Args:
        boxes: (N, T, 4) pixels, true people.
        seen: (N, T) who can be seen.
        tracks: with T rows each; rows present count, filled ones too.

    Returns:
        What TrackEval's metrics take. ``gt_ids`` and ``tracker_ids`` are, for each of the
        ``num_timesteps`` frames, the ids (K,) of people and (M,) of tracks in it, from 0 without
        gaps to ``num_gt_ids`` and ``num_tracker_ids``; ``similarity_scores`` their (K, M)
        overlaps, intersection over union. ``num_gt_dets`` and ``num_tracker_dets`` count boxes.
    """
    true, found, overlaps = [], [], []
    for row in range(seen.shape[1]):
        people = np.flatnonzero(seen[:, row])
        own = np.array([n for n, track in enumerate(tracks) if track.present[row]], np.int64)
        mine = np.array([tracks[n].boxes[row] for n in own], np.float32).reshape(-1, 4)
        own, mine = _without_hidden(boxes[:, row], seen[:, row], own, mine)
        true.append(people)
        found.append(own)
        overlaps.append(_overlap(boxes[people, row], mine))
    true_count, true = _renumbered(true)
    found_count, found = _renumbered(found)
    return {
        "num_timesteps": seen.shape[1],
        "num_gt_ids": true_count,
        "num_tracker_ids": found_count,
        "num_gt_dets": sum(map(len, true)),
        "num_tracker_dets": sum(map(len, found)),
        "gt_ids": true,
        "tracker_ids": found,
        "similarity_scores": overlaps,
    }


def _without_hidden(
    boxes: Floats, seen: Bools, own: NDArray[np.int64], mine: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Tracks of one row without those that lie on somebody hidden rather than on somebody seen."""
    shared = _overlap(boxes, mine)
    worth = np.where(shared >= _MATCH, shared + seen[:, None], 0)
    person, track = linear_sum_assignment(-worth)
    hidden = track[(worth[person, track] > 0) & ~seen[person]]
    return np.delete(own, hidden), np.delete(mine, hidden, axis=0)


def _overlap(boxes: Floats, others: Floats) -> NDArray[np.float64]:
    """(K, N) intersection over union."""
    one, two = boxes[:, None].astype(np.float64), others[None].astype(np.float64)
    low, high = np.maximum(one[..., :2], two[..., :2]), np.minimum(one[..., 2:], two[..., 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas = [(each[..., 2:] - each[..., :2]).prod(-1) for each in (one, two)]
    return np.asarray(shared / np.maximum(areas[0] + areas[1] - shared, 1e-9))


def _renumbered(rows: list[NDArray[np.int64]]) -> tuple[int, list[NDArray[np.int64]]]:
    names = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]))
    return len(names), [np.searchsorted(names, row) for row in rows]
