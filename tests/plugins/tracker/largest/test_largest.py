"""The one track follows size, not a person."""

import numpy as np
import pytest

from framework.options import OptionError
from framework.plugins.tracker.largest.config import LargestConfig
from framework.plugins.tracker.largest.largest import Largest
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Detections, State

FOUR_SECONDS = np.arange(120) / 30


def tracker(**settings):
    return Largest(LargestConfig(**settings), Runtime())


def test_it_jumps_to_a_person_who_becomes_larger(person, scene):
    first = person([(0, 500, 300, 200), (4, 500, 300, 200)])
    larger = person([(1, 0, 350, 500), (3, 1000, 350, 500)])
    (track,), (who,) = scene([first, larger], FOUR_SECONDS).followed(tracker())
    assert who == [0] * 30 + [1] * 61 + [0] * 29
    assert (track.state == State.OBSERVED).all()


def test_short_gaps_are_filled_and_long_ones_are_not(person, scene):
    alone = person([(0, 100, 300, 300), (4, 500, 300, 300)], unseen=[(1, 1.2), (2, 3)])
    (track,), _ = scene([alone], FOUR_SECONDS).followed(tracker())
    assert (track.state[30:36] == State.FILLED).all()
    assert (track.state[60:90] == State.MISSING).all()


def test_completeness_does_not_matter(person, scene):
    cut_off = person([(0, 100, 300, 300), (4, 500, 300, 300)], incomplete=[(0, 9)])
    _, (who,) = scene([cut_off], FOUR_SECONDS).followed(tracker())
    assert who == [0] * 120


def test_nobody_is_no_track():
    empty = tracker()
    assert empty.finish() == []
    empty.update(0, 0.0, Detections.empty(COCO17))
    assert empty.finish() == []


def test_a_gap_is_filled_also_between_two_people(person, scene):
    first = person([(0, 100, 300, 300), (1, 100, 300, 300)])
    second = person([(1.2, 500, 300, 300), (4, 500, 300, 300)])
    (track,), _ = scene([first, second], FOUR_SECONDS).followed(tracker())
    assert (track.state[31:36] == State.FILLED).all()


def test_a_clip_is_independent_of_the_one_before(person, scene, video):
    play = scene([person([(0, 100, 300, 300), (4, 500, 300, 300)])], FOUR_SECONDS)
    follower = tracker()
    for _ in range(2):
        follower.start(video)
        (track,), _ = play.followed(follower)
        assert len(track) == 120


def test_a_negative_gap_is_refused():
    with pytest.raises(OptionError, match=r"^max_gap_s is -0\.1, but must be at least 0"):
        LargestConfig(max_gap_s=-0.1)
