"""The made-up clips that stages are checked with are right themselves."""

import numpy as np
import pytest

from framework.skeletons import COCO17, H36M17
from framework.testing.sample import FOCAL_PX, SIZE_WH, Sample
from framework.types import State
from framework.video.probe import probe

SHARED = [joint for joint in COCO17.joints if joint in H36M17.joints]


@pytest.fixture
def sample():
    return Sample.make(rows=24, people=2)


def test_the_poses_project_to_the_keypoints(sample):
    for track, pose in zip(sample.tracks, sample.poses, strict=True):
        there = pose.joints + pose.root[:, None]
        pixels = there[..., :2] / there[..., 2:] * FOCAL_PX + np.array(SIZE_WH) / 2
        for joint in SHARED:
            ours, theirs = (
                pixels[:, H36M17.index(joint)],
                track.keypoints[:, COCO17.index(joint)],
            )
            np.testing.assert_allclose(ours, theirs, atol=0.05)


def test_they_face_us_and_the_first_one_raises_the_left_hand(sample):
    first, second = (track.keypoints[4] for track in sample.tracks)
    left, right = COCO17.index("left_wrist"), COCO17.index("right_wrist")
    assert first[left, 1] < first[COCO17.index("nose"), 1] < first[right, 1]
    for points in (first, second):
        assert points[COCO17.index("left_hip"), 0] > points[COCO17.index("right_hip"), 0]


def test_people_are_inside_the_frame_and_apart(sample):
    one, other = (track.boxes[4] for track in sample.tracks)
    assert one[0] >= 0 and other[2] <= SIZE_WH[0] and one[1] >= 0 and one[3] <= SIZE_WH[1]
    assert one[2] < other[0]


def test_some_rows_are_missing_and_some_frames_are_empty(sample):
    assert all((track.state == State.MISSING).any() for track in sample.tracks)
    counts = [len(people) for people in sample.detections]
    assert set(counts) == {0, 1, 2}
    assert counts[0] == 1 and counts[-1] == 2


def test_a_short_clip_has_everybody_in_it():
    assert [len(people) for people in Sample.make(rows=1, people=2).detections] == [2]


def test_it_can_be_written_as_a_file(sample, tmp_path):
    video = probe(sample.written(tmp_path).video.path)
    assert (video.size_wh, video.n_frames, video.fps) == (SIZE_WH, 24, 25)
