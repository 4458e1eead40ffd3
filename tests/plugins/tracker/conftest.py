"""Scenes with exact identities: stick figures that walk along given paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import COCO17
from framework.types import Detections, VideoInfo

# A standing figure, one unit high, hips at (0, 0): nose, eyes, ears, shoulders, elbows, ...
# fmt: off
STANDING = np.array([
    [0, -.42], [.01, -.44], [-.01, -.44], [.03, -.43], [-.03, -.43], [.1, -.3], [-.1, -.3],
    [.13, -.14], [-.13, -.14], [.14, 0], [-.14, 0], [.06, 0], [-.06, 0], [.06, .24], [-.06, .24],
    [.06, .46], [-.06, .46]])
# fmt: on
SWING = np.zeros((17, 2))
SWING[[7, 10, 14], 0], SWING[[8, 9, 13], 0] = 0.04, -0.04
SWING[[9, 16], 0], SWING[[10, 15], 0] = (-0.1, 0.12), (0.1, -0.12)


@dataclass
class Person:
    """Walks from place to place: rows of (time s, x px, y px, height px), lines in between."""

    path: list[tuple[float, float, float, float]]
    unseen: list[tuple[float, float]] = field(default_factory=list)
    incomplete: list[tuple[float, float]] = field(default_factory=list)
    score: float = 0.9

    def at(self, time_s):
        """(17, 2) keypoints, or None while not visible."""
        times, *columns = np.array(self.path, float).T
        if not times[0] <= time_s <= times[-1] or _within(time_s, self.unseen):
            return None
        x, y, height = (np.interp(time_s, times, column) for column in columns)
        pose = STANDING + SWING * np.sin(2 * np.pi * time_s)
        return (pose * height + (x, y)).astype(np.float32)

    def is_complete(self, time_s):
        return not _within(time_s, self.incomplete)


def _within(time_s, intervals):
    return any(begin <= time_s < end for begin, end in intervals)


class Scene:
    """People on a stage, seen at some times; knows the identity of each detection."""

    def __init__(self, people, times, noise_px=0.0):
        self.times = np.asarray(times, float)
        rng = np.random.default_rng(0)
        self.frames, self.who = [], []
        for time_s in self.times:
            seen = [i for i, person in enumerate(people) if person.at(time_s) is not None]
            seen = [seen[i] for i in rng.permutation(len(seen))]
            points = np.array([people[i].at(time_s) for i in seen]).reshape(-1, 17, 2)
            points = points + rng.normal(0, noise_px, points.shape)
            complete = [people[i].is_complete(time_s) for i in seen]
            self.frames.append(detections(points, [people[i].score for i in seen], complete))
            self.who.append(seen)

    def followed(self, tracker):
        """The tracks, and for each the person of each row (None where it is not observed)."""
        for row, (time_s, frame) in enumerate(zip(self.times, self.frames, strict=True)):
            tracker.update(row, float(time_s), frame)
        tracks = tracker.finish()
        return tracks, [self._people_of(track) for track in tracks]

    def _people_of(self, track):
        people = []
        for row, frame in enumerate(self.frames):
            same = [
                person
                for person, points in zip(self.who[row], frame.keypoints, strict=True)
                if track.state[row] == 1 and np.array_equal(points, track.keypoints[row])
            ]
            people.append(same[0] if same else None)
        return people


def detections(points, scores=None, complete=None, hint_ids=None):
    """`Detections` of (N, 17, 2) points with boxes around them."""
    points = np.asarray(points, np.float32).reshape(-1, 17, 2)
    count = len(points)
    low, high = points.min(1) - 4, points.max(1) + 4
    return Detections(
        skeleton=COCO17,
        boxes=np.concatenate([low, high], 1),
        box_scores=np.asarray([0.9] * count if scores is None else scores, np.float32),
        keypoints=points,
        keypoint_scores=np.full((count, 17), 0.8, np.float32),
        keypoints_3d=np.concatenate([points, points[..., :1]], -1) / 1000,
        complete=np.asarray([True] * count if complete is None else complete, bool),
        hint_ids=hint_ids,
    )


@pytest.fixture
def video():
    return VideoInfo(path=Path("none.mp4"), size_wh=(1280, 720), fps=Fraction(30))


@pytest.fixture
def person():
    return Person


@pytest.fixture
def scene():
    return Scene


@pytest.fixture
def make_detections():
    return detections
