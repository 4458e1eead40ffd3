"""Named joints, missing joints, boxes and scores of parsed keypoints."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.plugins.detector.keypoints.assembly import with_options
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read


def test_numbers_beyond_reason_are_missing(tmp_path, flat):
    path = tmp_path / "people.json"
    numbers = flat()
    numbers[0], numbers[4], numbers[8] = float("nan"), 1e300, float("inf")
    path.write_text(json.dumps([{"image_id": 0, "keypoints": numbers, "score": 1}]))
    people = read(path, KeypointFilesConfig()).people(0)
    assert np.isnan(people.keypoints[0]).all(1).tolist() == [True] * 3 + [False] * 14
    assert (people.keypoint_scores[0, :3] == 0).all()


def entry(flat, image=0, score=0.9, **others):
    return {"image_id": image, "keypoints": flat(score=score), "score": 0.5, **others}


def test_a_person_without_any_joint_is_nobody(reading, flat, per_frame):
    empty = {"image_id": 1, "keypoints": [0.0] * 51, "score": 0.9}
    assert per_frame(reading([entry(flat), empty])) == [1, 0]


def test_people_are_sorted_by_frame_and_keep_their_order_within_it(reading, flat):
    places = ((3, 100), (1, 200), (3, 300))
    entries = [{"image_id": image, "keypoints": flat(x=x), "score": 0.5} for image, x in places]
    recording = reading(entries)
    assert recording.frame.tolist() == [1, 3, 3]
    noses = recording.keypoints[:, 0, 0]
    assert (np.diff(noses) == [-100, 200]).all()


def test_a_box_without_area_or_numbers_is_replaced_by_one_around_the_joints(reading, flat):
    around = reading([entry(flat)]).people(0).boxes
    for box in ([5, 5, 0, 9], [1e9, 0, 4, 4]):
        np.testing.assert_array_equal(reading([entry(flat, bbox=box)]).people(0).boxes, around)
    given = reading([entry(flat, bbox=[5, 6, 70, 80])]).people(0).boxes
    assert given.tolist() == [[5, 6, 75, 86]]


def test_a_box_score_that_the_tool_does_not_give_is_the_mean_of_its_joints(reading, flat):
    numbers = flat(score=0.6)
    numbers[:3] = [0, 0, 0]  # a missing joint does not lower it
    people = reading([{"image_id": 0, "keypoints": numbers}]).people(0)
    assert people.box_scores[0] == pytest.approx(0.6)


def test_options_replace_what_the_file_says_or_are_refused(reading, flat, refusal, tmp_path):
    recording = reading([entry(flat)], image_size_wh=[64, 48], fps=12.5, score_threshold=0.8)
    assert (recording.size_wh, recording.fps) == ((64, 48), Fraction(25, 2))
    assert recording.score_threshold == 0.8
    assert "17 joints, not 25" in refusal(tmp_path / "people.json", skeleton="body25")
    images = [{"id": 0, "file_name": "0.jpg", "width": 10**6, "height": 9}]
    (tmp_path / "large.json").write_text(json.dumps({"images": images, "annotations": []}))
    assert "its images are 1000000x9 pixels" in refusal(tmp_path / "large.json")


def test_more_people_than_a_frame_can_hold_are_refused(tmp_path, flat, refusal):
    path = tmp_path / "people.json"
    path.write_text(json.dumps([entry(flat)] * 1001))
    assert "it has 1,001 people in frame 0" in refusal(path)


@pytest.mark.parametrize("fps", [1e-9, 1e9, 1e300, float("inf")])
def test_a_rate_that_no_film_has_is_refused(tmp_path, person, fps, refusal):
    np.savez(tmp_path / "clip.npz", keypoints=np.stack([person()] * 2), fps=fps)
    assert "frames per second" in refusal(tmp_path / "clip.npz")
    recording = read(tmp_path / "clip.npz", KeypointFilesConfig(fps=25.0))
    assert recording.fps == 25


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([0.0, 1e300], "beyond reason"),
        ([0.0, 1e-9], "do not rise"),
        ([0.04, 0.0], "do not rise"),
        ([0.0, float("nan")], "beyond reason"),
        ([0.0, 4000.0], "after frame 0 its times leap by 4,000 s"),
    ],
)
def test_times_that_are_not_of_one_clip_are_refused(reading, flat, times, said):
    recording = reading([entry(flat, image) for image in (0, 1)])
    with pytest.raises(ValueError, match=said):
        with_options(replace(recording, time_s=np.array(times)), KeypointFilesConfig())
