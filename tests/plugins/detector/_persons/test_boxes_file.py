"""Boxes from files of other tools and earlier runs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector._images.batches import one_frame
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.stages import Runtime


def coco(path, *entries):
    path.write_text(json.dumps(entries))
    return open_person_detector(PersonDetectorName.file, Runtime(), path=path, threshold=0.3)


def test_boxes_of_another_tool_are_read_by_frame(tmp_path):
    def entry(frame, x, score, category=1):
        box = [x, 20, 30, 60]
        return {"image_id": frame, "category_id": category, "bbox": box, "score": score}

    detector = coco(
        tmp_path / "boxes.json",
        entry(4, 50, 0.8),
        entry(0, 10, 0.5),
        entry(0, 90, 0.9),
        entry(0, 70, 0.1),
        entry(0, 80, 0.9, category=3),
    )
    blank = one_frame(np.zeros((8, 8, 3), np.uint8))
    frames = [replace(blank, index=np.array([index])) for index in (0, 1, 4)]
    first, none, last = (detector.boxes(frame)[0] for frame in frames)
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
