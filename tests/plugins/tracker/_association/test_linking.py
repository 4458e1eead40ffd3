"""Who came back after a gap, seen from both sides of it."""

import numpy as np
import pytest

from framework.plugins.tracker._association.config import AssociationConfig
from framework.plugins.tracker._association.history import DetectionHistory
from framework.plugins.tracker._association.linking import link_tracklets
from framework.skeletons import COCO17
from framework.types import Detections

FPS = 25
BLUE, RED = np.eye(2, dtype=np.float32)


def box(x, height=200.0, y=300.0):
    return np.array([x - height / 4, y - height, x + height / 4, y])


def history_of(*people, rows=75):
    """Frames of people: ``{row: (number, box)}`` or ``{row: (number, box, colours)}`` of each."""
    history = DetectionHistory()
    for row in range(rows):
        here = [person[row] for person in people if row in person]
        looks = [each[2] if len(each) > 2 else [np.nan, np.nan] for each in here]
        found = Detections(
            skeleton=COCO17,
            boxes=np.array([each[1] for each in here], np.float32).reshape(-1, 4),
            box_scores=np.ones(len(here), np.float32),
            keypoints=np.full((len(here), 17, 2), np.nan, np.float32),
            keypoint_scores=np.zeros((len(here), 17), np.float32),
            appearance=np.array(looks, np.float32).reshape(-1, 1, 2),
        )
        history.append(row, row / FPS, found, np.array([each[0] for each in here], np.int64))
    return history


def walk(rows, start, speed, *numbers, gap=(), height=200.0, looks=None):
    """Somebody at x = start + speed * row; with another number after each gap (rows unseen)."""
    person, count = {}, 0
    for row in rows:
        if row in gap:
            count = 1
            continue
        person[row] = (numbers[min(count, len(numbers) - 1)], box(start + speed * row, height))
        if looks is not None:
            person[row] += (looks,)
    return person


def numbers_of(history, person, config=None):
    """The numbers that a walk got, first row to last."""
    found = link_tracklets(history, config or AssociationConfig())
    boxes = history.boxes(found)
    mine = {
        row: number
        for row, number, where in zip(found.row, found.id, boxes, strict=True)
        if row in person and np.allclose(where, person[row][1], atol=1e-3)
    }
    return [mine[row] for row in person]


GAP = range(30, 45)


def test_two_who_were_exchanged_while_hidden_are_told_apart_by_where_they_go():
    right = walk(range(75), 40, 7, 1, 2, gap=GAP)
    left = walk(range(75), 560, -7, 2, 1, gap=GAP)
    history = history_of(right, left)
    assert len({*numbers_of(history, right)}) == len({*numbers_of(history, left)}) == 1
    assert numbers_of(history, right)[0] != numbers_of(history, left)[0]


def test_two_who_stood_side_by_side_are_told_apart_by_size():
    tall = walk(range(75), 250, 0, 1, 2, gap=GAP, height=210)
    small = walk(range(75), 255, 0, 2, 1, gap=GAP, height=180)
    history = history_of(tall, small)
    assert len({*numbers_of(history, tall)}) == 1


@pytest.mark.parametrize("colours", [(BLUE, RED), (RED, BLUE)])
def test_colours_decide_where_place_does_not(colours):
    before = walk(range(30), 250, 0, 1, looks=BLUE)
    one = walk(range(45, 75), 240, 0, 2, looks=colours[0])
    other = walk(range(45, 75), 260, 0, 3, looks=colours[1])
    history = history_of(before, one, other)
    same = one if colours[0] is BLUE else other
    assert {*numbers_of(history, same)} == {*numbers_of(history, before)}


def test_somebody_who_was_taken_for_a_new_person_gets_the_number_back():
    person = walk(range(75), 100, 4, 1, 5, gap=GAP)
    assert {*numbers_of(history_of(person), person)} == {1}


def test_what_the_associator_linked_stays_unless_somebody_fits_better():
    # A jump aside that no forecast explains.
    person = walk(range(30), 100, 0, 1) | walk(range(45, 75), 420, 0, 1)
    assert len({*numbers_of(history_of(person), person)}) == 1
    stranger = walk(range(30), 100, 0, 1) | walk(range(45, 75), 420, 0, 2)
    assert len({*numbers_of(history_of(stranger), stranger)}) == 2


def test_nobody_is_waited_for_longer_than_lost_s():
    person = walk(range(75), 100, 4, 1, 2, gap=GAP)
    config = AssociationConfig(lost_s=0.5)
    assert len({*numbers_of(history_of(person), person, config)}) == 2


def test_nobody_is_linked_over_a_cut():
    # Frame 40 shows another scene: all who were there are gone, and somebody stands there.
    before = walk(range(40), 100, 1, 1)
    hidden = walk(range(35), 300, 1, 2)
    after = walk(range(40, 75), 300, 1, 3)
    history = history_of(before, hidden, after)
    assert not {*numbers_of(history, after)} & {*numbers_of(history, hidden)}


def test_a_ghost_of_one_frame_catches_nobody():
    person = walk(range(75), 200, 0, 1, 3, gap=GAP)
    ghost = {35: (2, box(203))}
    history = history_of(person, ghost)
    assert numbers_of(history, person) == [1] * 60
    assert numbers_of(history, ghost) == [2]


def test_numbers_rise_with_appearance_and_leave_out_nobody():
    late = walk(range(20, 75), 400, 0, 3)
    early = walk(range(75), 100, 0, 7)
    history = history_of(late, early)
    assert {*numbers_of(history, early)} == {1}
    assert {*numbers_of(history, late)} == {2}


def test_a_clip_without_people_has_no_numbers():
    assert not len(link_tracklets(history_of({}), AssociationConfig()))
