"""Finds the cuts of a film while it is read: where they are, tracks and motion end.

Two frames are compared by their structure: 1 minus the correlation of thumbnails. Within a shot the
difference changes slowly, also where camera or people move fast; at a cut one difference stands out
from those before and after it. At a flash two do, so that it is none. A punch-in is a cut: the same
scene, but nothing is where it was. Dissolves and fades are not found.

The limits were set on the differences within thirteen clips, read at their own rate down to a sixth
of it, and between pairs of them (docs/tracking.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.types import Bytes, Floats, FrameBatch, Ints, Pose3D, State, Track

_THUMBNAIL_WH = (32, 18)
_SAMPLES = 144
"""Rows and columns of a frame, about, that make its thumbnail."""
_FAINT = 8.0
"""Standard deviation of grey values below which structure counts less: it may be noise."""
_LIMITS = ((0.2, 5.0), (0.45, 2.5))
"""Difference, and how many times those before and after it, that make a cut."""
_MARGIN = 0.01
"""Added to those before and after: in a still scene they are nearly 0."""
_CHANGED = 0.35
"""Share of the picture that a cut changes at least: a person who appears changes less."""
_NOTABLE = 0.3
"""Standard deviations of a frame's grey values that are a change of a place in it."""
_LONG_GAP = 3.0
"""Times the step before: after a longer one, only the larger difference counts."""
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class _Step:
    """From one frame to the next."""

    index: int
    difference: float
    changed: float
    seconds: float


class CutFinder:
    """Takes the source frames of a film one after the other.

    Attributes:
        cuts: source numbers of frames with which a new shot begins.
        decided: source number of the last frame of which that is known; -1: of none.
    """

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self.decided = -1
        self._thumbnail: NDArray[np.float32] | None = None
        self._time_s = 0.0
        self._before = self._open = _Step(-1, 0.0, 0.0, np.inf)

    def add(self, frames: FrameBatch) -> None:
        """Compare the next frames with those before them."""
        rows = zip(frames.index.tolist(), frames.time_s.tolist(), frames.images, strict=True)
        for index, time_s, image in rows:
            thumbnail, last = _thumbnail(image), self._thumbnail
            if last is None:
                self.decided = index  # no shot comes before it
            else:
                change = _difference(last, thumbnail), _changed(last, thumbnail)
                self._next(_Step(index, *change, time_s - self._time_s))
            self._thumbnail, self._time_s = thumbnail, time_s

    def finish(self) -> None:
        """Decide about the last frame."""
        self._next(_Step(_LAST, 0.0, 0.0, 0.0))
        self.decided = _LAST

    def _next(self, step: _Step) -> None:
        """Decide about the step before this one."""
        around = max(self._before.difference, step.difference) + _MARGIN
        limits = _LIMITS[1:] if self._open.seconds > _LONG_GAP * self._before.seconds else _LIMITS
        if self._open.changed >= _CHANGED and any(
            self._open.difference >= least and self._open.difference >= times * around
            for least, times in limits
        ):
            self.cuts.append(self._open.index)
        self.decided = max(self.decided, self._open.index)
        self._before, self._open = self._open, step


def shots_of(reader: Iterable[FrameBatch], finder: CutFinder) -> Iterator[tuple[FrameBatch, bool]]:
    """The frames of a film in batches that lie within one shot.

    Args:
        reader: of source frames.
        finder: a new one.

    Yields:
        Frames, and whether they are the first of a shot that follows another one. The last frame of
        a batch waits for the next batch, as a cut is known only a frame later.
    """
    held: FrameBatch | None = None
    for frames in reader:
        finder.add(frames)
        frames = frames if held is None else _together(held, frames)  # noqa: PLW2901
        ready = int(np.searchsorted(frames.index, finder.decided, side="right"))
        yield from _split(frames, slice(0, ready), finder.cuts)
        held = _part(frames, slice(ready, None), copy=True)
    finder.finish()
    if held is not None:
        yield from _split(held, slice(None), finder.cuts)


def _split(
    frames: FrameBatch, rows: slice, cuts: Sequence[int]
) -> Iterator[tuple[FrameBatch, bool]]:
    frames = _part(frames, rows)
    places = [row for row, index in enumerate(frames.index.tolist()) if index in cuts]
    edges = [*([] if places[:1] == [0] else [0]), *places, len(frames)]
    for begin, end in pairwise(edges):
        if end > begin:
            yield _part(frames, slice(begin, end)), begin in places


def _part(frames: FrameBatch, rows: slice, *, copy: bool = False) -> FrameBatch:
    """Some frames; a copy does not keep the others in memory."""
    return FrameBatch(
        images=frames.images[rows].copy() if copy else frames.images[rows],
        index=frames.index[rows],
        time_s=frames.time_s[rows],
        is_source=frames.is_source[rows],
    )


