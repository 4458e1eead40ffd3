"""Pixels, shares of the image, missing joints and scores are told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.errors import InputError
from framework.plugins.detector.keypoints.coordinates import are_shares, fill_scores


def people(person, scale=1.0, shift=(0.0, 0.0), count=30):
    points = np.stack([person(x=300 + 5 * k) for k in range(count)])
    return np.insert(points * scale + np.array(shift), 2, 0.9, axis=2)


@given(x=st.floats(-0.35, 0.9), y=st.floats(-0.3, 0.9))
def test_shares_of_the_image_are_known_where_joints_leave_it_too(person, x, y):
    points = people(person, (1 / 640, 1 / 480))
    points[..., :2] += np.array([x, y]) - points[..., :2].mean((0, 1))
    outside = (points[..., :2] < 0).mean()
    if outside < 0.2:
        assert are_shares(points)


@given(x=st.floats(-300, 2000), y=st.floats(-200, 2000), size=st.floats(0.05, 10))
def test_pixels_are_pixels_wherever_people_are(person, x, y, size):
    assert not are_shares(people(person, size, (x, y)))


@pytest.mark.parametrize("scale", [1 / 400, 1 / 200])
def test_coordinates_around_the_middle_are_refused(person, scale):
    points = people(person, scale)
    points[..., :2] -= points[..., :2].mean((0, 1))
    with pytest.raises(ValueError, match="neither pixels nor shares"):
        are_shares(points)


def test_nobody_and_a_single_joint():
    assert not are_shares(np.full((0, 17, 3), np.nan))
    alone = np.full((1, 17, 3), np.nan)
    assert not are_shares(alone)
    alone[0, 3] = [300, 200, 1]
    assert not are_shares(alone)
    alone[0, 3] = [0.3, 0.2, 1]
    assert are_shares(alone)


def test_scores_that_are_all_zero_are_not_given():
    points = np.ones((2, 3, 3))
    points[0, 1] = np.nan
    assert fill_scores(points) == ""
    points[..., 2] *= 0
    assert "gives no scores" in fill_scores(points)
    assert points[0, 0, 2] == 1 and np.isnan(points[0, 1, 2])


@pytest.mark.parametrize("third", [0, 0.0])
def test_people_of_tools_without_scores_are_there(reading, flat, third):
    recording = reading([{"image_id": 0, "keypoints": flat(score=third), "score": 0}])
    people = recording.people(0)
    assert (people.keypoint_scores == 1).all() and np.isfinite(people.keypoints).all()
    assert people.box_scores.tolist() == [1]  # trackers take nobody with a score of 0
    assert "no scores" in recording.notes[0]


def test_pairs_without_a_confidence(reading, flat, person):
    pairs = person("body25").ravel().tolist()
    people = reading({"0.json": {"people": [{"pose_keypoints_2d": pairs}]}}, "out").people(0)
    np.testing.assert_allclose(people.keypoints[0], person("body25"), rtol=1e-6)
    assert (people.keypoint_scores == 1).all()


def shares(flat, width=640, height=480, x=300.0):
    numbers = np.array(flat(x=x)).reshape(-1, 3)
    return (numbers / np.array([width, height, 1])).ravel().tolist()


def test_shares_take_the_size_of_the_images(reading, flat, person):
    entries = [{"image_id": 0, "keypoints": shares(flat), "score": 1, "bbox": [0.1, 0.2, 0.5, 0.5]}]
    recording = reading(entries, image_size_wh=[640, 480])
    people = recording.people(0)
    np.testing.assert_allclose(people.keypoints[0], person(), rtol=1e-5)
    np.testing.assert_allclose(people.boxes[0], [64, 96, 384, 336], rtol=1e-5)
    assert not recording.shares and "taken for 640x480" in recording.notes[-1]


def test_shares_wait_for_the_size_of_the_film(reading, flat):
    recording = reading([{"image_id": 0, "keypoints": shares(flat), "score": 1}])
    assert recording.shares and recording.size_wh is None


def test_coordinates_between_minus_one_and_one_are_refused(reading, flat):
    numbers = np.array(flat()).reshape(-1, 3)
    numbers[:, :2] -= numbers[:, :2].mean(0)
    numbers[:, :2] /= 200
    with pytest.raises(InputError, match="neither pixels nor shares"):
        reading([{"image_id": 0, "keypoints": numbers.ravel().tolist(), "score": 1}])
