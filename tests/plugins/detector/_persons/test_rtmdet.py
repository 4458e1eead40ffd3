"""RTMDet's inputs and outputs, checked with a network whose outputs are known."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.errors import BackendError
from framework.plugins.detector._images.batches import one_frame
from framework.plugins.detector._persons.rtmdet import RtmDet
from framework.stages import Runtime

ROWS = np.array([[40, 0, 60, 20, 0.5], [10, 20, 30, 60, 0.9], [0, 0, 8, 8, 0.8], [1, 1, 9, 9, 0.1]])
LABELS = np.array([0, 0, 2, 0])


def test_people_come_best_first_in_pixels_of_the_frame(boxed_file):
    # The network's scores are multiples of (red - green - blue) / 255, here of normalised channels.
    red, green, blue = (255 - 123.675) / 58.395, -116.28 / 57.12, -103.53 / 57.375
    scores = np.array([0.9, 0.5]) * (red - green - blue) / 255
    detector = RtmDet(boxed_file(64, ROWS, labels=LABELS), Runtime(threads=1), 0.01)
    (boxes,) = detector.boxes(one_frame(np.full((480, 640, 3), (255, 0, 0), np.uint8)))
    np.testing.assert_allclose(boxes[:, :4], [[100, 200, 300, 600], [400, 0, 600, 200]])
    np.testing.assert_allclose(boxes[:, 4], scores, rtol=1e-4)
    (none,) = detector.boxes(one_frame(np.full((480, 640, 3), (0, 255, 255), np.uint8)))
    assert none.shape == (0, 5)


def test_another_network_is_refused(boxed_file):
    with pytest.raises(BackendError, match="but an RTMDet maps one image to dets and labels"):
        RtmDet(boxed_file(64, ROWS), Runtime(), 0.3)
