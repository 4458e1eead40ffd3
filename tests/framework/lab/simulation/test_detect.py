"""Detections of rendered people beside the truth, with detectors whose answers are known."""

import numpy as np
import pytest

from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library
from framework.lab.simulation.detect import simulate_detector
from framework.skeletons import COCO17, H36M17
from framework.stages import Detector
from framework.types import Detections


class AtPlace(Detector):
    """Answers the same keypoints in every frame, as shares of the image."""

    skeleton = COCO17

    def __init__(self, *people, with_3d=False):
        self.people = np.array(people, np.float32).reshape(-1, 17, 2)
        self.with_3d = with_3d
        self.clips, self.blocks = [], []

    def start(self, video):
        self.clips.append(video.size_wh)
        return self

    def detect(self, frames):
        self.blocks.append(len(frames.images))
        return [self.one(image) for image in frames.images]

    def one(self, image):
        keypoints = self.people * np.array(image.shape[1::-1], np.float32)
        count = len(keypoints)
        return Detections(
            skeleton=COCO17,
            boxes=np.concatenate([keypoints.min(1), keypoints.max(1)], -1),
            box_scores=np.ones(count, np.float32),
            keypoints=keypoints,
            keypoint_scores=np.full((count, 17), 0.8, np.float32),
            complete=np.ones(count, bool),
            score_threshold=0.5,
            keypoints_3d=np.zeros((count, 17, 3), np.float32) + 0.5 if self.with_3d else None,
        )


# Near the middle of the image, wherever the viewport puts the person.
MIDDLE = np.tile([0.5, 0.5], (17, 1)) + np.linspace(-0.05, 0.05, 17)[:, None]
RECIPE = WindowRecipe(frames=20)


@pytest.fixture
def library(person):
    return Library.of([(person, 1.0)])


def test_every_window_is_a_clip_and_is_detected_in_blocks(library):
    detector = AtPlace(MIDDLE)
    pairs = simulate_detector(library, detector, RECIPE, 2, seed=1)
    assert len(detector.clips) == 2
    assert detector.blocks == [16, 4, 16, 4]
    assert pairs.keypoints.shape == (2, 20, 17, 2)
    assert pairs.points.shape == (2, 20, 23, 3)
    assert pairs.points.dtype == np.float32


def test_the_nearest_detection_is_kept_in_units_of_the_focal_length(library):
    one = simulate_detector(library, AtPlace(MIDDLE), RECIPE, 1, seed=1)
    two = simulate_detector(library, AtPlace(MIDDLE - 0.45, MIDDLE), RECIPE, 1, seed=1)
    found = one.scores > 0
    assert found.any()
    np.testing.assert_array_equal(one.keypoints, two.keypoints)
    truth = one.points[..., :2] / one.points[..., 2:]
    extent = np.ptp(truth, axis=2).max(axis=-1)
    distance = np.linalg.norm(one.keypoints - truth[:, :, :1], axis=-1).mean(axis=-1)
    assert (distance < extent)[found.all(axis=-1)].all()


def test_a_false_positive_far_away_is_nobody(library):
    pairs = simulate_detector(library, AtPlace(MIDDLE - 5), RECIPE, 1, seed=1)
    assert (pairs.scores == 0).all()
    assert (pairs.keypoints == 0).all()
    assert np.isnan(pairs.own).all()


def test_frames_without_detections_are_nobody(library):
    pairs = simulate_detector(library, AtPlace(), RECIPE, 1, seed=1)
    assert (pairs.scores == 0).all()


def test_the_3d_of_the_detector_is_kept_as_h36m(library):
    pairs = simulate_detector(library, AtPlace(MIDDLE, with_3d=True), RECIPE, 1, seed=1)
    found = (pairs.scores > 0).all(axis=-1)
    assert found.any()
    wrist = H36M17.index("left_wrist")
    np.testing.assert_allclose(pairs.own[found][:, wrist], 0.5)
    assert np.isnan(pairs.own[~found]).all()


def test_the_same_seed_gives_the_same_pairs(library):
    runs = [simulate_detector(library, AtPlace(MIDDLE), RECIPE, 1, seed) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(runs[0].points, runs[1].points)
    np.testing.assert_array_equal(runs[0].keypoints, runs[1].keypoints)
    assert not np.array_equal(runs[0].points, runs[2].points)
