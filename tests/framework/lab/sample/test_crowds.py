"""Scenes for trackers show what their names promise."""

import numpy as np
import pytest

from framework.lab.sample.crowd import project_people
from framework.lab.sample.crowds import PLAYS, ten_people


@pytest.fixture(scope="module")
def crowds():
    return {name: project_people(make().scene) for name, make in PLAYS.items()}


@pytest.mark.parametrize("name", PLAYS)
def test_the_target_is_visible_and_whole_at_first(crowds, name):
    play, crowd = PLAYS[name](), crowds[name]
    assert crowd.seen[play.hero, 0]
    inside = (crowd.boxes[play.hero, 0] >= 0) & (
        crowd.boxes[play.hero, 0] <= np.tile(crowd.size_wh, 2)
    )
    assert inside.all()


def test_two_people_exchange_their_sides_in_the_crossing(crowds):
    x = crowds["crossing"].boxes[..., 0]
    assert x[0, 0] < x[1, 0]
    assert x[0, -1] > x[1, -1]


def test_most_of_the_target_is_occluded_for_a_moment(crowds):
    covered = crowds["occlusion"].covered[0].sum(axis=-1)
    assert covered[0] == covered[-1] == 0
    assert covered.max() >= 9
    assert 3 < np.count_nonzero(covered) < 60


def test_the_target_leaves_the_image_and_comes_back(crowds):
    visible = crowds["exit_and_return"].seen[0]
    assert visible[0] and visible[-1] and not visible.all()


def test_the_camera_pans(crowds):
    play = PLAYS["camera_pan"]()
    turns = [play.scene.camera.pose(time_s)[0] for time_s in (0.0, 3.0)]
    assert np.degrees(np.arccos((np.trace(turns[0] @ turns[1].T) - 1) / 2)) > 20
    assert crowds["camera_pan"].seen[0].mean() > 0.8


def test_the_person_in_front_is_larger_and_passes_the_target(crowds):
    crowd = crowds["one_walks_in_front"]
    heights = crowd.boxes[..., 3] - crowd.boxes[..., 1]
    assert (heights[1] > 1.3 * heights[0]).all()
    assert not crowd.seen[0].all()


def test_ten_people_differ_with_the_seed_and_the_target_is_the_largest():
    one, other = ten_people(0), ten_people(1)
    assert len(one.scene.people) == 10
    assert one.scene.people != other.scene.people
    assert ten_people(1).scene == other.scene
    crowd = project_people(one.scene)
    heights = (crowd.boxes[..., 3] - crowd.boxes[..., 1]).mean(axis=1)
    assert heights.argmax() == one.hero


@pytest.mark.parametrize(
    ("name", "fault"),
    [("misses", "missed"), ("false_detections", "false"), ("swapped_sides", "swapped")],
)
def test_faults_are_those_of_the_name(name, fault):
    assert getattr(PLAYS[name]().flaws, fault) > 0
    assert getattr(PLAYS["crossing"]().flaws, fault) == 0
