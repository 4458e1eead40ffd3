"""Keypoints that do not fit their images are refused where that is certain, else noted."""

from fractions import Fraction

import numpy as np
import pytest

from framework.plugins.detector.keypoints.placement import notes_on_placement
from framework.plugins.detector.keypoints.recording import KeypointRecording, boxes_around
from framework.skeletons import COCO17

FILM = (640, 480)


@pytest.fixture
def recorded(person):
    """Twenty frames of a standing person in images of 640x480, changed somehow."""

    def make(change=lambda points: points, size_wh=FILM, frames=20):
        points = np.stack([person(x=250.0 + 5 * k) for k in range(frames)])
        points = np.asarray(change(points), np.float32)
        return KeypointRecording(
            source="test",
            skeleton=COCO17,
            score_threshold=0.5,
            index=np.arange(frames),
            frame=np.arange(frames),
            keypoints=points,
            keypoint_scores=np.ones(points.shape[:2], np.float32),
            boxes=boxes_around(points, np.ones(points.shape[:2], bool)).astype(np.float32),
            box_scores=np.ones(frames, np.float32),
            size_wh=size_wh,
            fps=Fraction(25),
        )

    return make


def test_people_in_the_images_are_no_matter(recorded):
    assert notes_on_placement(recorded()) == []
    assert notes_on_placement(recorded(size_wh=None)) == []
    assert notes_on_placement(recorded(lambda p: p[:, :, ::-1] * 0 + np.nan)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p * [1, -1], "y points upwards"),
        (lambda p: p * 4, r"outside the 640x480 pixels.*image_size_wh"),
        (lambda p: p - 900, "outside the 640x480"),
    ],
)
def test_what_evidently_does_not_fit_is_refused(recorded, change, said):
    with pytest.raises(ValueError, match=said):
        notes_on_placement(recorded(change))


def test_y_before_x_is_refused_where_only_that_fits(recorded):
    right = recorded(lambda p: p + np.array([200, 0]), FILM)
    assert notes_on_placement(right) == []
    with pytest.raises(ValueError, match="only with y before x"):
        notes_on_placement(recorded(lambda p: (p + np.array([200, 0]))[..., ::-1], FILM))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p * [1, -1] + [0, 480], "heads lie below feet"),
        (lambda p: p[..., ::-1], "y before x"),
        (lambda p: p * 1.5 + [20, 80], "beyond the 640x480 pixels"),
        (lambda p: p / 2, "upper left"),
    ],
)
def test_what_seems_not_to_fit_is_noted(recorded, change, said):
    [note] = notes_on_placement(recorded(change))
    assert said in note


def test_a_few_frames_say_nothing_about_axes(recorded):
    assert notes_on_placement(recorded(lambda p: p[..., ::-1], frames=4)) == []


def test_people_who_lie_on_the_other_side_are_no_matter(recorded):
    assert notes_on_placement(recorded(lambda p: (p * [1, -1] + [0, 400])[..., ::-1])) == []
