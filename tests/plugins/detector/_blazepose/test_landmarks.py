"""Raw outputs of the landmark network become landmarks of the frame."""

import numpy as np
import pytest

from framework.plugins.detector._blazepose import files
from framework.plugins.detector._blazepose.landmarks import (
    LandmarkModel,
    read_landmarks,
)
from framework.skeletons import BLAZEPOSE33
from framework.weights import locate


def square(x: float, y: float = 240.0, side: float = 200.0, angle: float = 0.0) -> np.ndarray:
    return np.array([x, y, side, angle])


def test_raw_landmarks_are_turned_into_the_axes_of_the_frame():
    points, world = np.zeros((39, 5)), np.zeros((39, 3))
    points[0, :4] = [128, 0, 9, 2.0]  # upper middle of the crop
    points[33, :2], points[34, :2] = (128, 128), (128, 28)
    world[0] = [0.1, -0.5, -0.2]
    at = square(300, 200, side=512, angle=np.pi / 2)  # the head is at the right
    pose = read_landmarks(points, 0.9, world, at)
    np.testing.assert_allclose(pose.keypoints[0], [300 + 256, 200])
    np.testing.assert_allclose(pose.world[0], [0.5, 0.1, -0.2], atol=1e-12)
    np.testing.assert_allclose(pose.square, [300, 200, 500, np.pi / 2])
    assert pose.visibility[0] == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.fixture(scope="module")
def dancer(read_frames):
    return read_frames("dance_480p.mp4", 12)


def test_with_flip_the_result_for_the_mirror_image_is_the_mirrored_result(dancer):
    """Without, left and right differ by pixels: the network has learnt them from photographs."""
    image = dancer.images[0]
    width = image.shape[1]
    square = np.array([432.0, 250.0, 480.0, 0.0])
    mirror = list(BLAZEPOSE33.mirror)
    path = locate(files.LANDMARKS["full"])

    def apart(flip: bool) -> float:
        """Mean distance in pixels."""
        model = LandmarkModel(path, threads=2, flip=flip)
        seen = model.estimate(image, square)
        other = model.estimate(image[:, ::-1], np.array([width - 432.0, 250.0, 480.0, 0.0]))
        np.testing.assert_allclose(other.presence, seen.presence, atol=1e-3 if flip else 1)
        back = other.keypoints[mirror] * (-1, 1) + (width, 0)
        if flip:
            np.testing.assert_allclose(other.world[mirror] * (-1, 1, 1), seen.world, atol=1e-3)
        return float(np.linalg.norm(back - seen.keypoints, axis=-1).mean())

    assert apart(flip=True) < 0.02
    assert apart(flip=False) > 1