def _together(first: FrameBatch, second: FrameBatch) -> FrameBatch:
    names = ("images", "index", "time_s", "is_source")
    pairs = {name: (getattr(first, name), getattr(second, name)) for name in names}
    return FrameBatch(**{name: np.concatenate(pair) for name, pair in pairs.items()})


def _thumbnail(image: Bytes) -> NDArray[np.float32]:
    """(N,) grey values."""
    height, width = image.shape[:2]
    rows, columns = max(1, height // _SAMPLES), max(1, width // _SAMPLES)
    grey = image[::rows, ::columns].mean(axis=-1, dtype=np.float32)
    small = cv2.resize(grey, _THUMBNAIL_WH, interpolation=cv2.INTER_AREA)
    return np.asarray(small.ravel(), np.float32)


def _difference(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """0 for the same structure, 1 for another one, up to 2: 1 minus the correlation."""
    return float(((_normal(first) - _normal(second)) ** 2).sum()) / 2


def _normal(thumbnail: NDArray[np.float32]) -> NDArray[np.float32]:
    """With mean 0 and length 1; shorter where the frame shows hardly anything."""
    centred = thumbnail - thumbnail.mean()
    length = max(float(np.linalg.norm(centred)), _FAINT * np.sqrt(centred.size))
    return np.asarray(centred / length, np.float32)


def _changed(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Share of the picture that changed by more than all of it became lighter or darker."""
    change = second - first
    change -= np.median(change)
    return float((np.abs(change) > _NOTABLE * max(float(first.std()), _FAINT)).mean())


def without_fills_over(track: Track, cuts: Ints) -> Track:
    """The track without rows that were filled from both sides of a cut.

    Args:
        track: of a tracker that may not know of cuts.
        cuts: rows with which a shot begins.
    """
    filled = track.state == State.FILLED
    over = np.zeros(len(track), bool)
    for row in cuts.tolist():
        before, after = row - 1, row
        if filled[before] and filled[after]:
            while before >= 0 and filled[before]:
                before -= 1
            while after < len(track) and filled[after]:
                after += 1
            over[before + 1 : after] = True
    if not over.any():
        return track
    blank = np.where(over[:, None], np.float32(np.nan), np.float32(0))
    return replace(
        track,
        boxes=track.boxes + blank,
        keypoints=track.keypoints + blank[..., None],
        keypoint_scores=np.where(over[:, None], np.float32(0), track.keypoint_scores),
        state=np.where(over, np.uint8(State.MISSING), track.state),
        complete=track.complete & ~over,
        keypoints_3d=None if track.keypoints_3d is None else track.keypoints_3d + blank[..., None],
    )


def by_shot(
    tracks: Sequence[Track],
    cuts: Ints,
    work: Callable[[list[Track], list[int], slice], list[Pose3D]],
) -> list[Pose3D]:
    """Make the poses of each shot for itself, and join them.

    Args:
        tracks: T rows each.
        cuts: rows with which a shot begins, but for the first.
        work: takes the tracks that have keypoints in a shot, cut to its rows, their numbers and the
            rows; returns a pose for each.
    """
    edges = [0, *cuts.tolist(), len(tracks[0]) if tracks else 0]
    parts: list[list[Pose3D | None]] = [[] for _ in tracks]
    for begin, end in pairwise(edges):
        rows = slice(begin, end)
        numbers = [n for n, track in enumerate(tracks) if track.present[rows].any()]
        found = work([_cut_to(tracks[n], rows) for n in numbers], numbers, rows)
        poses = dict(zip(numbers, found, strict=True))
        for number, each in enumerate(parts):
            each.append(poses.get(number))
    lengths = np.diff(edges).tolist()
    return [_joined(each, lengths) for each in parts]


def _cut_to(track: Track, rows: slice) -> Track:
    return track.take(np.arange(rows.start, rows.stop))


def _joined(parts: Sequence[Pose3D | None], lengths: Sequence[int]) -> Pose3D:
    """One pose of the parts of a track; a shot without the person is not valid."""
    known = next(part for part in parts if part is not None)
    joints = len(known.skeleton.joints)

    def along(name: str, *shape: int) -> Floats | None:
        values = [None if part is None else getattr(part, name) for part in parts]
        if all(value is None for value in values):
            return None
        filled = [
            np.full((length, *shape), np.nan, np.float32) if value is None else value
            for value, length in zip(values, lengths, strict=True)
        ]
        return np.concatenate(filled)

    valid = [
        np.zeros(length, bool) if part is None else part.valid
        for part, length in zip(parts, lengths, strict=True)
    ]
    places = along("joints", joints, 3)
    assert places is not None  # noqa: S101  (every pose has joints)
    return replace(
        known,
        joints=places,
        valid=np.concatenate(valid),
        root=along("root", 3),
        joint_sigmas=along("joint_sigmas", joints),
    )
