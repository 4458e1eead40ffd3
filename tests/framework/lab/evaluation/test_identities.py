"""Identity scores: known answers, and trackers on scenes with exact truth."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from framework.lab.evaluation.identities import identity_scores, sequence_of
from framework.lab.sample.crowd import project_people, simulated_detections
from framework.lab.sample.crowds import PLAYS
from framework.skeletons import COCO17
from framework.types import State, Track

NEEDS_TRACKEVAL = pytest.mark.skipif(
    find_spec("trackeval") is None, reason='needs pip install "framework[scores]"'
)


def track(boxes, rows=slice(None), number=1):
    count = len(boxes)
    state = np.full(count, State.MISSING, np.uint8)
    state[rows] = State.OBSERVED
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=np.arange(count),
        time_s=np.arange(count) / 30,
        boxes=np.where(state[:, None] > 0, boxes, np.nan).astype(np.float32),
        keypoints=np.full((count, 17, 2), np.nan, np.float32),
        keypoint_scores=np.zeros((count, 17), np.float32),
        state=state,
        complete=np.zeros(count, bool),
    )


@pytest.fixture
def two():
    """(2, 10, 4): two people side by side who stand still."""
    boxes = np.array([[0, 0, 50, 100], [200, 0, 250, 100]], np.float32)
    return np.repeat(boxes[:, None], 10, 1), np.ones((2, 10), bool)


@NEEDS_TRACKEVAL
def test_the_truth_itself_is_perfect(two):
    boxes, seen = two
    found = identity_scores(boxes, seen, [track(boxes[0]), track(boxes[1], number=2)])
    assert (found.idf1, found.hota, found.mota, found.switches) == (1, 1, 1, 0)


@NEEDS_TRACKEVAL
def test_an_exchange_of_identities_halves_idf1_and_counts_two_switches(two):
    boxes, seen = two
    swapped = np.concatenate([boxes[:, :5], boxes[::-1, 5:]], 1)
    found = identity_scores(boxes, seen, [track(swapped[0]), track(swapped[1], number=2)])
    assert (found.idf1, found.switches) == (0.5, 2)
    assert found.mota == pytest.approx(0.9)


@NEEDS_TRACKEVAL
def test_misses_and_false_boxes_cost_and_hidden_people_count_neither_way(two):
    boxes, seen = two
    half = identity_scores(boxes, seen, [track(boxes[0]), track(boxes[1], slice(5), 2)])
    assert half.mota == pytest.approx(0.75)
    hidden = seen.copy()
    hidden[1, 5:] = False
    for rows in (slice(5), slice(None)):
        tracks = [track(boxes[0]), track(boxes[1], rows, 2)]
        assert identity_scores(boxes, hidden, tracks).mota == 1
    nowhere = track(boxes[0] + 500, number=3)
    assert identity_scores(boxes, hidden, [track(boxes[0]), nowhere]).mota < 0.5


@NEEDS_TRACKEVAL
def test_idf1_is_that_of_plain_counting(two):
    # 10 + 10 true boxes; tracks of 10 + 6 boxes, of which 7 + 6 are of the right person.
    boxes, seen = two
    mixed = np.concatenate([boxes[0, :7], boxes[0, 7:] + 500])
    tracks = [track(mixed), track(boxes[1], slice(6), 2)]
    assert identity_scores(boxes, seen, tracks).idf1 == pytest.approx(2 * 13 / (20 + 16))


@NEEDS_TRACKEVAL
def test_flaws_are_what_they_say():
    play = PLAYS["crossing"]()
    crowd = project_people(play.scene)
    frames, names = simulated_detections(crowd, replace(play.flaws, missed=0.5, false=1.0, seed=5))
    real = np.concatenate(names) >= 0
    assert real.sum() == pytest.approx(crowd.seen.sum() / 2, rel=0.1)
    assert (~real).sum() == pytest.approx(len(frames), rel=0.2)
    scores = np.concatenate([frame.box_scores for frame in frames])
    assert scores[real].mean() > scores[~real].mean() + 0.1


def test_the_sequence_counts_people_tracks_and_their_overlaps(two):
    boxes, visible = two
    half = boxes[0] + np.array([25, 0, 25, 0], np.float32)
    sequence = sequence_of(boxes, visible, [track(half, slice(0, 4), number=7)])
    assert (sequence["num_timesteps"], sequence["num_gt_ids"]) == (10, 2)
    assert (sequence["num_gt_dets"], sequence["num_tracker_dets"]) == (20, 4)
    assert sequence["num_tracker_ids"] == 1
    np.testing.assert_allclose(sequence["similarity_scores"][0], [[1 / 3], [0]])
    assert [len(ids) for ids in sequence["tracker_ids"]] == [1] * 4 + [0] * 6


def test_ids_are_without_gaps(two):
    boxes, visible = two
    visible[0] = False
    sequence = sequence_of(boxes, visible, [track(boxes[1] + 500), track(boxes[1], number=9)])
    assert sequence["num_gt_ids"] == 1
    assert {int(i) for ids in sequence["gt_ids"] for i in ids} == {0}
    assert {int(i) for ids in sequence["tracker_ids"] for i in ids} == {0, 1}


def test_a_track_on_a_person_who_is_not_visible_is_ignored(two):
    boxes, visible = two
    visible[0, 3:6] = False
    sequence = sequence_of(boxes, visible, [track(boxes[0]), track(boxes[1], number=2)])
    assert sequence["num_gt_dets"] == sequence["num_tracker_dets"] == 17


def test_a_track_that_matches_a_visible_person_too_is_kept(two):
    boxes, visible = two
    boxes[1] = boxes[0] + np.array([5, 0, 5, 0], np.float32)
    visible[1] = False
    sequence = sequence_of(boxes, visible, [track(boxes[1])])
    assert sequence["num_tracker_dets"] == 10


def test_without_people_and_tracks_the_sequence_is_empty():
    sequence = sequence_of(np.zeros((0, 3, 4)), np.zeros((0, 3), bool), [])
    assert (sequence["num_gt_ids"], sequence["num_tracker_ids"]) == (0, 0)
    assert [scores.shape for scores in sequence["similarity_scores"]] == [(0, 0)] * 3
