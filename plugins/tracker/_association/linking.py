"""Who came back after being hidden: both sides of every gap looked at, all gaps at once.

While a clip is read, only what went before is known of somebody who comes back. When it has been
read, so is where, how fast and how large people are afterwards. Tracks are cut where they have
gaps, and the pieces are linked anew, by the assignment that is likeliest for all of them together
(tracklet association: Perera et al., Multi-Object Tracking Through Simultaneous Long Occlusions
and Split-Merge Conditions, 2006; Huang, Wu, Nevatia, Robust Object Tracking by Hierarchical
Association of Detection Responses, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from framework.types import Bools, Floats, Ints, Times

from .associate import NOBODY
from .config import AssociationConfig
from .history import History, Sightings, cuts
from .similarity import Doubles, look_distances

_SPAN_S = 0.5
"""What somebody did in this time before or after a gap tells place and speed."""
_SPEED = np.array([1.0, 0.3, 0.2])
"""Usual speeds: sideways and down in heights of the box a second, growth of the height's logarithm.

Heights, not body sizes: arms and legs that swing change the width.
"""
_AGILE = np.array([0.5, 0.15, 0.075])
"""Change of these within a second, of `AssociationConfig.agility`: a body size is half a height."""
_ANYBODY = np.array([[3.0, 1.0], [0.5, 0.3], [0.3, 0.2]])
"""How far apart people are who are not the same: place and speed."""
_SAME_LOOKS, _OTHER_LOOKS = 0.25, 0.35
"""Usual distance of two looks at a person, and the one from which it is rather two people."""
_MOMENT_S = 0.1
"""A piece shorter than this may be a ghost, and has no speed: only the associator links it."""
_HABIT = 1.0
"""What it counts that the associator, which has seen the joints, linked two pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """The last, or the first, moments of P pieces of tracks.

    Attributes:
        row: (P,) frames.
        time_s: (P,) seconds.
        lasted_s: (P,) how long the piece is, its last frame included.
        state: (P, 3, 2) middle and lower edge of the box in pixels, logarithm of its height;
            each with its speed per second.
        doubt: (P, 3, 2, 2) covariance of place and speed, in heights.
        height: (P,) pixels.
        looks: (P, parts, colours) NaN where unknown.
    """

    row: Ints
    time_s: Times
    lasted_s: Times
    state: Doubles
    doubt: Doubles
    height: Doubles
    looks: Floats


def linked(history: History, config: AssociationConfig) -> Sightings:
    """Everybody who has a number, with numbers that agree with what came before and after gaps.

    Nobody is linked over a gap longer than ``lost_s``, nor over a cut. Numbers from 1 rise with
    appearance. A piece of a track is never divided.
    """
    seen = history.sightings()
    seen = seen.take(seen.id != NOBODY)
    if not len(seen):
        return seen
    by_person = np.lexsort((seen.row, seen.id))
    ordered = seen.take(by_person)
    begins = np.flatnonzero(_begins(ordered))
    stops = np.append(begins[1:], len(ordered))
    moments = _Moments(history, ordered, begins, stops, config.jitter)
    last, first = moments.of(stops - 1), moments.of(begins)
    before, after = _pairs(last, first, config.lost_s, cuts(seen))
    cost = _costs(last, first, before, after, config)
    habit = (after == before + 1) & (ordered.id[begins[after]] == ordered.id[begins[before]])
    brief = np.minimum(last.lasted_s[before], first.lasted_s[after]) < _MOMENT_S - 1e-3
    cost = np.where(habit, np.minimum(cost, 0) - _HABIT, np.where(brief, 0, cost))
    follows = _likeliest(before[cost < 0], after[cost < 0], cost[cost < 0], len(begins))
    numbers = np.empty_like(seen.id)
    numbers[by_person] = np.repeat(_numbers(follows, first.row), stops - begins)
    return replace(seen, id=numbers)


def _begins(ordered: Sightings) -> Bools:
    """(S,) whether a sighting is of somebody else than the one before, or follows a gap."""
    same = np.diff(ordered.id, prepend=NOBODY) == 0
    return np.asarray(~same | (np.diff(ordered.row, prepend=-1) > 1))


