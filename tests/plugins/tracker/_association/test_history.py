"""What is kept of a clip, and what is computed from it."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import StageError
from framework.plugins.tracker._association.history import (
    DetectionHistory,
    HistoryRows,
    scene_cuts,
)
from framework.skeletons import COCO17
from framework.types import Detections, State

SQUARE = np.stack([np.arange(17) % 4, np.arange(17) // 4], 1) * 10.0


@pytest.fixture
def history_of(make_detections):
    """Frames given as lists of ids; the person with id n stands at x = 100 n."""

    def build(frames, fps=8.0, index=None):  # a rate whose times are exact
        history = DetectionHistory()
        for row, ids in enumerate(frames):
            points = [SQUARE + np.array([100 * number, 0]) for number in ids]
            people = make_detections(points) if ids else Detections.empty(COCO17)
            number = row if index is None else index[row]
            history.append(number, row / fps, people, np.array(ids, np.int64))
        return history

    return build


def test_observations_are_all_people_in_the_order_of_the_frames(history_of):
    seen = history_of([[1, 2], [], [2]]).observations()
    assert seen.row.tolist() == [0, 0, 2]
    assert seen.person.tolist() == [0, 1, 0]
    assert seen.id.tolist() == [1, 2, 2]
    assert seen.area.tolist() == [30.0 * 40.0] * 3
    assert seen.complete.tolist() == [True] * 3


def test_a_selection_of_observations_keeps_their_order_and_arrays(history_of):
    seen = history_of([[1, 2], [2, 3]]).observations()
    second = seen.take(seen.id == 2)
    assert len(second) == 2
    assert (second.row.tolist(), second.person.tolist()) == ([0, 1], [1, 0])
    assert seen.take(np.array([3, 0])).id.tolist() == [3, 1]


def test_a_clip_without_frames_has_no_observations_and_plain_answers():
    history = DetectionHistory()
    seen = history.observations()
    assert (len(history), len(seen), history.people, history.best_box_score) == (0, 0, 0, 0.0)
    assert history.frame_s == 1.0
    assert history.boxes(seen).shape == (0, 4)


def test_counts_and_best_score_are_those_of_all_frames(history_of, make_detections):
    history = history_of([[1, 2], [], [2]])
    history.append(3, 0.75, make_detections([SQUARE], scores=[0.95]), np.array([1]))
    assert (len(history), history.people) == (4, 4)
    assert history.best_box_score == pytest.approx(0.95)
    assert history.time_s.tolist() == [0.0, 0.125, 0.25, 0.75]
    assert history.frame_s == 0.125


def test_a_clip_of_one_frame_has_no_median_of_times(history_of):
    assert history_of([[1]]).frame_s == 1.0


def test_times_must_rise(history_of):
    history = history_of([[1], [1], [1]])
    with pytest.raises(StageError, match=r"frame 7 at 0\.25 s does not come after 0\.25 s"):
        history.append(7, 0.25, Detections.empty(COCO17), np.zeros(0, np.int64))


def test_interpolated_frames_repeat_the_index_of_the_source_frame_before(history_of):
    history = history_of([[1]] * 5, index=[4, 4, 5, 5, 6])
    assert history.is_source.tolist() == [True, False, True, False, True]
    assert history_of([[1]] * 2, index=[0, 1]).is_source.tolist() == [True, True]


@pytest.mark.parametrize(
    ("least_s", "kept"),
    [(0.0, {1, 2}), (0.25, {1, 2}), (0.26, {1}), (0.375, {1}), (1.25, {1}), (5.0, {1})],
)
def test_people_are_seen_for_long_enough_from_the_least_number_of_frames(history_of, least_s, kept):
    # At 8 frames/s: person 1 in all ten frames, 2 in two frames, 3 in one.
    frames = [[1], [1, 2], [1], [1, 2], [1, 3], *[[1]] * 5]
    history = history_of(frames)
    seen = history.observations()
    enough = history.seen_for(seen, np.ones(len(seen), bool), least_s)
    assert {*seen.id[enough].tolist()} == kept
    assert {*seen.id[~enough].tolist()} == {1, 2, 3} - kept


def test_only_counted_observations_count(history_of):
    history = history_of([[1, 2]] * 10)
    seen = history.observations()
    counted = (seen.id == 1) | (seen.row < 3)
    assert {*seen.id[history.seen_for(seen, counted, 0.5)].tolist()} == {1}
    assert {*seen.id[history.seen_for(seen, counted, 0.375)].tolist()} == {1, 2}


def test_interpolated_frames_do_not_count(history_of):
    # Source frames are 0.25 s apart: person 2 is in one of them and in the two around it.
    history = history_of([[1], [1, 2], [1, 2], [1, 2], [1]], index=[0, 0, 1, 1, 2])
    seen = history.observations()
    enough = history.seen_for(seen, np.ones(len(seen), bool), 0.3)
    assert {*seen.id[enough].tolist()} == {1}


def test_in_a_clip_of_one_frame_its_people_are_seen_for_long_enough(history_of):
    history = history_of([[1]])
    assert history.seen_for(history.observations(), np.ones(1, bool), 3.0).tolist() == [True]
    empty = history_of([[]])
    assert history.seen_for(empty.observations(), np.zeros(0, bool), 3.0).tolist() == []


def test_boxes_are_those_of_the_observed_people(history_of):
    history = history_of([[1, 2], [2]])
    boxes = history.boxes(history.observations())
    assert boxes.dtype == np.float64
    assert boxes[:, 0].tolist() == [96, 196, 196]


def test_the_mean_appearance_leaves_out_unknown_parts(make_detections):
    history = DetectionHistory()
    histograms = np.array([[[1, 0], [np.nan, np.nan]], [[0, 1], [0.5, 0.5]]], np.float32)
    for row, histogram in enumerate(histograms):
        people = replace(make_detections([SQUARE]), appearance=histogram[None])
        history.append(row, row / 10, people, np.array([1]))
    history.append(2, 0.2, make_detections([SQUARE]), np.array([1]))  # not measured
    seen = history.observations()
    assert history.mean_appearance(seen).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    first = history.mean_appearance(seen.take(seen.row == 0))
    assert first[0].tolist() == [1, 0]
    assert np.isnan(first[1]).all()
    unknown = history.mean_appearance(seen.take(seen.row == 2))
    assert unknown.shape == (1, 1)
    assert np.isnan(unknown).all()
    assert unknown.dtype == first.dtype == np.float32


def test_a_track_has_the_observed_people_and_missing_rows(history_of):
    history = history_of([[1, 2], [], [2, 1]], index=[5, 6, 7])
    seen = history.observations()
    track = history.track(4, seen.take(seen.id == 1))
    assert track.id == 4
    assert track.frame_index.tolist() == [5, 6, 7]
    assert track.time_s.tolist() == [0.0, 0.125, 0.25]
    assert track.state.tolist() == [State.OBSERVED, State.MISSING, State.OBSERVED]
    assert track.boxes[[0, 2], 0].tolist() == [96, 96]
    assert np.isnan(track.boxes[1]).all()


def cuts_of(*frames):
    rows = [row for row, ids in enumerate(frames) for _ in ids]
    ids = [number for frame in frames for number in frame]
    count = len(rows)
    return scene_cuts(
        HistoryRows(
            row=np.array(rows, np.int64),
            person=np.zeros(count, np.int64),
            id=np.array(ids, np.int64),
            area=np.ones(count),
            complete=np.ones(count, bool),
        )
    ).tolist()


@pytest.mark.parametrize(
    ("frames", "cuts"),
    [
        (([1], [1], [2], [2]), [2]),
        (([1, 2], [3, 4]), [1]),
        (([1, 2], [2, 3], [3]), []),  # one of them goes on
        (([1, 2], [3], [2, 3]), []),  # one of them returns
        (([1], [], [2]), []),  # an empty frame tells nothing
        (([], [1], [2], [7], [7]), [2, 3]),
        (([9], [9], [4]), [2]),  # ids need not rise
        (([1],), []),
        ((), []),
    ],
)
def test_a_scene_is_cut_where_nobody_is_seen_before_and_after(frames, cuts):
    assert cuts_of(*frames) == cuts
