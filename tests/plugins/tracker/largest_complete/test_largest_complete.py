"""Whom largest_complete follows, in scenes with known identities."""

import numpy as np
import pytest

from framework.errors import StageError
from framework.plugins.tracker.largest_complete.config import (
    Fallback,
    LargestCompleteConfig,
    OnLost,
)
from framework.plugins.tracker.largest_complete.largest_complete import LargestComplete
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Detections, State

SECOND = np.arange(30) / 30
FOUR_SECONDS = np.arange(120) / 30


def tracker(**settings):
    return LargestComplete(LargestCompleteConfig(**settings), Runtime())


def test_two_people_who_cross_keep_their_identities(person, scene):
    right = person([(0, 100, 300, 300), (4, 900, 300, 300)])
    left = person([(0, 900, 310, 280), (4, 100, 310, 280)])
    (track,), (who,) = scene([right, left], FOUR_SECONDS, noise_px=2).followed(tracker())
    assert who == [0] * 120
    assert (track.state == State.OBSERVED).all()


def test_crossing_with_half_a_second_of_occlusion_is_bridged_and_filled(person, scene):
    behind = person([(0, 100, 300, 300), (4, 900, 300, 300)], unseen=[(1.8, 2.2)])
    front = person([(0, 900, 310, 280), (4, 100, 310, 280)])
    (track,), (who,) = scene([behind, front], FOUR_SECONDS, noise_px=2).followed(tracker())
    assert set(who) == {0, None}
    assert (track.state == State.FILLED).sum() == 12
    visible = person(behind.path)
    truth = np.array([visible.at(t) for t in FOUR_SECONDS[54:66]])
    assert np.abs(track.keypoints[54:66] - truth).max() < 0.08 * 300


def test_an_absence_longer_than_max_gap_is_bridged_but_not_filled(person, scene):
    alone = person([(0, 100, 300, 300), (4, 500, 300, 300)], unseen=[(1.5, 2.5)])
    (track,), (who,) = scene([alone], FOUR_SECONDS).followed(tracker())
    assert who.count(0) == 90
    assert (track.state[45:75] == State.MISSING).all()
    assert np.isnan(track.keypoints[45:75]).all()
    assert (track.keypoint_scores[45:75] == 0).all()


def test_a_larger_person_who_walks_in_front_is_not_followed(person, scene):
    chosen = person([(0, 500, 300, 200), (4, 500, 300, 200)], unseen=[(1.9, 2.3)])
    larger = person([(1, 0, 350, 500), (3, 1000, 350, 500)])
    tracks, whos = scene([chosen, larger], FOUR_SECONDS, noise_px=2).followed(tracker())
    assert len(tracks) == 1
    assert set(whos[0]) == {0, None}


def test_the_larger_person_of_the_first_complete_frame_is_chosen(person, scene):
    near = person([(0, 300, 300, 400), (4, 300, 300, 100)])
    far = person([(0, 700, 300, 200), (4, 700, 300, 600)])
    _, (who,) = scene([far, near], FOUR_SECONDS).followed(tracker())
    assert who == [1] * 120


def test_rows_before_the_first_complete_frame_belong_to_the_track(person, scene):
    slow = person([(0, 300, 300, 300), (4, 400, 300, 300)], incomplete=[(0, 2)])
    larger = person([(0, 700, 300, 500), (4, 700, 300, 500)], incomplete=[(0, 9)])
    (track,), (who,) = scene([slow, larger], FOUR_SECONDS).followed(tracker())
    assert who == [0] * 120
    assert track.complete.tolist() == [False] * 60 + [True] * 60


def test_a_large_false_positive_of_one_frame_is_not_followed(person, scene):
    real = person([(0, 300, 300, 200), (1, 320, 300, 200)])
    false = person([(0, 350, 300, 600), (0.01, 350, 300, 600)])
    _, (who,) = scene([real, false], SECOND).followed(tracker())
    assert who == [0] * 30


def test_a_clip_of_one_frame_has_its_person(person, scene):
    real = person([(0, 300, 300, 200), (1, 320, 300, 200)])
    _, (who,) = scene([real], [0.0]).followed(tracker())
    assert who == [0]


def test_fast_motion_at_five_frames_a_second(person, scene):
    # 1.3 body heights a second: the boxes of one frame and the next do not touch.
    runner = person([(0, 100, 300, 250), (4, 1400, 300, 250)])
    other = person([(0, 1400, 320, 230), (4, 100, 320, 230)])
    times = np.arange(20) / 5
    _, (who,) = scene([runner, other], times, noise_px=2).followed(tracker())
    assert who == [0] * 20


