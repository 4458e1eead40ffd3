"""All people are followed, each with an id that stays the same."""

import numpy as np

from framework.plugins.tracker.all.all import All
from framework.plugins.tracker.all.config import AllConfig
from framework.stages import Runtime

TWO_SECONDS = np.arange(60) / 30


def tracker(**options):
    return All(AllConfig(**options), Runtime())


def test_each_person_has_one_track_in_the_order_of_appearance(person, scene):
    late = person([(0.5, 700, 300, 400), (2, 100, 300, 400)])
    early = person([(0, 100, 320, 300), (2, 700, 320, 300)])
    tracks, who = scene([late, early], TWO_SECONDS, noise_px=2).followed(tracker())
    assert [track.id for track in tracks] == [1, 2]
    assert [set(row) for row in who] == [{1}, {0, None}]


def test_of_too_many_people_the_largest_are_kept_and_the_others_counted(person, scene):
    row = [
        person([(0, 150 * i, 300, h), (2, 150 * i, 300, h)]) for i, h in enumerate((90, 300, 200))
    ]
    follower = tracker(max_people=2)
    _, who = scene(row, TWO_SECONDS).followed(follower)
    assert [set(each) for each in who] == [{1}, {2}]
    assert follower.notes == ["left out beyond tracker.max_people=2: 1 person"]


def test_people_seen_for_a_moment_are_left_out(person, scene):
    stays = person([(0, 100, 300, 300), (2, 100, 300, 300)])
    brief = person([(1, 600, 300, 300), (1.3, 600, 300, 300)])
    play, follower = scene([stays, brief], TWO_SECONDS), tracker()
    assert len(play.followed(follower)[0]) == 1
    assert follower.notes == ["left out for less than 0.5 s in view: 1 person"]
    assert len(play.followed(tracker(min_duration_s=0.2))[0]) == 2


def test_a_clip_is_independent_of_the_one_before(person, scene, video):
    stays = person([(0, 100, 300, 300), (2, 100, 300, 300)])
    brief = person([(1, 600, 300, 300), (1.3, 600, 300, 300)])
    follower = tracker()
    scene([stays, brief], TWO_SECONDS).followed(follower)
    follower.start(video)
    (track,), _ = scene([stays], TWO_SECONDS).followed(follower)
    assert (track.id, len(track)) == (1, 60)
    assert follower.notes == []
