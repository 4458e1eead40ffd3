"""Links the pieces of tracks over gaps, when the whole clip has been read.

While a clip is read, only the frames before a gap are known. When it has been read, so are place,
speed and size of the people after the gap. Tracks are divided at their gaps into pieces without
gaps (tracklets), and these are linked anew by the most likely assignment of all pieces at once:
tracklet association as in Perera et al., Multi-Object Tracking Through Simultaneous Long
Occlusions and Split-Merge Conditions, 2006, and Huang, Wu, Nevatia, Robust Object Tracking by
Hierarchical Association of Detection Responses, 2008.

Linking piece by piece, the best link first, would let one early mistake exchange two people for
the rest of the clip.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from framework.types import Bools, Floats, Ints, Times

from .associate import NO_ID
from .config import AssociationConfig
from .history import DetectionHistory, HistoryRows
from .similarity import Doubles, appearance_distances

_SPAN_S = 0.5
"""Place, speed and colours at a gap are measured over this time before or after it."""
_SPEED = np.array([1.0, 0.3, 0.2])
"""Standard deviation of speeds: sideways and down in box heights per second, and of the logarithm
of the height per second.

Heights, not body sizes: arms and legs that swing change the width.
"""
_PROCESS_SCALE = np.array([0.5, 0.15, 0.075])
"""Process noise of these speeds, as shares of `AssociationConfig.process_noise`: a body size is
about half a height."""
_DIFFERENT_PEOPLE = np.array([[3.0, 1.0], [0.5, 0.3], [0.3, 0.2]])
"""Differences of place and speed usual between two different people, in the same units."""
_SAME_APPEARANCE, _OTHER_APPEARANCE = 0.25, 0.35
"""Usual distance of two appearances of one person, and that from which two people are likelier."""
_BRIEF_S = 0.1
"""Pieces shorter than this may be false positives and have no speed; they are not linked anew."""
_ROUNDING_S = 1e-3
"""Times of frames are rounded, so a piece may seem this much too short."""
_KEPT_LINK_BONUS = 1.0
"""Log-likelihood added to a link that the associator made: it has compared the joints too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrackletEnds:
    """The last, or the first, moments of P tracklets.

    Attributes:
        row: (P,) frames.
        time_s: (P,) seconds.
        duration_s: (P,) of the tracklets, their last frame included.
        state: (P, 3, 2) centre and lower edge of the box in pixels and the logarithm of its
            height; each with its speed per second.
        covariance: (P, 3, 2, 2) of place and speed, in heights.
        height: (P,) pixels.
        appearance: (P, parts, colours) NaN where unknown.
    """

    row: Ints
    time_s: Times
    duration_s: Times
    state: Doubles
    covariance: Doubles
    height: Doubles
    appearance: Floats


def link_tracklets(history: DetectionHistory, config: AssociationConfig) -> HistoryRows:
    """Give all people of a clip ids that agree with what came before and after gaps.

    Nothing is linked over a gap longer than ``lost_s``, nor over a scene cut. A tracklet is never
    divided.

    Args:
        history: of the clip, with the ids of the associator.
        config: of the tracker.

    Returns:
        The observations that have an id, in the order of the frames, with ids from 1 that rise in
        the order of appearance.
    """
    seen = history.observations()
    seen = seen.take(seen.id != NO_ID)
    if not len(seen):
        return seen
    # By person, then by frame, so that a tracklet is one slice.
    by_person = np.lexsort((seen.row, seen.id))
    ordered = seen.take(by_person)
    begins = np.flatnonzero(_begins(ordered))
    stops = np.append(begins[1:], len(ordered))
    tracklets = _Tracklets(history, ordered, begins, stops, config.measurement_noise)
    last, first = tracklets.ends_at(stops - 1), tracklets.ends_at(begins)
    before, after = _candidates(last, first, config.lost_s, history.scene_cuts(seen))
    cost = _costs(last, first, before, after, config)
    # A link of the associator stays unless another one is likelier by more than the bonus.
    linked = (after == before + 1) & (ordered.id[begins[after]] == ordered.id[begins[before]])
    shorter_s = np.minimum(last.duration_s[before], first.duration_s[after])
    brief = shorter_s < _BRIEF_S - _ROUNDING_S
    cost = np.where(linked, np.minimum(cost, 0) - _KEPT_LINK_BONUS, np.where(brief, 0, cost))
    likely = cost < 0
    follows = _best_assignment(before[likely], after[likely], cost[likely], len(begins))
    ids = np.empty_like(seen.id)
    ids[by_person] = np.repeat(_ids(follows, first.row), stops - begins)
    return replace(seen, id=ids)


