"""The stage with a hand-made network and boxes from a file."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector.rtmpose import register_detectors
from framework.plugins.detector.rtmpose.config import RtmPoseConfig
from framework.plugins.detector.rtmpose.rtmpose import RtmPose
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.testing import checks_of

COLOURS = (255, 0, 0), (0, 255, 0), (0, 0, 255)
SPOTS = np.array([[210.3, 140.0], [250.0, 200.7], [190.0, 260.0]])
BOX = np.array([[160.0, 100.0, 290.0, 300.0]])


def person_at_spots(dotted, dx=0.0):
    spots = SPOTS + np.array([dx, 0])
    return dotted(*((*spot, kind) for spot, kind in zip(spots, COLOURS, strict=True)))


@pytest.fixture(scope="module")
def settings(simcc_file, tmp_path_factory):
    """A network and a file of boxes: one person in each of 30 frames."""
    boxes = tmp_path_factory.mktemp("boxes") / "boxes.json"
    x, y, right, bottom = BOX[0].tolist()
    entries = [
        {"image_id": frame, "category_id": 1, "bbox": [x, y, right - x, bottom - y], "score": 0.9}
        for frame in range(30)
    ]
    boxes.write_text(json.dumps(entries))
    return {
        "path": simcc_file(),
        "person_detector": PersonDetectorName.file,
        "person_path": boxes,
    }


def test_a_person_in_a_box_is_detected_and_an_empty_box_is_not(settings, dotted, batch_of):
    frames = batch_of(person_at_spots(dotted), dotted(), person_at_spots(dotted, 10.0))
    with RtmPose(RtmPoseConfig(**settings), Runtime()) as detector:
        found = detector.detect(frames)
    assert [len(people) for people in found] == [1, 0, 1]
    np.testing.assert_allclose(found[0].boxes, BOX)
    np.testing.assert_allclose(found[0].box_scores, 0.9, atol=1e-6)
    step = 250 / 64  # pixels of the frame in a pixel of the crop
    np.testing.assert_allclose(found[0].keypoints[0, :3], SPOTS, atol=step)
    np.testing.assert_allclose(found[2].keypoints[0, :3], SPOTS + np.array([10, 0]), atol=step)
    assert found[0].skeleton is COCO17


CHECKS = checks_of("detector", register_detectors()[0])


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_contract(check, settings, dotted, batch_of):
    subject = replace(
        check.subject,
        settings=settings,
        frames=batch_of(*(person_at_spots(dotted, 2.0 * step) for step in range(12))),
    )
    replace(check, subject=subject)()
