"""Every person detector behind the one interface."""

from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.plugins.detector._images.batches import each_frame, one_frame
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.stages import Runtime

COLOURS = (255, 0, 0), (60, 60, 60)
DANCER = np.array([328, 50, 501, 485])
MODELS = {
    PersonDetectorName.yolox: "yolox_nano.onnx",
    PersonDetectorName.rtmdet: "rtmdet_nano_person.onnx",
}


def opened(chosen, shared_data, **settings):
    if chosen in MODELS:
        pytest.importorskip("onnxruntime")
        settings = {"path": shared_data / "models" / MODELS[chosen], **settings}
    return open_person_detector(chosen, Runtime(threads=1), **settings)


@pytest.mark.parametrize("chosen", MODELS, ids=lambda one: one.value)
def test_the_dancer_has_the_same_good_box_alone_and_in_a_batch(chosen, shared_data, read_frames):
    detector = opened(chosen, shared_data)
    frames = read_frames("dance_480p.mp4", 3)
    together = detector.boxes(frames)
    assert [boxes.shape for boxes in together] == [(1, 5)] * 3
    assert iou(together[0][0, :4], DANCER[None])[0] > 0.85
    assert together[0][0, 4] > 0.5
    for boxes, frame in zip(together, each_frame(frames), strict=True):
        np.testing.assert_allclose(detector.boxes(frame)[0], boxes, atol=1e-3)


@pytest.mark.parametrize("chosen", MODELS, ids=lambda one: one.value)
@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (480, 640)])
def test_a_blank_image_holds_nobody(chosen, shape, shared_data):
    detector = opened(chosen, shared_data)
    (boxes,) = detector.boxes(one_frame(np.full((*shape, 3), 90, np.uint8)))
    assert boxes.shape == (0, 5)


def test_another_network_is_refused(shared_data, boxed_file):
    pytest.importorskip("onnxruntime")
    for chosen, says in (
        (PersonDetectorName.yolox, "YOLOX that detects people"),
        (PersonDetectorName.rtmdet, "RTMDet maps"),
    ):
        with pytest.raises(BackendError, match=says):
            open_person_detector(
                chosen,
                Runtime(),
                path=shared_data / "models" / "blazepose_landmark_lite.onnx",
            )


def test_a_file_that_is_not_there_is_named(tmp_path):
    pytest.importorskip("onnxruntime")
    with pytest.raises(BackendError, match=r"no file .*absent\.onnx"):
        open_person_detector(PersonDetectorName.yolox, Runtime(), path=tmp_path / "absent.onnx")
    with pytest.raises(BackendError, match="no published file"):
        open_person_detector(PersonDetectorName.file, Runtime())


@pytest.mark.skipif(find_spec("torchvision") is not None, reason="torchvision is installed")
def test_a_library_that_is_missing_is_named():
    with pytest.raises(BackendError, match="torchvision needs the module torchvision") as caught:
        open_person_detector(PersonDetectorName.torchvision, Runtime())
    assert "pip install" in caught.value.hint
