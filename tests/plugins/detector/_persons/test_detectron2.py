"""detectron2 as a person detector."""

from importlib.util import find_spec

import numpy as np
import pytest

from framework.plugins.detector.detectron2.config import (
    Detectron2Config,
)
from framework.plugins.detector.detectron2.detectron2 import Detectron2
from framework.stages import Runtime

CPU = Runtime(device="cpu", threads=1)


installed = pytest.mark.skipif(
    find_spec("detectron2") is None, reason="detectron2 is not on Python's path"
)


SMALL = {"short_side_px": 96, "batch_size": 2}


@pytest.fixture(scope="module")
def detector(detectron2_weights):
    with Detectron2(Detectron2Config(weights=detectron2_weights, **SMALL), CPU) as opened:
        yield opened


@installed
@pytest.mark.slow
def test_its_boxes_are_those_of_the_stage(detector, detectron2_weights, read_frames, monkeypatch):
    from framework.plugins.detector._persons import detectron2

    monkeypatch.setattr(detectron2, "SHORT_SIDE_PX", SMALL["short_side_px"])
    frames = read_frames("dance_480p.mp4", 1)
    ((boxes),) = detectron2.Detectron2Boxes(detectron2_weights, CPU, 0.7).boxes(frames)
    (people,) = detector.detect(frames)
    assert len(boxes)
    np.testing.assert_allclose(boxes[:, :4], people.boxes, atol=1e-2)
    np.testing.assert_allclose(boxes[:, 4], people.box_scores, atol=1e-4)
