"""SimCC networks, checked with networks whose outputs are known."""

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector.rtmpose.simcc import SimCcModel, decode
from framework.plugins.detector.rtmpose.wholebody import WHOLEBODY133
from framework.skeletons import COCO17, HALPE26
from framework.stages import Runtime

COLOURS = (255, 0, 0), (0, 255, 0), (0, 0, 255)


SPOTS = np.array([[210.3, 140.0], [250.0, 200.7], [190.0, 260.0]])


BOX = np.array([[160.0, 100.0, 290.0, 300.0]])


def person_at_spots(dotted, dx=0.0):
    spots = SPOTS + np.array([dx, 0])
    return dotted(*((*spot, kind) for spot, kind in zip(spots, COLOURS, strict=True)))


@pytest.mark.parametrize("threads", [1, 2])
def test_joints_are_at_the_spots_of_their_colours(simcc_file, dotted, threads):
    model = SimCcModel(simcc_file(width=192, height=256), Runtime(threads=threads))
    image = person_at_spots(dotted)
    (found,) = model.poses([image], [BOX])
    keypoints, scores = found
    assert keypoints.shape == (1, 17, 2)
    expected = SPOTS[np.arange(17) % 3]
    np.testing.assert_allclose(keypoints[0], expected, atol=0.8, err_msg="a crop pixel is 0.98")
    np.testing.assert_allclose(scores, 1, atol=0.05)


def test_bins_are_pixels_of_the_crop_and_scores_the_mean_of_both_maxima():
    x, y = np.zeros((1, 2, 384), np.float32), np.zeros((1, 2, 512), np.float32)
    x[0, 0, 101], y[0, 0, 300] = 0.5, 0.9
    x[0, 1], y[0, 1] = -0.1, -0.2
    points, scores = decode(x, y, (192, 256))
    np.testing.assert_allclose(points[0, 0], [101 / 2 + 0.5, 300 / 2 + 0.5])
    np.testing.assert_allclose(scores, [[0.7, 0]], atol=1e-6)
    assert np.isnan(points[0, 1]).all(), "not above zero: the network says nothing"


def test_people_get_the_same_result_alone_and_in_a_batch(simcc_file, dotted):
    model = SimCcModel(simcc_file(), Runtime(threads=2))
    images = [person_at_spots(dotted, dx) for dx in (0.0, 40.0, 80.0)]
    boxes = [BOX, np.concatenate([BOX, BOX + 40]), np.zeros((0, 4))]
    together = model.poses(images, boxes)
    assert [len(keypoints) for keypoints, _ in together] == [1, 2, 0]
    for image, around, (keypoints, scores) in zip(images[:2], boxes[:2], together[:2], strict=True):
        for row in range(len(around)):
            ((alone, sure),) = model.poses([image], [around[row : row + 1]])
            np.testing.assert_array_equal(alone[0], keypoints[row])
            np.testing.assert_array_equal(sure[0], scores[row])


@pytest.mark.parametrize("skeleton", [COCO17, HALPE26, WHOLEBODY133], ids=lambda s: s.name)
def test_the_skeleton_follows_from_the_file(simcc_file, skeleton):
    assert SimCcModel(simcc_file(len(skeleton.joints)), Runtime()).skeleton is skeleton


def test_another_network_is_refused(simcc_file, boxed_file, tmp_path):
    with pytest.raises(BackendError, match="but RTMPose maps"):
        SimCcModel(simcc_file(19), Runtime())
    with pytest.raises(BackendError, match="but RTMPose maps"):
        SimCcModel(simcc_file(outputs="other"), Runtime())
    rtmo = boxed_file(64, np.ones((1, 5)), keypoints=np.ones((1, 17, 3), np.float32))
    with pytest.raises(BackendError, match="choose detector=rtmo"):
        SimCcModel(rtmo, Runtime())
    with pytest.raises(BackendError, match="there is no file"):
        SimCcModel(tmp_path / "absent.onnx", Runtime())
