"""BlazePose as a person detector."""

import numpy as np
import pytest

from framework.geometry.boxes import iou
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.stages import Runtime

DANCER = np.array([328, 50, 501, 485])


@pytest.mark.usefixtures("weights")
def test_blazepose_needs_no_file_of_its_own(read_frames):
    detector = open_person_detector(PersonDetectorName.blazepose, Runtime(threads=1))
    (boxes,) = detector.boxes(read_frames("dance_480p.mp4", 1))
    assert boxes.shape == (1, 5)
    assert iou(boxes[0, :4], DANCER[None])[0] > 0.7
    (nobody,) = detector.boxes(read_frames("one_by_one_gaps.mp4", 1))
    assert nobody.shape == (0, 5), "the foot of the table is proposed, but is no person"
