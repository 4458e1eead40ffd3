"""YOLOX-nano finds the people of real frames."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.errors import BackendError
from framework.plugins.detector._topdown.yolox import Yolox


def test_the_dancer_has_one_box_around_him(shared_data, read_frames):
    network = Yolox(shared_data / "models" / "yolox_nano.onnx", 1, 0.3)
    image = read_frames("dance_480p.mp4", 1).images[0]
    boxes, scores = network.boxes(image)
    assert len(boxes) == 1
    assert scores[0] > 0.7
    np.testing.assert_allclose(boxes[0], [328, 50, 501, 485], atol=5)
    again, _ = network.boxes(image)
    np.testing.assert_array_equal(boxes, again)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (321, 241), (480, 640)])
def test_nobody_is_in_an_empty_picture_of_any_size(shared_data, shape):
    network = Yolox(shared_data / "models" / "yolox_nano.onnx", 1, 0.3)
    boxes, scores = network.boxes(np.full((*shape, 3), 90, np.uint8))
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)


def test_another_network_is_refused_by_its_shapes(shared_data, tmp_path):
    with pytest.raises(BackendError, match="but a COCO YOLOX maps"):
        Yolox(shared_data / "models" / "blazepose_landmark_lite.onnx", 1, 0.3)
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(BackendError, match="cannot be opened"):
        Yolox(tmp_path / "text.onnx", 1, 0.3)
