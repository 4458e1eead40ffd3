"""The ids of the library become tracks like those of other trackers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.plugins.tracker.bytetrack.config import ByteTrackConfig
from framework.stages import Runtime

pytest.importorskip("trackers", reason='needs pip install "framework[bytetrack]"')


def tracker(**settings):
    from framework.plugins.tracker.bytetrack.bytetrack import ByteTrack

    return ByteTrack(ByteTrackConfig(**settings), Runtime())


def test_two_people_in_lanes_keep_their_ids_from_the_second_frame_on(person, scene):
    pair = [person([(0, 100, 300, 300), (4, 900, 300, 300)])]
    pair.append(person([(0, 900, 700, 280), (4, 100, 700, 280)]))
    tracks, who = scene(pair, np.arange(120) / 30, noise_px=1).followed(tracker())
    assert [track.id for track in tracks] == [1, 2]
    assert sorted(map(set, who), key=str) == [{0, None}, {1, None}]
    assert all(row[0] is None and None not in row[1:] for row in who)


def test_a_short_absence_is_bridged_at_any_frame_rate(person, scene, video):
    away = person([(0, 300, 300, 300), (6, 300, 300, 300)], unseen=[(2, 2.2)])
    for fps in (10, 30, 60):
        follower = tracker()
        follower.start(replace(video, fps=Fraction(fps)))
        assert len(scene([away], np.arange(6 * fps) / fps).followed(follower)[0]) == 1
