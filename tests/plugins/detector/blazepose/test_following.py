"""Which people are followed, lost and found anew, with scripted estimates and candidates."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from framework.plugins.detector._blazepose import rules
from framework.plugins.detector._blazepose.landmarks import PoseLandmarks
from framework.plugins.detector._blazepose.new_people import Search
from framework.plugins.detector.blazepose.config import BlazePoseConfig
from framework.plugins.detector.blazepose.following import BlazePoseFollower
from framework.skeletons import BLAZEPOSE33

IMAGE = np.zeros((480, 640, 3), np.uint8)


def square(x: float, y: float = 240.0, side: float = 200.0, angle: float = 0.0) -> np.ndarray:
    return np.array([x, y, side, angle])


def standing(at: np.ndarray, presence: float = 1.0) -> PoseLandmarks:
    """An upright stick person in a square."""
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
class Script:
    """People at given places; an estimate is of the nearest, or of nobody where all are far."""

    people: list[PoseLandmarks] = field(default_factory=list)
    proposals: list[np.ndarray] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    estimates: int = 0

    def estimate(self, image: np.ndarray, at: np.ndarray) -> PoseLandmarks:
        self.estimates += 1
        near = [p for p in self.people if np.hypot(*(p.square[:2] - at[:2])) < 60]
        return near[0] if near else standing(at, presence=0.0)

    def squares(self, image: np.ndarray, search: Search) -> np.ndarray:
        self.searches.append(search)
        return np.array(self.proposals).reshape(-1, 4)


def numbers(follower: BlazePoseFollower, time_s: float) -> list[int]:
    return [person.number for person in follower.update(IMAGE, time_s)]


def follow(script: Script, **settings: float) -> BlazePoseFollower:
    return BlazePoseFollower(script, script, BlazePoseConfig(**settings))


@pytest.mark.parametrize("fps", [5, 25.051, 30, 50])
def test_searches_keep_to_the_clock_whatever_the_frame_rate(fps):
    script = Script()
    follower = follow(script, redetect_s=0.3)
    times = np.arange(0, 6, 1 / fps)
    for time_s in times:
        follower.update(IMAGE, float(time_s))
    every = np.ceil(0.3 * fps - 1e-6)
    assert len(script.searches) == np.ceil(len(times) / every)
    assert Search.fast not in script.searches


def test_between_searches_a_person_takes_one_estimate():
    script = Script(people=[standing(square(300))], proposals=[square(305)])
    follower = follow(script)
    assert numbers(follower, 0.0) == [0]
    assert script.estimates == 2
    assert numbers(follower, 0.1) == [0]
    assert script.estimates == 3


def test_a_lost_person_causes_a_fast_search_and_gets_a_new_number():
    script = Script(people=[standing(square(300))], proposals=[square(300)])
    follower = follow(script)
    follower.update(IMAGE, 0.0)
    script.people = [standing(square(500))]
    script.proposals = [square(500)]
    assert numbers(follower, 0.1) == [1]
    assert script.searches == [Search.thorough, Search.fast]


@pytest.mark.parametrize(
    ("presence", "new_person", "followed"),
    [(0.95, True, True), (0.7, False, True), (0.4, False, False)],
)
def test_a_new_person_needs_more_presence_than_a_followed_one(presence, new_person, followed):
    script = Script(people=[standing(square(300), presence)], proposals=[square(300)])
    assert len(numbers(follow(script), 0.0)) == new_person
    script.people = [standing(square(300))]
    follower = follow(script)
    follower.update(IMAGE, 0.0)
    script.people = [standing(square(300), presence)]
    script.proposals = []
    assert len(numbers(follower, 0.1)) == followed


def test_of_two_numbers_on_one_person_the_older_is_kept():
    script = Script(
        people=[standing(square(200)), standing(square(400))],
        proposals=[square(200), square(400)],
    )
    follower = follow(script)
    assert numbers(follower, 0.0) == [0, 1]
    script.estimate = lambda image, at: standing(square(300))
    assert numbers(follower, 0.1) == [0]


def test_numbers_begin_again_with_a_new_clip():
    script = Script(people=[standing(square(300))], proposals=[square(300)])
    follower = follow(script)
    assert numbers(follower, 5.0) == [0]
    follower.forget()
    assert numbers(follower, 0.0) == [0]


def test_of_too_many_people_the_best_are_followed():
    places = [square(100), square(300), square(500)]
    script = Script(people=[standing(place) for place in places], proposals=places)
    follower = follow(script, max_people=2)
    found = follower.update(IMAGE, 0.0)
    assert [person.pose.square[0] for person in found] == [100, 300]


def test_a_new_person_needs_a_torso():
    person = standing(square(300))
    folded = replace(person, keypoints=person.square[:2] + 0.05 * (person.keypoints - 300))
    assert rules.has_torso(person)
    assert not rules.has_torso(folded)
    script = Script(people=[folded], proposals=[square(300)])
    assert numbers(follow(script), 0.0) == []