def _begins(ordered: HistoryRows) -> Bools:
    """(S,) whether an observation is of another person than the one before, or follows a gap."""
    same = np.diff(ordered.id, prepend=NO_ID) == 0
    return np.asarray(~same | (np.diff(ordered.row, prepend=-1) > 1))


@dataclass(frozen=True, slots=True)
class _Tracklets:
    """Observations in the order of person and frame, and where each tracklet begins and stops."""

    history: DetectionHistory
    seen: HistoryRows
    begins: Ints
    stops: Ints
    measurement_noise: float

    def ends_at(self, ends: Ints) -> _TrackletEnds:
        """Measure at one observation of each tracklet, its first or its last."""
        boxes, times = self.history.boxes(self.seen), self.history.time_s[self.seen.row]
        heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1)
        # The lower edge, as feet stay on the ground when arms are raised.
        places = np.stack([boxes[:, ::2].mean(1), boxes[:, 3], np.log(heights)], axis=1)
        state, covariance = np.empty((len(ends), 3, 2)), np.empty((len(ends), 3, 2, 2))
        appearance = []
        for piece, (begin, stop, end) in enumerate(zip(self.begins, self.stops, ends, strict=True)):
            near = np.abs(times[begin:stop] - times[end]) <= _SPAN_S
            part = begin + np.flatnonzero(near)
            appearance.append(self.history.mean_appearance(self.seen.take(part)))
            # Pixels become heights; the logarithm of the height has no unit.
            unit = np.array([heights[end], heights[end], 1.0])
            state[piece], covariance[piece] = self._line(
                times[part] - times[end], (places[part] - places[end]) / unit
            )
            state[piece] = unit[:, None] * state[piece]
            state[piece, :, 0] += places[end]
        return _TrackletEnds(
            row=self.seen.row[ends],
            time_s=times[ends],
            duration_s=times[self.stops - 1] - times[self.begins] + self.history.frame_s,
            state=state,
            covariance=covariance,
            height=heights[ends],
            appearance=np.stack(appearance),
        )

    def _line(self, time_s: Times, places: Doubles) -> tuple[Doubles, Doubles]:
        """Fit a line by least squares, with a Gaussian prior on the speed.

        Without the prior the speed of two or three frames would be that of the noise.

        Returns:
            (3, 2) place and speed at time 0, and (3, 2, 2) their covariance, in heights.
        """
        line = np.stack([np.ones(len(time_s)), time_s], axis=1)
        information = np.tile(line.T @ line / self.measurement_noise**2, (3, 1, 1))
        # A prior adds its inverse variance to the information of the speed.
        information[:, 1, 1] += _SPEED**-2
        covariance: Doubles = np.linalg.inv(information).astype(np.float64)
        weighted = places.T @ line / self.measurement_noise**2
        return (covariance @ weighted[..., None])[..., 0], covariance


