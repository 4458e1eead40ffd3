"""People are recognised after a gap by what comes before and after it."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from framework.plugins.tracker._association.config import AssociationConfig
from framework.plugins.tracker._association.history import DetectionHistory
from framework.plugins.tracker._association.linking import (
    _appearance_costs,
    _best_assignment,
    _costs,
    _Tracklets,
    link_tracklets,
)
from framework.skeletons import COCO17
from framework.types import Detections

FPS = 25
BLUE, RED = np.eye(2, dtype=np.float32)


def box(x, height=200.0, y=300.0):
    return np.array([x - height / 4, y - height, x + height / 4, y])


def history_of(*people, rows=75):
    """Frames of people: ``{row: (id, box)}`` or ``{row: (id, box, colours)}`` of each."""
    history = DetectionHistory()
    for row in range(rows):
        here = [person[row] for person in people if row in person]
        colours = [each[2] if len(each) > 2 else [np.nan, np.nan] for each in here]
        found = Detections(
            skeleton=COCO17,
            boxes=np.array([each[1] for each in here], np.float32).reshape(-1, 4),
            box_scores=np.ones(len(here), np.float32),
            keypoints=np.full((len(here), 17, 2), np.nan, np.float32),
            keypoint_scores=np.zeros((len(here), 17), np.float32),
            appearance=np.array(colours, np.float32).reshape(-1, 1, 2),
        )
        history.append(row, row / FPS, found, np.array([each[0] for each in here], np.int64))
    return history


def walk(rows, start, speed, *ids, gap=(), height=200.0, colours=None):
    """A person at x = start + speed * row; with another id after the gap (rows not seen)."""
    person, count = {}, 0
    for row in rows:
        if row in gap:
            count = 1
            continue
        person[row] = (ids[min(count, len(ids) - 1)], box(start + speed * row, height))
        if colours is not None:
            person[row] += (colours,)
    return person


def ids_of(history, person, config=None):
    """The ids that a walk got, first row to last."""
    found = link_tracklets(history, config or AssociationConfig())
    boxes = history.boxes(found)
    mine = {
        row: id_
        for row, id_, where in zip(found.row, found.id, boxes, strict=True)
        if row in person and np.allclose(where, person[row][1], atol=1e-3)
    }
    return [mine[row] for row in person]


GAP = range(30, 45)


def test_two_people_exchanged_while_hidden_are_recognised_by_their_motion():
    right = walk(range(75), 40, 7, 1, 2, gap=GAP)
    left = walk(range(75), 560, -7, 2, 1, gap=GAP)
    history = history_of(right, left)
    assert len({*ids_of(history, right)}) == len({*ids_of(history, left)}) == 1
    assert ids_of(history, right)[0] != ids_of(history, left)[0]


def test_two_people_side_by_side_are_recognised_by_their_size():
    tall = walk(range(75), 250, 0, 1, 2, gap=GAP, height=210)
    small = walk(range(75), 255, 0, 2, 1, gap=GAP, height=180)
    history = history_of(tall, small)
    assert len({*ids_of(history, tall)}) == 1


@pytest.mark.parametrize("colours", [(BLUE, RED), (RED, BLUE)])
def test_colours_decide_where_places_do_not(colours):
    before = walk(range(30), 250, 0, 1, colours=BLUE)
    one = walk(range(45, 75), 240, 0, 2, colours=colours[0])
    other = walk(range(45, 75), 260, 0, 3, colours=colours[1])
    history = history_of(before, one, other)
    same = one if colours[0] is BLUE else other
    assert {*ids_of(history, same)} == {*ids_of(history, before)}


def test_a_person_who_was_taken_for_a_new_one_gets_the_old_id_back():
    person = walk(range(75), 100, 4, 1, 5, gap=GAP)
    assert {*ids_of(history_of(person), person)} == {1}


def test_a_link_of_the_associator_stays_unless_another_one_is_likelier():
    # A jump to the side that no prediction explains.
    person = walk(range(30), 100, 0, 1) | walk(range(45, 75), 420, 0, 1)
    assert len({*ids_of(history_of(person), person)}) == 1
    other = walk(range(30), 100, 0, 1) | walk(range(45, 75), 420, 0, 2)
    assert len({*ids_of(history_of(other), other)}) == 2


def test_nothing_is_linked_over_a_gap_longer_than_lost_s():
    person = walk(range(75), 100, 4, 1, 2, gap=GAP)
    config = AssociationConfig(lost_s=0.5)
    assert len({*ids_of(history_of(person), person, config)}) == 2


def test_nothing_is_linked_over_a_scene_cut():
    # Frame 40 shows another scene: all people are gone, and another one stands in the same place.
    before = walk(range(40), 100, 1, 1)
    hidden = walk(range(35), 300, 1, 2)
    after = walk(range(40, 75), 300, 1, 3)
    history = history_of(before, hidden, after)
    assert not {*ids_of(history, after)} & {*ids_of(history, hidden)}


def test_a_false_positive_of_one_frame_is_linked_to_nobody():
    person = walk(range(75), 200, 0, 1, 3, gap=GAP)
    false = {35: (2, box(203))}
    history = history_of(person, false)
    assert ids_of(history, person) == [1] * 60
    assert ids_of(history, false) == [2]


def test_ids_rise_in_the_order_of_appearance():
    late = walk(range(20, 75), 400, 0, 3)
    early = walk(range(75), 100, 0, 7)
    history = history_of(late, early)
    assert {*ids_of(history, early)} == {1}
    assert {*ids_of(history, late)} == {2}


def test_a_clip_without_people_has_no_observations():
    assert not len(link_tracklets(history_of({}), AssociationConfig()))


def slow_line(times, places, noise, speed):
    """Place and speed at time 0 with their covariance: least squares with a prior on the speed."""
    information = np.diag([0.0, speed**-2])
    pull = np.zeros(2)
    for time, place in zip(times, places, strict=True):
        row = np.array([1.0, time])
        information += np.outer(row, row) / noise**2
        pull += row * place / noise**2
    return np.linalg.solve(information, pull), np.linalg.inv(information)


def test_the_cost_of_a_link_is_the_documented_ratio_of_likelihoods():
    rng = np.random.default_rng(0)
    person = {}
    for row in (*range(20), *range(30, 50)):
        number, where = (1 if row < 20 else 2), box(100 + 3 * row, 200 + row)
        person[row] = (number, where + rng.normal(0, 3, 4))
    history = history_of(person, rows=50)
    seen = history.observations()
    begins, stops = np.array([0, 20]), np.array([20, 40])
    tracklets = _Tracklets(history, seen, begins, stops, 0.03)
    last, first = tracklets.ends_at(stops - 1), tracklets.ends_at(begins)
    assert last.duration_s == pytest.approx([20 / FPS, 20 / FPS])
    (cost,) = _costs(last, first, np.array([0]), np.array([1]), AssociationConfig())

    boxes, times = history.boxes(seen), history.time_s[seen.row]
    heights = boxes[:, 3] - boxes[:, 1]
    places = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3], np.log(heights)])
    dt = times[20] - times[19]
    wanted = 0.0
    constants = zip((1.0, 0.3, 0.2), (0.5, 0.15, 0.075), (3.0, 0.15, 0.06), strict=True)
    for quantity, (speed, noise, others) in enumerate(constants):
        ends = []
        for end in (19, 20):
            part = np.flatnonzero((np.abs(times - times[end]) <= 0.5) & ((times < 1) == (end < 20)))
            unit = 1.0 if quantity == 2 else heights[end]
            moved = (places[quantity, part] - places[quantity, end]) / unit
            line, covariance = slow_line(times[part] - times[end], moved, 0.03, speed)
            ends.append((line * unit + [places[quantity, end], 0], covariance))
        (then, before), (now, after) = ends
        unit = 1.0 if quantity == 2 else np.sqrt(heights[19] * heights[20])
        step = np.array([[1, dt], [0, 1]])
        drift = (2.0 * noise) ** 2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        spread = step @ before @ step.T + after + drift
        density = multivariate_normal([0, 0], spread).logpdf((now - step @ then) / unit)
        wanted += -density - np.log(2 * np.pi) - np.log(others)
    assert cost == pytest.approx(wanted, rel=1e-6)


def test_colours_of_one_person_lower_the_cost_and_others_raise_it():
    unknown = np.full((1, 2), np.nan)
    first = np.stack([BLUE[None], BLUE[None], BLUE[None]])
    second = np.stack([BLUE[None], RED[None], unknown])
    same, other = -(0.35**2) / (2 * 0.25**2), (1 - 0.35**2) / (2 * 0.25**2)
    assert _appearance_costs(first, second) == pytest.approx([same, other, 0])


def test_each_group_of_candidates_gets_its_assignment_of_least_cost():
    # Tracklets 0 and 1 compete for 5 and 6; 2 may be followed by 7; 3 and 4 compete for 8.
    before = np.array([0, 0, 1, 2, 3, 4])
    after = np.array([5, 6, 5, 7, 8, 8])
    cost = np.array([-3.0, -2.0, -2.5, -1.0, -1.0, -4.0])
    follows = _best_assignment(before, after, cost, 9)
    assert follows.tolist() == [6, 5, 7, -1, 8, -1, -1, -1, -1]


def test_two_pieces_that_follow_each_other_without_a_gap_are_two_when_the_ids_differ():
    first, second = walk(range(40), 100, 0, 1), walk(range(40, 75), 600, 0, 2)
    stays = walk(range(75), 900, 0, 3)
    history = history_of(first, second, stays)
    assert {*ids_of(history, first)} != {*ids_of(history, second)}
