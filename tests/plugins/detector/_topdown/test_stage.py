"""The stage around any pose model: opening, following or not, and starting anew."""

import json

import numpy as np
import pytest

from framework.errors import StageError
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector._topdown.config import TopDownConfig
from framework.plugins.detector._topdown.stage import TopDownDetector
from framework.skeletons import COCO17, HALPE26
from framework.stages import Runtime

BOX = [100, 50, 60, 120]


class Middle:
    """All joints of a person on a line around the middle of the box, each with score 0.9."""

    skeleton = HALPE26
    device = "cpu"

    def poses(self, images, boxes):
        line = np.linspace(-20, 20, 26)[:, None].repeat(2, 1)
        middles = [(some[:, :2] + some[:, 2:4])[:, None] / 2 for some in boxes]
        return [(middle + line, np.full((len(middle), 26), 0.9)) for middle in middles]


class Lines(TopDownDetector):
    name = "lines"

    def open_model(self):
        return Middle()


@pytest.fixture
def boxes_path(tmp_path):
    """A person in frames 0 and 2."""
    entries = [{"image_id": frame, "bbox": BOX, "score": 0.7} for frame in (0, 2)]
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(entries))
    return path


def settings(path, **others):
    return TopDownConfig(person_detector=PersonDetectorName.file, person_path=path, **others)


def test_boxes_from_a_file_are_kept_and_nobody_is_followed(boxes_path, batch_of, video):
    with Lines(settings(boxes_path), Runtime()) as detector:
        detector.start(video)
        assert detector.skeleton is HALPE26, "that of the model"
        first, none, last = detector.detect(batch_of(*np.zeros((3, 480, 640, 3), np.uint8)))
    assert [len(first), len(none), len(last)] == [1, 0, 1]
    np.testing.assert_allclose(first.boxes, [[100, 50, 160, 170]])
    assert first.box_scores == pytest.approx(0.7)
    assert first.hint_ids is None
    np.testing.assert_allclose(first.keypoints[0].mean(0), [130, 110])


def test_no_frames_are_no_detections(boxes_path, batch_of):
    frames = batch_of(np.zeros((8, 8, 3), np.uint8))
    empty = type(frames)(
        images=frames.images[:0],
        index=frames.index[:0],
        time_s=frames.time_s[:0],
        is_source=frames.is_source[:0],
    )
    with Lines(settings(boxes_path), Runtime()) as detector:
        assert detector.detect(empty) == []


def test_detecting_without_opening_is_an_error(boxes_path, batch_of):
    detector = Lines(settings(boxes_path), Runtime())
    assert detector.skeleton is COCO17
    for _ in range(2):
        with pytest.raises(StageError, match="detector 'lines' is not open"):
            detector.detect(batch_of(np.zeros((8, 8, 3), np.uint8)))
        with detector:
            pass


def test_a_subclass_without_a_model_is_refused():
    class Forgetful(TopDownDetector):
        name = "forgetful"

    with pytest.raises(TypeError, match="open_model"):
        Forgetful(TopDownConfig(), Runtime())
