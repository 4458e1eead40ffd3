"""Every person detector behind the one interface."""

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.plugins.detector._images.batches import each_frame, one_frame
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.files import PERSON_FILES
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
def test_a_dancer_has_one_good_box_in_a_batch_as_alone(chosen, shared_data, read_frames):
    finder = opened(chosen, shared_data)
    frames = read_frames("dance_480p.mp4", 3)
    together = finder.boxes(frames)
    assert [boxes.shape for boxes in together] == [(1, 5)] * 3
    assert iou(together[0][0, :4], DANCER[None])[0] > 0.85
    assert together[0][0, 4] > 0.5
    for boxes, frame in zip(together, each_frame(frames), strict=True):
        np.testing.assert_allclose(finder.boxes(frame)[0], boxes, atol=1e-3)


@pytest.mark.usefixtures("weights")
def test_blazepose_needs_no_file_of_its_own(shared_data, read_frames):
    finder = opened(PersonDetectorName.blazepose, shared_data)
    (boxes,) = finder.boxes(read_frames("dance_480p.mp4", 1))
    assert boxes.shape == (1, 5)
    assert iou(boxes[0, :4], DANCER[None])[0] > 0.7
    (nobody,) = finder.boxes(read_frames("one_by_one_gaps.mp4", 1))
    assert nobody.shape == (0, 5), "the foot of the table is proposed, but is no person"


@pytest.mark.parametrize("chosen", MODELS, ids=lambda one: one.value)
@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (480, 640)])
def test_nobody_is_in_an_empty_picture(chosen, shape, shared_data):
    finder = opened(chosen, shared_data)
    (boxes,) = finder.boxes(one_frame(np.full((*shape, 3), 90, np.uint8)))
    assert boxes.shape == (0, 5)


@pytest.mark.parametrize("named", [True, False])
def test_a_yolox_of_people_that_suppresses_by_itself_is_read_too(boxed_file, named):
    """OpenMMLab's export: boxes in pixels of the square, classes beside them or none."""
    rows = np.array([[10, 20, 30, 60, 0.9], [0, 0, 8, 8, 0.2], [40, 0, 60, 20, 0.8]])
    labels = {"labels": np.array([0, 0, 7])} if named else {}
    finder = open_person_detector(
        PersonDetectorName.yolox, Runtime(threads=1), path=boxed_file(64, rows, **labels)
    )
    red, grey = (one_frame(np.full((480, 640, 3), colour, np.uint8)) for colour in COLOURS)
    (found,) = finder.boxes(red)
    np.testing.assert_allclose(found[0, :4], [100, 200, 300, 600], atol=1e-4)
    assert len(found) == (1 if named else 2)
    assert found[0, 4] == pytest.approx(0.9), "the picture reached the network as BGR"
    assert finder.boxes(grey)[0].shape == (0, 5)


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


def test_published_files_are_told_apart():
    assert len({entry.name for entry in PERSON_FILES}) == len(PERSON_FILES)
    assert all(entry.licence and entry.sources for entry in PERSON_FILES)


def coco(path, *entries):
    path.write_text(json.dumps(entries))
    return open_person_detector(PersonDetectorName.file, Runtime(), path=path, threshold=0.3)


def test_boxes_of_another_tool_are_read_by_frame(tmp_path):
    def entry(frame, x, score, category=1):
        box = [x, 20, 30, 60]
        return {"image_id": frame, "category_id": category, "bbox": box, "score": score}

    finder = coco(
        tmp_path / "boxes.json",
        entry(4, 50, 0.8),
        entry(0, 10, 0.5),
        entry(0, 90, 0.9),
        entry(0, 70, 0.1),
        entry(0, 80, 0.9, category=3),
    )
    blank = one_frame(np.zeros((8, 8, 3), np.uint8))
    frames = [replace(blank, index=np.array([index])) for index in (0, 1, 4)]
    first, none, last = (finder.boxes(frame)[0] for frame in frames)
    np.testing.assert_allclose(first, [[90, 20, 120, 80, 0.9], [10, 20, 40, 80, 0.5]])
    assert none.shape == (0, 5)
    np.testing.assert_allclose(last, [[50, 20, 80, 80, 0.8]])


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", '{"a": 1}', '[{"image_id": 1}]', "[" * 100_000, '[{"image_id": "x", "bbox": 3}]',
     '[{"image_id": 0, "bbox": [1, 2, 3, {}]}]', "\x00\xff"],
)  # fmt: skip
def test_a_file_without_boxes_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "boxes.json"
    path.write_text(text)
    with pytest.raises(BackendError, match="holds no boxes") as caught:
        open_person_detector(PersonDetectorName.file, Runtime(), path=path)
    assert "image_id" in caught.value.hint
    with pytest.raises(BackendError, match="holds no boxes"):
        path.rename(tmp_path / "boxes.npz")
        open_person_detector(PersonDetectorName.file, Runtime(), path=tmp_path / "boxes.npz")