def test_jumps_in_time_are_no_change_of_person(person, scene):
    walker = person([(0, 100, 300, 300), (6, 700, 300, 300)])
    other = person([(0, 700, 300, 250), (6, 100, 300, 250)])
    times = np.cumsum([0.04, 0.04, 0.2, 0.04, 0.42, 0.04, 0.04, 0.42, 0.2, 0.04] * 3)
    _, (who,) = scene([walker, other], times, noise_px=1).followed(tracker())
    assert who == [0] * 30


def test_ten_people_in_a_crowd_of_crossing_paths(person, scene):
    lanes = np.linspace(200, 650, 9)
    crowd = [
        person([(0, 1200 * (i % 2), y, 150), (4, 1200 * (1 - i % 2), y, 150)])
        for i, y in enumerate(lanes)
    ]
    chosen = person([(0, 100, 420, 220), (4, 1100, 420, 220)])
    _, (who,) = scene([*crowd, chosen], FOUR_SECONDS, noise_px=2).followed(tracker())
    assert who == [9] * 120


def test_a_low_score_continues_the_person_but_starts_nobody(person, scene):
    sure = person([(0, 300, 300, 200), (2, 340, 300, 200)])
    blurred = person([(2.001, 340, 300, 200), (4, 400, 300, 200)], score=0.2)
    larger = person([(0, 700, 300, 400), (4, 700, 300, 400)], score=0.2)
    (track,), (who,) = scene([sure, blurred, larger], FOUR_SECONDS).followed(tracker())
    assert (track.state == State.OBSERVED).all()
    assert 2 not in who


def test_when_the_person_leaves_the_next_complete_one_is_followed_as_another_track(person, scene):
    first = person([(0, 100, 300, 300), (1, 400, 300, 300)])
    second = person([(0.5, 900, 300, 200), (4, 800, 300, 200)])
    one = tracker()
    tracks, (who, then) = scene([first, second], FOUR_SECONDS).followed(one)
    assert [track.id for track in tracks] == [1, 2]
    assert who == [0] * 31 + [None] * 89
    assert then == [None] * 31 + [1] * 89
    assert one.notes == [
        "person 1 was last seen at 1.0 s; from 1.0 s the next person, perhaps the same one, is "
        "followed as person 2"
    ]


def test_a_scene_cut_begins_with_its_own_first_complete_person(person, scene):
    first = person([(0, 300, 300, 300), (1.99, 340, 300, 300)])
    beside = person([(0, 600, 300, 200), (1.99, 600, 300, 200)])
    # After the cut another, much smaller person at once; and the shot is short.
    second = person([(2, 800, 400, 120), (3, 780, 400, 120)])
    follower = tracker()
    tracks, who = scene([first, beside, second], np.arange(90) / 30).followed(follower)
    assert [set(row) for row in who] == [{0, None}, {2, None}]
    assert tracks[1].frame_index[tracks[1].present].tolist() == list(range(60, 90))
    assert follower.notes == [
        "the scene changes at 2.0 s: person 1 is gone, and person 2 is the first complete one of "
        "the new scene"
    ]


def test_a_false_positive_after_the_last_frame_of_a_person_is_no_scene_cut(person, scene):
    real = person([(0, 300, 300, 300), (1, 340, 300, 300), (6, 340, 300, 300)], unseen=[(1, 1.3)])
    false = person([(1, 800, 300, 300), (1.02, 800, 300, 300)])
    follower = tracker()
    (_,), (who,) = scene([real, false], np.arange(90) / 30).followed(follower)
    assert set(who) == {0, None}
    assert follower.notes == []


def test_a_person_far_behind_is_not_the_next(person, scene):
    first = person([(0, 100, 300, 300), (1, 400, 300, 300)])
    far = person([(0, 900, 100, 100), (4, 800, 100, 100)])
    play = scene([first, far], FOUR_SECONDS)
    assert len(play.followed(tracker())[0]) == 1
    assert len(play.followed(tracker(next_area=0.05))[0]) == 2


def test_on_lost_end_leaves_the_rest_of_the_clip_empty_and_says_so(person, scene):
    first = person([(0, 100, 300, 300), (1, 400, 300, 300)])
    second = person([(0.5, 900, 300, 200), (4, 800, 300, 200)])
    one = tracker(on_lost=OnLost.end)
    tracks, _ = scene([first, second], FOUR_SECONDS).followed(one)
    assert len(tracks) == 1
    assert one.notes == ["person 1 was last seen at 1.0 s of 4.0 s; nobody is followed afterwards"]


