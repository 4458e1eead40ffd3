"""Which people are searched for, followed and dropped, with a scripted model and detector."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from framework.plugins.detector._topdown.config import TopDownConfig
from framework.plugins.detector._topdown.following import TopDownFollower
from framework.skeletons import COCO17
from framework.types import FrameBatch

STEP_S = 0.1
SHAPE = np.random.default_rng(0).uniform(-1, 1, (17, 2)) * [20, 50]


@dataclass
class World:
    """People who stand at given places, and how sure the model is of each."""

    people: dict[str, tuple[float, float]] = field(default_factory=dict)
    sure: dict[str, float] = field(default_factory=dict)
    proposals: list[tuple[float, float]] = field(default_factory=list)
    blind: bool = False
    searches: int = 0
    estimates: list[int] = field(default_factory=list)
    skeleton = COCO17
    device = "cpu"

    def boxes(self, frames):
        self.searches += len(frames)
        places = [] if self.blind else [*self.people.values(), *self.proposals]
        found = [[x - 20, y - 50, x + 20, y + 50, 0.9 - 0.1 * i] for i, (x, y) in enumerate(places)]
        return [np.array(found, float).reshape(-1, 5)] * len(frames)

    def poses(self, images, boxes):
        return [self._look(around) for around in boxes]

    def _look(self, boxes):
        self.estimates.append(len(boxes))
        keypoints, scores = np.full((len(boxes), 17, 2), np.nan), np.zeros((len(boxes), 17))
        for row, box in enumerate(boxes):
            middle = (box[:2] + box[2:]) / 2
            near = {name: np.hypot(*(middle - place)) for name, place in self.people.items()}
            name = min(near, key=near.get, default=None)
            if name and near[name] < 40:
                keypoints[row] = SHAPE + self.people[name]
                scores[row] = self.sure.get(name, 0.9)
        return keypoints, scores


def frame(step: int) -> FrameBatch:
    return FrameBatch(
        images=np.zeros((1, 480, 640, 3), np.uint8),
        index=np.array([step]),
        time_s=np.array([step * STEP_S]),
        is_source=np.ones(1, bool),
    )


def follower(world: World, **settings) -> TopDownFollower:
    return TopDownFollower(world, world, TopDownConfig(**settings))


def numbers(some: TopDownFollower, step: int) -> list[int]:
    return some.follow(frame(step)).numbers.tolist()


def test_people_are_searched_at_intervals_and_followed_in_between():
    world = World({"a": (100, 200), "b": (300, 200)})
    some = follower(world, redetect_s=0.3)
    for step in range(7):
        world.people = {"a": (100 + 8 * step, 200), "b": (300 - 6 * step, 200)}
        people = some.follow(frame(step))
        assert people.numbers.tolist() == [0, 1]
        np.testing.assert_allclose(people.keypoints[0], SHAPE + world.people["a"])
    assert world.searches == 3, "at 0, 0.3 and 0.6 seconds"
    assert world.estimates == [2] * 7


def test_a_new_person_waits_for_the_next_search_and_gets_a_new_number():
    world = World({"a": (100, 200)})
    some = follower(world, redetect_s=0.3)
    assert numbers(some, 0) == [0]
    world.people["b"] = (300, 200)
    assert [numbers(some, step) for step in (1, 2, 3)] == [[0], [0], [0, 1]]


def test_a_lost_person_is_searched_for_in_the_next_frame():
    world = World({"a": (100, 200)})
    some = follower(world, redetect_s=10.0)
    assert numbers(some, 0) == [0]
    world.people["a"] = (400, 200)
    assert numbers(some, 1) == []
    assert numbers(some, 2) == [1], "found again, but nobody knows that it is the same"
    assert world.searches == 2


def test_a_repeated_false_positive_does_not_cause_searches():
    world = World({"a": (100, 200)}, proposals=[(500, 300)])
    some = follower(world, redetect_s=0.3)
    assert [numbers(some, step) for step in range(4)] == [[0]] * 4
    assert world.searches == 2


def test_followed_people_are_kept_where_the_person_detector_misses_them():
    world = World({"a": (100, 200)})
    some = follower(world, redetect_s=0.2)
    assert numbers(some, 0) == [0]
    world.blind = True
    assert [numbers(some, step) for step in range(1, 6)] == [[0]] * 5


def test_of_two_numbers_on_one_person_the_older_is_kept():
    world = World({"a": (100, 200), "b": (170, 200)})
    some = follower(world, redetect_s=10.0)
    assert numbers(some, 0) == [0, 1]
    del world.people["a"]
    world.people["b"] = (135, 200)
    assert numbers(some, 1) == [0]


@pytest.mark.parametrize("settings", [{}, {"redetect_s": 0.0}])
def test_people_with_low_keypoint_scores_are_dropped(settings):
    world = World({"a": (100, 200), "b": (300, 200)}, sure={"b": 0.2})
    some = follower(world, **settings)
    people = some.detect_each(frame(0))[0] if settings else some.follow(frame(0))
    np.testing.assert_allclose(people.keypoints, [SHAPE + np.array([100, 200])])


def test_at_most_max_people_are_followed_and_the_best_come_first():
    world = World({name: (80 * (row + 1), 200) for row, name in enumerate("abcdef")})
    some = follower(world, max_people=2)
    assert [numbers(some, step) for step in range(3)] == [[0, 1]] * 3
    (people,) = follower(world, max_people=2).detect_each(frame(0))
    assert people.boxes[:, 4].tolist() == [0.9, 0.8]


def test_boxes_are_clipped_to_the_frame_and_people_who_leave_it_are_dropped():
    world = World({"a": (20, 470)})
    some = follower(world)
    people = some.follow(frame(0))
    assert (people.boxes[:, :4] >= 0).all()
    assert (people.boxes[:, :4] <= [640, 480, 640, 480]).all()
    world.people["a"] = (20, 505)
    world.blind = True
    some.follow(frame(1))
    world.people["a"] = (20, 540)
    assert numbers(some, 2) == []


def test_a_new_clip_begins_with_nobody():
    world = World({"a": (100, 200)})
    some = follower(world)
    assert numbers(some, 5) == [0]
    some.forget()
    world.people["a"] = (400, 200)
    assert numbers(some, 0) == [0]


def test_without_people_the_pose_model_gets_no_boxes():
    world = World()
    some = follower(world)
    assert numbers(some, 0) == []
    assert sum(world.estimates) == 0
