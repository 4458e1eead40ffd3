"""Which people are kept does not depend on how many frames were interpolated."""

import numpy as np
import pytest

from framework.plugins.tracker.all.all import All
from framework.plugins.tracker.all.config import AllConfig
from framework.plugins.tracker.largest_complete.config import LargestCompleteConfig
from framework.plugins.tracker.largest_complete.largest_complete import LargestComplete
from framework.plugins.tracker.select.config import SelectConfig
from framework.plugins.tracker.select.select import Select
from framework.stages import Runtime

FRAMES, STEP_S = 15, 0.2


def tracks_of(tracker, scene, people, factor, video):
    """Tracks at 5 frames/s, with ``factor`` - 1 interpolated frames in each gap."""
    rows = np.arange((FRAMES - 1) * factor + 1)
    played = scene(people, rows * STEP_S / factor)
    tracker.start(video)
    for row, frame in enumerate(played.frames):
        tracker.update(row // factor, float(played.times[row]), frame)
    return [track.present[::factor] for track in tracker.finish()]


def passing(person, first, frames):
    """A person in view in so many source frames, and in the frames interpolated between them."""
    begin_s, end_s = first * STEP_S, (first + frames - 1) * STEP_S
    return person([(begin_s - 0.01, 900, 400, 250), (end_s + 0.01, 1000, 400, 250)])


TRACKERS = {
    "all": lambda: All(AllConfig(), Runtime()),
    "select": lambda: Select(SelectConfig(index=1, confirm_s=0.5), Runtime()),
    "largest_complete": lambda: LargestComplete(LargestCompleteConfig(confirm_s=0.5), Runtime()),
}


@pytest.mark.parametrize("name", TRACKERS)
@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_people_are_kept_as_without_interpolated_frames(name, frames, scene, person, video):
    stays = person([(0, 300, 400, 200), (9, 350, 400, 200)], incomplete=[(0, 9)])
    people = [stays, passing(person, 5, frames)]
    plain = tracks_of(TRACKERS[name](), scene, people, 1, video)
    wanted = [present.tolist() for present in plain]
    assert any(present.sum() == frames for present in plain) == (frames >= 3)
    for factor in (2, 4, 8):
        interpolated = tracks_of(TRACKERS[name](), scene, people, factor, video)
        assert [present.tolist() for present in interpolated] == wanted, factor


@pytest.mark.parametrize("name", TRACKERS)
def test_a_person_in_interpolated_frames_only_gets_no_track(name, scene, person, video):
    begin_s = 5 * STEP_S
    between = person([(begin_s + 0.02, 900, 400, 250), (begin_s + STEP_S - 0.02, 910, 400, 250)])
    stays = person([(0, 300, 400, 200), (9, 350, 400, 200)])
    tracks = tracks_of(TRACKERS[name](), scene, [stays, between], 8, video)
    assert all(present.all() for present in tracks)
