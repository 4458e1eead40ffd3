"""YOLOX-nano finds the people of real frames."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.errors import BackendError
from framework.plugins.detector._images.batches import one_frame
from framework.plugins.detector._persons.yolox import Yolox
from framework.stages import Runtime


@pytest.fixture
def network(shared_data):
    return Yolox(shared_data / "models" / "yolox_nano.onnx", Runtime(threads=1), 0.3)


def test_the_dancer_has_one_box_around_him(network, read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    (boxes,) = network.boxes(frames)
    assert boxes.shape == (1, 5)
    assert boxes[0, 4] > 0.7
    np.testing.assert_allclose(boxes[0, :4], [328, 50, 501, 485], atol=5)
    (again,) = network.boxes(frames)
    np.testing.assert_array_equal(boxes, again)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (321, 241), (480, 640)])
def test_nobody_is_in_an_empty_picture_of_any_size(network, shape):
    (boxes,) = network.boxes(one_frame(np.full((*shape, 3), 90, np.uint8)))
    assert boxes.shape == (0, 5)


def test_another_network_is_refused_by_its_shapes(shared_data, tmp_path):
    with pytest.raises(BackendError, match="a YOLOX that detects people maps"):
        Yolox(shared_data / "models" / "blazepose_landmark_lite.onnx", Runtime(), 0.3)
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(BackendError, match="cannot be opened"):
        Yolox(tmp_path / "text.onnx", Runtime(), 0.3)
