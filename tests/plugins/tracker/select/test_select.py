"""The person whom the user selects is followed."""

import numpy as np
import pytest

from framework.config import compose_config
from framework.plugins.tracker.select.config import Order, SelectConfig
from framework.plugins.tracker.select.select import Select
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Detections

FOUR_SECONDS = np.arange(120) / 30


def followed(play, **settings):
    """The people who were followed, and the notes."""
    tracker = Select(SelectConfig(**settings), Runtime())
    _, who = play.followed(tracker)
    assert len(who) <= 1
    return {person for row in who for person in row if person is not None}, tracker.notes


@pytest.fixture
def crossing(person, scene):
    """0 walks to the right, 1 to the left, 2 (the largest) stands at the right for a while."""
    right = person([(0, 100, 300, 300), (4, 900, 300, 300)])
    left = person([(0, 900, 330, 280), (4, 100, 330, 280)])
    stands = person([(1.5, 1200, 300, 400), (4, 1200, 300, 400)])
    return scene([left, right, stands], FOUR_SECONDS, noise_px=2)


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({}, 1),
        ({"index": 0}, 1),
        ({"index": 1}, 0),
        ({"index": 2}, 2),
        ({"index": 0, "order": Order.size}, 1),
        ({"index": 2, "order": Order.size}, 0),
        ({"at": [110, 300, 0.0]}, 1),
        ({"at": [110, 300, 4.0]}, 0),
        ({"at": [1200, 250, 2.0]}, 2),
        ({"box": [850, 180, 960, 480, 0.0]}, 0),
        ({"box": [1140, 100, 1260, 500, 1.2]}, 2),
    ],
)
def test_a_person_is_followed_from_first_to_last_frame(crossing, settings, who):
    assert followed(crossing, **settings)[0] == {who}


@pytest.mark.parametrize(
    ("settings", "wish"),
    [
        ({"index": 3}, "tracker.index=3"),
        ({"at": [500, 20, 1.0]}, "tracker.at=[500,20,1]"),
        ({"at": [1200, 300, 0.2]}, "tracker.at=[1200,300,0.2]"),
        ({"box": [0, 0, 1300, 900, 2]}, "tracker.box=[0,0,1300,900,2]"),
    ],
)
def test_a_selection_without_a_person_is_noted(crossing, settings, wish):
    who, notes = followed(crossing, **settings)
    assert who == set()
    assert notes == [f"{wish}: nobody is there, so no person is followed"]


def test_an_absence_at_an_end_is_noted(person, scene):
    leaves = person([(0, 300, 300, 300), (2, 300, 300, 300)])
    assert followed(scene([leaves], FOUR_SECONDS))[1] == [
        "the person is in view from 0.0 s to 2.0 s of 4.0 s"
    ]


def test_a_point_can_be_given_on_the_command_line():
    config = compose_config(["tracker=select", "tracker.at=[400,300,2.5]"])
    assert list(config.tracker.at) == [400.0, 300.0, 2.5]


def test_of_two_boxes_around_a_point_the_one_with_the_nearer_centre_is_chosen(person, scene):
    front = person([(0, 300, 300, 300), (4, 300, 300, 300)])
    behind = person([(0, 350, 300, 260), (4, 350, 300, 260)])
    play = scene([front, behind], FOUR_SECONDS)
    assert followed(play, at=[310, 300, 2.0])[0] == {0}
    assert followed(play, at=[345, 300, 2.0])[0] == {1}


def test_the_nearest_frame_in_time_decides(person, scene):
    # Two people cross the selected point one after the other.
    first = person([(0, 300, 300, 300), (1, 300, 300, 300), (1.5, 900, 300, 300)])
    second = person([(1.7, 900, 300, 300), (2.2, 300, 300, 300), (4, 300, 300, 300)])
    play = scene([first, second], FOUR_SECONDS)
    assert followed(play, at=[300, 300, 1.4])[0] == {0}
    assert followed(play, at=[300, 300, 1.9])[0] == {1}


def test_people_seen_for_a_moment_cannot_be_chosen(person, scene):
    stays = person([(0, 600, 300, 300), (4, 600, 300, 300)])
    brief = person([(1, 100, 300, 300), (1.2, 100, 300, 300)])
    play = scene([stays, brief], FOUR_SECONDS)
    assert followed(play, at=[100, 300, 1.1])[0] == set()
    assert followed(play, at=[100, 300, 1.1], confirm_s=0.1)[0] == {1}


def test_a_clip_without_people_has_no_track_and_no_note():
    tracker = Select(SelectConfig(at=[1, 2, 3]), Runtime())
    tracker.update(0, 0.0, Detections.empty(COCO17))
    assert tracker.finish() == []
    assert tracker.notes == []
