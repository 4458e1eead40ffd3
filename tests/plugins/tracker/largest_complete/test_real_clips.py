"""The default detector on real clips: is it the same person all along?"""

import numpy as np
import pytest

from framework.appearance import with_appearance
from framework.plugins.completeness.keypoints.config import KeypointCompletenessConfig
from framework.plugins.completeness.keypoints.keypoints import KeypointCompleteness
from framework.plugins.detector.blazepose.blazepose import BlazePose
from framework.plugins.detector.blazepose.config import BlazePoseConfig
from framework.plugins.tracker.largest.config import LargestConfig
from framework.plugins.tracker.largest.largest import Largest
from framework.plugins.tracker.largest_complete.config import (
    LargestCompleteConfig,
    OnLost,
)
from framework.plugins.tracker.largest_complete.largest_complete import LargestComplete
from framework.stages import Runtime
from framework.video.decode import FrameReader
from framework.video.probe import probe

RUNTIME = Runtime(threads=1)


class Clip:
    """What the detector saw in a clip, for any number of trackers."""

    def __init__(self, detector, path, **part):
        video = probe(path, **part)
        detector.start(video)
        self.size_wh, self.frames = video.size_wh, []
        with FrameReader(video, batch_size=8, threads=1) as reader:
            for batch in reader:
                pairs = zip(detector.detect(batch), batch.images, strict=True)
                people = [with_appearance(seen, image) for seen, image in pairs]
                self.frames += zip(batch.index.tolist(), batch.time_s.tolist(), people, strict=True)

    def followed(self, tracker, **completeness):
        judge = KeypointCompleteness(KeypointCompletenessConfig(**completeness), RUNTIME).judge
        for index, time_s, people in self.frames:
            tracker.update(index, time_s, judge(people, self.size_wh))
        return tracker.finish()


@pytest.fixture(scope="module")
def detector():
    with BlazePose(BlazePoseConfig(), RUNTIME) as opened:
        yield opened


@pytest.fixture
def clip(detector, shared_data):
    return lambda name, **part: Clip(detector, shared_data / "videos" / name, **part)


def largest_complete():
    return LargestComplete(LargestCompleteConfig(), RUNTIME)


def hips_y(track):
    """(T,) pixels from the top of the image, halfway between the hips."""
    pair = [track.skeleton.index(f"{side}_hip") for side in ("left", "right")]
    return track.keypoints[:, pair, 1].mean(1)


def test_two_people_who_overlap_are_not_exchanged(clip):
    # The hips of the balancing man are in the upper half of the image, those of the larger person,
    # who stands in front of him with her back to the camera, in the lower.
    two = clip("pose2sim/two_people_cam01.mp4", stride=2)
    (strict,) = two.followed(largest_complete(), max_hidden=0)
    assert strict.present.all()
    assert hips_y(strict).max() < 900
    (lenient,) = two.followed(largest_complete(), max_hidden=0.2)
    assert lenient.present.all()
    assert hips_y(lenient).min() > 1000


def test_the_man_on_the_roof_is_followed_while_a_woman_walks_by(clip):
    roof = clip("two_people_roof.mp4", stride=2, end_s=5.0)
    (track,) = roof.followed(largest_complete())
    assert track.present.mean() > 0.97
    assert np.nanmax(hips_y(track)) < 350
    (largest,) = roof.followed(Largest(LargestConfig(), RUNTIME))
    assert (hips_y(largest) > 400).any()


def test_a_person_who_enters_after_another_is_another_person(clip):
    tracker = largest_complete()
    first, second = clip("one_by_one_gaps.mp4", stride=2, start_s=14.0, end_s=30.0).followed(
        tracker
    )
    # One person leaves the room in frame 202, the next comes in in frame 228.
    assert 190 <= first.frame_index[first.present].max() <= 202
    assert 228 <= second.frame_index[second.present].min() <= 240
    assert first.present.sum() > 20
    assert second.present.sum() > 20
    assert [note.split(" was")[0] for note in tracker.notes] == ["person 1"]


def test_people_with_hidden_hands_are_still_followed_one_after_the_other(clip):
    tracker = largest_complete()
    part = clip("one_by_one_gaps.mp4", stride=2, start_s=14.0, end_s=30.0)
    tracks = part.followed(tracker, max_hidden=0)
    assert [track.frame_index[track.present].min() < 202 for track in tracks] == [True, False]
    assert tracker.notes[0].endswith("following the largest person instead")


def test_two_dancers_who_hide_each_other_are_recognised_by_their_colours(shared_data):
    # Both are seen, the one in blue at the right; then only the one in blue, who is in front.
    # (With flip test-time augmentation the detector finds only the one in blue all the time.)
    with BlazePose(BlazePoseConfig(flip=False), RUNTIME) as detector:
        path = shared_data / "videos" / "two_dancers_crossing.mp4"
        dance = Clip(detector, path, start_s=2.7, end_s=4.2)

    def the_one_in_blue_goes_on(appearance_weight):
        config = LargestCompleteConfig(appearance_weight=appearance_weight, on_lost=OnLost.end)
        (track,) = dance.followed(LargestComplete(config, RUNTIME))
        left, goes_on = track.boxes[12:25, 0].mean() < 290, track.present[-3:].any()
        return bool(goes_on) == (not left)

    assert the_one_in_blue_goes_on(0.5)
    assert not the_one_in_blue_goes_on(0.0)


def test_a_dancer_who_was_not_found_for_two_seconds_is_recognised(clip):
    # She is at the left of the one in blue, not found in frames 111 to 161, and then at
    # the right of her, until the two change sides again near frame 230.
    dance = clip("two_dancers_crossing.mp4", end_s=9.6)
    (track,) = dance.followed(largest_complete())
    seen, found = track.frame_index[track.present], np.flatnonzero(track.present)
    assert np.diff(seen).max() > 45
    middle = dict(zip(seen.tolist(), track.boxes[found][:, ::2].mean(axis=1).tolist(), strict=True))
    left = {}
    for index, _, people in dance.frames:
        if index in middle and len(people) == 2:
            sides = people.boxes[:, ::2].mean(axis=1)
            left[index] = middle[index] < sides[np.abs(sides - middle[index]).argmax()]

    def at_the_left(first, last):
        """Share of the frames with both."""
        return np.mean([left[index] for index in range(first, last) if index in left])

    assert at_the_left(95, 111) > 0.9
    assert at_the_left(212, 222) == 0
    assert at_the_left(245, 280) > 0.9


def test_a_person_visible_to_the_waist_is_never_complete_but_followed(clip):
    tracker = largest_complete()
    (track,) = clip("waist_up_crop.mp4", end_s=3.0).followed(tracker)
    assert track.present.all()
    assert not track.complete.any()
    assert tracker.notes == ["nobody was ever complete: following the largest person instead"]
