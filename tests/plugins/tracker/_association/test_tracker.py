"""What trackers that choose afterwards share."""

import numpy as np
import pytest

from framework.plugins.tracker._association.config import AssociationConfig
from framework.plugins.tracker._association.tracker import AssociatingTracker
from framework.stages import Runtime
from framework.types import State


class Everyone(AssociatingTracker[AssociationConfig]):
    """The least that a subclass needs."""

    def finish(self):
        seen = self._linked()
        return self._tracks([seen.take(seen.id == number) for number in np.unique(seen.id)])


def tracker(**options):
    return Everyone(AssociationConfig(**options), Runtime())


def test_a_subclass_must_choose():
    with pytest.raises(TypeError, match="finish"):
        AssociatingTracker(AssociationConfig(), Runtime())


@pytest.mark.parametrize(("weight", "wanted"), [(0.5, True), (0.01, True), (0.0, False)])
def test_colours_are_wanted_only_where_they_have_a_weight(weight, wanted):
    assert tracker(appearance_weight=weight).wants_appearance is wanted


def test_tracks_are_numbered_and_short_gaps_filled(person, scene):
    pair = [
        person([(0, 100, 300, 300), (2, 100, 300, 300)], unseen=[(1, 1.2)]),
        person([(0, 700, 300, 300), (2, 700, 300, 300)]),
    ]
    play = scene(pair, np.arange(60) / 30)
    tracks, who = play.followed(tracker())
    assert [track.id for track in tracks] == [1, 2]
    assert sorted(({*row} - {None} for row in who), key=min) == [{0}, {1}]
    gaps = [(track.state == State.FILLED).sum() for track in tracks]
    assert sorted(gaps) == [0, 6]
    tracks, _ = play.followed(tracker(max_gap_s=0.1))
    assert not any((track.state == State.FILLED).any() for track in tracks)


def test_start_forgets_the_last_clip_and_its_notes(person, scene, video):
    play = scene([person([(0, 100, 300, 300), (2, 100, 300, 300)])], np.arange(30) / 30)
    one = tracker()
    play.followed(one)
    one.notes.append("of the last clip")
    one.start(video)
    assert one.notes == []
    (track,), _ = play.followed(one)
    assert (track.id, len(track)) == (1, 30)


def test_a_person_who_left_the_image_is_expected_at_its_edge(person, scene, video):
    # Out at the right edge at 1 s, and back at the same place 1.2 s later.
    walker = person(
        [(0, 700, 400, 300), (1, 1300, 400, 300), (2.2, 1300, 400, 300), (3.2, 700, 400, 300)],
        unseen=[(1.0, 2.2)],
    )
    play = scene([walker], np.arange(96) / 30)
    ids = {}
    for name, size_wh in (("known", (1280, 720)), ("unknown", None)):
        one = tracker()
        one._reset(size_wh)
        given = [one._associator.update(t, f) for t, f in zip(play.times, play.frames, strict=True)]
        ids[name] = {int(number) for row in given for number in row}
    assert ids == {"known": {1}, "unknown": {1, 2}}
