"""What people look like is measured at their joints, and only when a tracker asks."""

from dataclasses import replace

import numpy as np
import pytest

from framework.appearance import COLOURS, with_appearance
from framework.skeletons import COCO17, Skeleton
from framework.types import Detections

RED, BLUE, GREY = (250, 10, 10), (10, 10, 250), (120, 120, 120)


def standing(left=100.0):
    """One person, 60 pixels wide: shoulders at 100, hips at 200, knees at 300."""
    points = np.full((1, 17, 2), 150, np.float32)
    rows = {"shoulder": 100, "elbow": 150, "wrist": 190, "hip": 200, "knee": 300, "ankle": 380}
    for joint, y in rows.items():
        for side, x in (("left", left + 60), ("right", left)):
            points[0, COCO17.index(f"{side}_{joint}")] = (x, y)
    return Detections(
        skeleton=COCO17,
        boxes=np.array([[left - 10, 60, left + 70, 400]], np.float32),
        box_scores=np.ones(1, np.float32),
        keypoints=points,
        keypoint_scores=np.ones((1, 17), np.float32),
    )


def painted(top, legs):
    image = np.full((420, 400, 3), GREY, np.uint8)
    image[90:200, 90:170], image[200:310, 90:170] = top, legs
    return image


def colour_of(shares):
    return int(shares.argmax()), pytest.approx(float(shares.max()), abs=0.2)


def test_torso_and_thighs_have_the_colours_of_their_clothes():
    (histograms,) = with_appearance(standing(), painted(RED, BLUE)).appearance
    assert colour_of(histograms[0]) == (3 * 16, 1)
    assert colour_of(histograms[1]) == (3, 1)
    assert histograms.sum(1) == pytest.approx([1, 1])


def test_what_is_not_seen_or_outside_the_frame_is_unknown():
    hidden = standing()
    hidden.keypoint_scores[0, COCO17.index("left_knee")] = 0.1
    histograms = with_appearance(hidden, painted(RED, BLUE)).appearance[0]
    assert np.isfinite(histograms[0]).all() and np.isnan(histograms[1]).all()
    cut_off = with_appearance(standing(left=360.0), painted(RED, BLUE)).appearance
    assert np.isnan(cut_off).all()


def test_nobody_and_other_skeletons_are_fine():
    image = painted(RED, BLUE)
    assert with_appearance(Detections.empty(COCO17), image).appearance.shape == (0, 2, COLOURS)
    hands = Skeleton(name="hands", joints=("left_wrist", "right_wrist"), bones=((0, 1),), root=0)
    wrists = replace(
        standing(),
        skeleton=hands,
        keypoints=np.full((1, 2, 2), 150, np.float32),
        keypoint_scores=np.ones((1, 2), np.float32),
    )
    assert np.isnan(with_appearance(wrists, image).appearance).all()


def test_people_keep_their_looks_when_some_are_taken():
    people = with_appearance(standing(), painted(RED, BLUE))
    assert people.take(np.array([0])).appearance.shape == (1, 2, COLOURS)
    assert people.take(np.array([], int)).appearance.shape == (0, 2, COLOURS)
