"""Which people get a track, in which order, and what the notes say."""

import numpy as np
import pytest

from framework.plugins.tracker._association.config import MultiPersonConfig
from framework.plugins.tracker._association.history import DetectionHistory
from framework.plugins.tracker._association.selection import ids_of_largest, tracks_of_all
from framework.skeletons import COCO17
from framework.types import Detections, State

SQUARE = np.stack([np.arange(17) % 4, np.arange(17) // 4], 1) * 10.0


@pytest.fixture
def history_of(make_detections):
    """Frames at 8 per second given as ``{id: scale}``; larger scales cover more."""

    def build(*frames):
        history = DetectionHistory()
        for row, people in enumerate(frames):
            points = [
                SQUARE * scale + np.array([200 * number, 0]) for number, scale in people.items()
            ]
            found = make_detections(points) if people else Detections.empty(COCO17)
            history.append(row, row / 8, found, np.array(list(people), np.int64))
        return history

    return build


def selected(history, **options):
    return tracks_of_all(history, history.observations(), MultiPersonConfig(**options))


def place(track):
    """Id of the person, from the box."""
    return round(float(np.nanmin(track.boxes[:, 0])) / 200)


def test_tracks_are_numbered_from_1_in_the_order_of_ids(history_of):
    tracks, notes = selected(history_of(*[{7: 1, 3: 2}] * 5))
    assert [(track.id, place(track)) for track in tracks] == [(1, 3), (2, 7)]
    assert notes == []


def test_people_seen_for_less_than_min_duration_s_are_left_out_and_counted(history_of):
    frames = [{1: 1}] * 5 + [{1: 1, 2: 1, 3: 1}] * 3 + [{1: 1}] * 2
    tracks, notes = selected(history_of(*frames), min_duration_s=0.5)
    assert [place(track) for track in tracks] == [1]
    assert notes == ["left out for less than 0.5 s in view: 2 people"]
    assert len(selected(history_of(*frames), min_duration_s=0.375)[0]) == 3


def test_beyond_max_people_those_with_the_smallest_area_are_left_out(history_of):
    history = history_of(*[{1: 1, 2: 3, 3: 2}] * 5)
    tracks, notes = selected(history, max_people=2)
    assert [place(track) for track in tracks] == [2, 3]
    assert notes == ["left out beyond tracker.max_people=2: 1 person"]


def test_both_reasons_are_noted(history_of):
    frames = [{1: 1, 2: 2, 3: 3, 9: 9}] + [{1: 1, 2: 2, 3: 3}] * 4
    _, notes = selected(history_of(*frames), max_people=1)
    assert notes == [
        "left out for less than 0.5 s in view: 1 person",
        "left out beyond tracker.max_people=1: 2 people",
    ]


def test_short_gaps_are_filled(history_of):
    history = history_of({1: 1}, {1: 1}, {}, {1: 1}, {1: 1})
    (track,), _ = selected(history)
    assert track.state[2] == State.FILLED
    (track,), _ = selected(history, max_gap_s=0.2)
    assert track.state[2] == State.MISSING


def test_areas_are_summed_over_the_clip_and_equal_ones_go_by_id(history_of):
    seen = history_of({1: 2, 5: 1, 4: 1}, {5: 1, 4: 1}, {5: 1, 4: 1}).observations()
    assert ids_of_largest(seen, 3).tolist() == [1, 4, 5]  # 4 > 3 = 3
    assert ids_of_largest(seen, 2).tolist() == [1, 4]


def test_nobody_is_no_track_and_no_note(history_of):
    assert selected(history_of({}, {})) == ([], [])
