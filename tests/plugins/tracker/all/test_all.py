"""Everybody is followed, with a number that stays."""

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.plugins.tracker.all.all import All
from framework.plugins.tracker.all.config import AllConfig
from framework.stages import Runtime

TWO_SECONDS = np.arange(60) / 30


def tracker(**settings):
    return All(AllConfig(**settings), Runtime())


def test_everybody_has_one_track_in_the_order_of_appearance(person, scene):
    late = person([(0.5, 700, 300, 400), (2, 100, 300, 400)])
    early = person([(0, 100, 320, 300), (2, 700, 320, 300)])
    tracks, who = scene([late, early], TWO_SECONDS, noise_px=2).followed(tracker())
    assert [track.id for track in tracks] == [1, 2]
    assert [set(row) for row in who] == [{1}, {0, None}]


def test_of_too_many_people_those_who_cover_most_are_kept_and_the_rest_is_counted(person, scene):
    row = [
        person([(0, 150 * i, 300, h), (2, 150 * i, 300, h)]) for i, h in enumerate((90, 300, 200))
    ]
    follower = tracker(max_people=2)
    _, who = scene(row, TWO_SECONDS).followed(follower)
    assert [set(each) for each in who] == [{1}, {2}]
    assert follower.notes == ["left out beyond tracker.max_people=2: 1 person"]


def test_who_is_seen_too_briefly_is_left_out(person, scene):
    stays = person([(0, 100, 300, 300), (2, 100, 300, 300)])
    brief = person([(1, 600, 300, 300), (1.3, 600, 300, 300)])
    play, follower = scene([stays, brief], TWO_SECONDS), tracker()
    assert len(play.followed(follower)[0]) == 1
    assert follower.notes == ["left out for less than 0.5 s in view: 1 person"]
    assert len(play.followed(tracker(min_duration_s=0.2))[0]) == 2


def test_a_clip_does_not_remember_the_one_before(person, scene, video):
    play, follower = (
        scene([person([(0, 100, 300, 300), (2, 100, 300, 300)])], TWO_SECONDS),
        tracker(),
    )
    for _ in range(2):
        follower.start(video)
        (track,), _ = play.followed(follower)
        assert (track.id, len(track)) == (1, 60)


@pytest.mark.parametrize(
    ("key", "value"), [("max_people", 0), ("min_duration_s", -1), ("reach", 0)]
)
def test_settings_out_of_range_are_named(key, value):
    with pytest.raises(ConfigurationError, match=f"tracker.{key}"):
        AllConfig(**{key: value})