def _candidates(
    last: _TrackletEnds, first: _TrackletEnds, lost_s: float, cuts: Ints
) -> tuple[Ints, Ints]:
    """Pairs of tracklets of which the second may follow: soon enough, and not over a cut."""
    order = np.argsort(first.time_s, kind="stable")
    begin_s = first.time_s[order]
    # Tracklets low to high - 1, by time, begin within lost_s after each one's end.
    low = np.searchsorted(begin_s, last.time_s, side="right")
    high = np.searchsorted(begin_s, last.time_s + lost_s, side="right")
    before = np.repeat(np.arange(len(low)), high - low)
    within = np.arange(len(before)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    after = order[low[before] + within]
    scene = [np.searchsorted(cuts, row, side="right") for row in (last.row, first.row)]
    same = scene[0][before] == scene[1][after]
    return before[same], after[same]


def _costs(
    last: _TrackletEnds,
    first: _TrackletEnds,
    before: Ints,
    after: Ints,
    config: AssociationConfig,
) -> Doubles:
    """(L,) logarithm of how much likelier it is that two tracklets are of two different people.

    Two densities of the difference of place and speed are compared: that of one person, a Gaussian
    with the covariance of both ends and of the motion within the gap, and that of two people,
    constant over the range of `_DIFFERENT_PEOPLE`.
    """
    dt = (first.time_s[after] - last.time_s[before])[:, None]
    height = np.sqrt(last.height[before] * first.height[after])
    unit = np.stack([height, height, np.ones(len(height))], axis=1)[..., None]
    then, now = last.state[before] / unit, first.state[after] / unit
    # (L, 1, 2, 2): one F = [[1, dt], [0, 1]] for the three coordinates of each pair.
    transition = np.broadcast_to(np.eye(2), (len(dt), 1, 2, 2)).copy()
    transition[..., 0, 1] = dt
    difference = now - (transition @ then[..., None])[..., 0]
    noise = (config.process_noise * _PROCESS_SCALE) ** 2
    # White noise on the acceleration, as in `kalman`.
    process = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]).transpose(2, 3, 0, 1)
    moved = transition @ last.covariance[before] @ transition.swapaxes(-1, -2)
    covariance = moved + first.covariance[after]
    covariance = covariance + process * noise[:, None, None]
    # (L, 3): squared Mahalanobis distance of place and speed along each coordinate.
    distance = (difference * np.linalg.solve(covariance, difference[..., None])[..., 0]).sum(-1)
    volume = np.log(np.linalg.det(covariance)) - 2 * np.log(_DIFFERENT_PEOPLE.prod(-1))
    return np.asarray(
        (distance + volume).sum(-1) / 2
        + _appearance_costs(last.appearance[before], first.appearance[after])
    )


def _appearance_costs(appearance: Floats, others: Floats) -> Doubles:
    """(L,) the same logarithm for colours; 0 where they are unknown."""
    distance = appearance_distances(appearance, others)
    return np.nan_to_num((distance**2 - _OTHER_APPEARANCE**2) / (2 * _SAME_APPEARANCE**2))


def _best_assignment(before: Ints, after: Ints, cost: Doubles, pieces: int) -> Ints:
    """Find the links of least total cost.

    Candidates fall into groups that share no tracklet. Each group is solved by itself (Hungarian
    method): one table of all tracklets of a long clip would need memory and time without bound.

    Returns:
        (P,) which tracklet follows each, -1 for none.
    """
    follows = np.full(pieces, -1)
    graph = coo_array((np.ones(len(before)), (before, pieces + after)), shape=(2 * pieces,) * 2)
    _, group = connected_components(graph, directed=False)
    order = np.argsort(group[before], kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(group[before][order])) + 1):
        some, rows = np.unique(before[part], return_inverse=True)
        others, columns = np.unique(after[part], return_inverse=True)
        # 0 where there is no candidate: such a pair costs as much as no link, and is dropped below.
        table = np.zeros((len(some), len(others)))
        table[rows, columns] = cost[part]
        i, j = linear_sum_assignment(table)
        kept = table[i, j] < 0
        follows[some[i[kept]]] = others[j[kept]]
    return follows


def _ids(follows: Ints, row: Ints) -> Ints:
    """(P,) one id for each chain of tracklets, from 1, rising with the first row."""
    ids, count = np.zeros(len(follows), np.int64), 0
    for piece in np.argsort(row, kind="stable"):
        if not ids[piece]:
            count += 1
            ids[piece] = count
        if follows[piece] >= 0:
            ids[follows[piece]] = ids[piece]
    return ids
