"""Candidates become people when two estimates confirm them."""

from dataclasses import dataclass

import numpy as np
import pytest

from framework.plugins.detector._blazepose.landmarks import PoseLandmarks
from framework.plugins.detector._blazepose.new_people import NewPersonSearch, Search
from framework.skeletons import BLAZEPOSE33

IMAGE = np.zeros((480, 640, 3), np.uint8)


def square(x: float, side: float = 200.0) -> np.ndarray:
    return np.array([x, 240.0, side, 0.0])


def standing(at: np.ndarray, presence: float = 1.0) -> PoseLandmarks:
    """An upright stick figure that fills a square."""
    rows = {"shoulder": -0.2, "hip": 0.0, "knee": 0.2, "ankle": 0.38, "elbow": -0.1, "wrist": 0.0}
    points = np.zeros((33, 2))
    points[:, 1] = -0.3
    for joint, row in rows.items():
        for side, column in (("left", 0.06), ("right", -0.06)):
            points[BLAZEPOSE33.index(f"{side}_{joint}")] = column, row
    return PoseLandmarks(
        square=at,
        presence=presence,
        keypoints=at[:2] + at[2] * points,
        visibility=np.ones(33),
        world=np.zeros((33, 3)),
    )


@dataclass
class Estimates:
    """Proposes squares; estimates the pose there by a function of the square and the call."""

    proposals: list[np.ndarray]
    answer: object = staticmethod(lambda at, call: standing(at))
    calls: int = 0

    def squares(self, image, search):
        return np.array(self.proposals[:1] if search is Search.fast else self.proposals).reshape(
            -1, 4
        )

    def estimate(self, image, at):
        self.calls += 1
        return self.answer(at, self.calls)


def find(estimates, known=(), limit=9, how=Search.usual):
    search = NewPersonSearch(estimates, estimates, presence=0.9)
    people = search.find(IMAGE, list(known), limit, how)
    return [pose.square[0] for pose in people]


def test_people_are_returned_best_candidate_first_up_to_the_limit():
    proposals = [square(500), square(100), square(300)]
    assert find(Estimates(proposals)) == [500, 100, 300]
    assert find(Estimates(proposals), limit=2) == [500, 100]


def test_the_second_estimate_is_from_the_square_that_the_first_proposes():
    estimates = Estimates([square(300)], lambda at, call: standing(square(at[0] + 10)))
    assert find(estimates) == [320]
    assert estimates.calls == 2


@pytest.mark.parametrize(
    ("first", "second", "calls", "found"),
    [(0.2, 1.0, 1, False), (0.4, 0.8, 2, False), (0.4, 0.95, 2, True)],
)
def test_presence_must_be_fair_at_first_and_high_then(first, second, calls, found):
    estimates = Estimates(
        [square(300)], lambda at, call: standing(at, first if call == 1 else second)
    )
    assert bool(find(estimates)) is found
    assert estimates.calls == calls


def test_known_people_are_not_estimated_again():
    estimates = Estimates([square(305), square(100)])
    assert find(estimates, known=[standing(square(300))]) == [100]
    assert estimates.calls == 2


def test_two_candidates_that_lead_to_one_person_are_one():
    estimates = Estimates([square(280), square(330)], lambda at, call: standing(square(300)))
    assert find(estimates) == [300]


def test_a_part_of_a_person_who_is_found_later_is_left_out():
    upper_body = np.array([301.0, 220.0, 100.0, 0.0])
    assert find(Estimates([upper_body, square(300)])) == [300]
    assert find(Estimates([upper_body])) == [301]


def test_a_fast_search_asks_the_detector_for_one():
    estimates = Estimates([square(300), square(100)])
    assert find(estimates, how=Search.fast) == [300]


def test_nobody_is_found_where_nothing_is_proposed():
    assert find(Estimates([])) == []