@pytest.mark.parametrize("fallback", Fallback)
def test_nobody_ever_complete(person, scene, fallback):
    near = person([(0, 300, 300, 300), (4, 300, 300, 300)], incomplete=[(0, 9)])
    nearer = person([(1, 700, 300, 400), (1.5, 700, 300, 400)], incomplete=[(0, 9)])
    one = tracker(fallback=fallback)
    _, whos = scene([near, nearer], FOUR_SECONDS).followed(one)
    if fallback is Fallback.largest:
        assert whos == [[0] * 120]
        assert one.notes == ["nobody was ever complete: following the largest person instead"]
    else:
        assert whos == []
        assert one.notes == ["nobody was ever complete: no person is followed"]


def test_complete_for_a_moment_is_not_complete(person, scene):
    long = person([(0, 300, 300, 300), (4, 300, 300, 300)], incomplete=[(0, 9)])
    short = person([(0, 700, 300, 300), (1, 700, 300, 300)], incomplete=[(0, 0.5), (0.6, 9)])
    one = tracker()
    _, (who,) = scene([long, short], FOUR_SECONDS).followed(one)
    assert who == [0] * 120
    assert one.notes == ["nobody was complete for 0.5 s: following the largest person instead"]


def test_the_fallback_goes_on_with_the_next_person_too(person, scene):
    first = person([(0, 300, 300, 300), (2, 300, 300, 300)], incomplete=[(0, 9)])
    second = person([(4.6, 700, 300, 300), (6, 700, 300, 300)], incomplete=[(0, 9)])
    tracks, whos = scene([first, second], np.arange(180) / 30).followed(tracker())
    assert [set(who) for who in whos] == [{0, None}, {1, None}]
    assert [track.id for track in tracks] == [1, 2]


def test_a_person_seen_for_a_moment_is_followed_when_nobody_else_is_there(person, scene):
    brief = person([(0.1, 300, 300, 300), (0.25, 300, 300, 300)], incomplete=[(0, 9)])
    before = person([(3, 300, 300, 300), (4, 300, 300, 300)], incomplete=[(0, 12)])
    long = person([(7, 700, 300, 300), (11, 700, 300, 300)], incomplete=[(0, 12)])
    _, (who,) = scene([brief], np.arange(10) / 30).followed(tracker())
    assert who == [None] * 3 + [0] * 5 + [None] * 2
    # Where others are seen for longer, the one who is there for a moment does not count.
    _, whos = scene([brief, before, long], np.arange(360) / 30).followed(tracker())
    assert [set(who) for who in whos] == [
        {1, None},
        {2, None},
    ]


def test_scores_below_high_score_are_noted(person, scene):
    faint = person([(0, 300, 300, 300), (1, 300, 300, 300)], score=0.4)
    one = tracker()
    assert scene([faint], SECOND).followed(one) == ([], [])
    assert one.notes == [
        "all 30 detections have a box score below tracker.high_score=0.5 (best 0.40): "
        "nobody is followed"
    ]


def test_no_frames_and_nobody_are_no_tracks(person, scene):
    assert tracker().finish() == []
    empty = tracker()
    empty.update(0, 0.0, Detections.empty(COCO17))
    assert empty.finish() == []
    assert empty.notes == []


def test_frames_without_anybody_are_missing_rows(person, scene):
    late = person([(1, 300, 300, 300), (2, 300, 300, 300)])
    (track,), _ = scene([late], FOUR_SECONDS).followed(tracker())
    assert len(track) == 120
    assert (track.state[:30] == State.MISSING).all()
    assert (track.state[61:] == State.MISSING).all()


def test_a_clip_is_independent_of_the_one_before(person, scene, video):
    first = scene([person([(0, 300, 300, 300), (1, 300, 300, 300)])], SECOND)
    second = scene([person([(0, 600, 300, 200), (1, 600, 300, 200)])], SECOND)
    one = tracker()
    first.followed(one)
    one.start(video)
    (track,), (who,) = second.followed(one)
    assert len(track) == 30
    assert who == [0] * 30


def test_times_must_rise():
    one = tracker()
    one.update(0, 0.4, Detections.empty(COCO17))
    with pytest.raises(StageError, match=r"frame 1 at 0.4 s does not come after 0.4 s"):
        one.update(1, 0.4, Detections.empty(COCO17))
