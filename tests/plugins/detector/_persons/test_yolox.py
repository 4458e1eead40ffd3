"""YOLOX-nano finds the people of real frames."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")


import pytest

from framework.errors import BackendError
from framework.plugins.detector._images.batches import one_frame
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.names import PersonDetectorName
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
def test_a_blank_image_of_any_size_holds_nobody(network, shape):
    (boxes,) = network.boxes(one_frame(np.full((*shape, 3), 90, np.uint8)))
    assert boxes.shape == (0, 5)


def test_another_network_is_refused_by_its_shapes(shared_data, tmp_path):
    with pytest.raises(BackendError, match="a YOLOX that detects people maps"):
        Yolox(shared_data / "models" / "blazepose_landmark_lite.onnx", Runtime(), 0.3)
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(BackendError, match="cannot be opened"):
        Yolox(tmp_path / "text.onnx", Runtime(), 0.3)


COLOURS = (255, 0, 0), (60, 60, 60)


@pytest.mark.parametrize("named", [True, False])
def test_a_yolox_of_people_with_its_own_suppression_is_read(boxed_file, named):
    """OpenMMLab's export: boxes in pixels of the square, classes beside them or none."""
    rows = np.array([[10, 20, 30, 60, 0.9], [0, 0, 8, 8, 0.2], [40, 0, 60, 20, 0.8]])
    labels = {"labels": np.array([0, 0, 7])} if named else {}
    detector = open_person_detector(
        PersonDetectorName.yolox, Runtime(threads=1), path=boxed_file(64, rows, **labels)
    )
    red, grey = (one_frame(np.full((480, 640, 3), colour, np.uint8)) for colour in COLOURS)
    (found,) = detector.boxes(red)
    np.testing.assert_allclose(found[0, :4], [100, 200, 300, 600], atol=1e-4)
    assert len(found) == (1 if named else 2)
    assert found[0, 4] == pytest.approx(0.9), "the image reached the network as BGR"
    assert detector.boxes(grey)[0].shape == (0, 5)