@dataclass(frozen=True, slots=True)
class _Moments:
    """What `_Ends` are measured from: sightings in order, and where each piece begins and stops."""

    history: History
    seen: Sightings
    begins: Ints
    stops: Ints
    jitter: float

    def of(self, ends: Ints) -> _Ends:
        """Measure at one sighting of each piece, its first or its last."""
        boxes, times = self.history.boxes(self.seen), self.history.time_s[self.seen.row]
        heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1)
        places = np.stack([boxes[:, ::2].mean(1), boxes[:, 3], np.log(heights)], axis=1)
        state, doubt = np.empty((len(ends), 3, 2)), np.empty((len(ends), 3, 2, 2))
        looks = []
        for piece, (begin, stop, end) in enumerate(zip(self.begins, self.stops, ends, strict=True)):
            near = np.abs(times[begin:stop] - times[end]) <= _SPAN_S
            part = begin + np.flatnonzero(near)
            looks.append(self.history.look(self.seen.take(part)))
            unit = np.array([heights[end], heights[end], 1.0])
            state[piece], doubt[piece] = self._line(
                times[part] - times[end], (places[part] - places[end]) / unit
            )
            state[piece] = unit[:, None] * state[piece]
            state[piece, :, 0] += places[end]
        return _Ends(
            row=self.seen.row[ends],
            time_s=times[ends],
            lasted_s=times[self.stops - 1] - times[self.begins] + self.history.frame_s,
            state=state,
            doubt=doubt,
            height=heights[ends],
            looks=np.stack(looks),
        )

    def _line(self, time_s: Times, places: Doubles) -> tuple[Doubles, Doubles]:
        """(3, 2) place and speed at time 0, and (3, 2, 2) their covariance, in heights."""
        line = np.stack([np.ones(len(time_s)), time_s], axis=1)
        known = np.tile(line.T @ line / self.jitter**2, (3, 1, 1))
        known[:, 1, 1] += _SPEED**-2
        doubt: Doubles = np.linalg.inv(known).astype(np.float64)
        pull = places.T @ line / self.jitter**2
        return (doubt @ pull[..., None])[..., 0], doubt


def _pairs(last: _Ends, first: _Ends, lost_s: float, cuts: Ints) -> tuple[Ints, Ints]:
    """Which pieces may be followed by which: soon enough, and not over a cut."""
    order = np.argsort(first.time_s, kind="stable")
    begin_s = first.time_s[order]
    low = np.searchsorted(begin_s, last.time_s, side="right")
    high = np.searchsorted(begin_s, last.time_s + lost_s, side="right")
    before = np.repeat(np.arange(len(low)), high - low)
    within = np.arange(len(before)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    after = order[low[before] + within]
    scene = [np.searchsorted(cuts, row, side="right") for row in (last.row, first.row)]
    same = scene[0][before] == scene[1][after]
    return before[same], after[same]


def _costs(
    last: _Ends, first: _Ends, before: Ints, after: Ints, config: AssociationConfig
) -> Doubles:
    """(L,) how much likelier it is that two pieces are of two people, as a logarithm."""
    dt = (first.time_s[after] - last.time_s[before])[:, None]
    height = np.sqrt(last.height[before] * first.height[after])
    unit = np.stack([height, height, np.ones(len(height))], axis=1)[..., None]
    then, now = last.state[before] / unit, first.state[after] / unit
    ahead = np.broadcast_to(np.eye(2), (len(dt), 1, 2, 2)).copy()
    ahead[..., 0, 1] = dt
    miss = now - (ahead @ then[..., None])[..., 0]
    agile = (config.agility * _AGILE) ** 2
    # White noise on the acceleration, as in `motion`.
    drift = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]).transpose(2, 3, 0, 1)
    spread = ahead @ last.doubt[before] @ ahead.swapaxes(-1, -2) + first.doubt[after]
    spread = spread + drift * agile[:, None, None]
    far = (miss * np.linalg.solve(spread, miss[..., None])[..., 0]).sum(-1)
    rare = np.log(np.linalg.det(spread)) - 2 * np.log(_ANYBODY.prod(-1))
    return np.asarray(
        (far + rare).sum(-1) / 2 + _look_costs(last.looks[before], first.looks[after])
    )


def _look_costs(looks: Floats, others: Floats) -> Doubles:
    """(L,) the same for colours; 0 where they are unknown."""
    apart = look_distances(looks, others)
    return np.nan_to_num((apart**2 - _OTHER_LOOKS**2) / (2 * _SAME_LOOKS**2))


def _likeliest(before: Ints, after: Ints, cost: Doubles, pieces: int) -> Ints:
    """(P,) which piece follows each, -1 for none: the assignment of least cost in all."""
    follows = np.full(pieces, -1)
    graph = coo_array((np.ones(len(before)), (before, pieces + after)), shape=(2 * pieces,) * 2)
    _, group = connected_components(graph, directed=False)
    order = np.argsort(group[before], kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(group[before][order])) + 1):
        some, rows = np.unique(before[part], return_inverse=True)
        others, columns = np.unique(after[part], return_inverse=True)
        table = np.zeros((len(some), len(others)))
        table[rows, columns] = cost[part]
        i, j = linear_sum_assignment(table)
        kept = table[i, j] < 0
        follows[some[i[kept]]] = others[j[kept]]
    return follows


def _numbers(follows: Ints, row: Ints) -> Ints:
    """(P,) one number for each chain of pieces, rising with the first row."""
    numbers, count = np.zeros(len(follows), np.int64), 0
    for piece in np.argsort(row, kind="stable"):
        if not numbers[piece]:
            count += 1
            numbers[piece] = count
        if follows[piece] >= 0:
            numbers[follows[piece]] = numbers[piece]
    return numbers
