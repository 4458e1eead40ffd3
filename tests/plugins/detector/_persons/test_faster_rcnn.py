"""torchvision's Faster R-CNN as a person detector."""

from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.stages import Runtime
from framework.types import FrameBatch

installed = pytest.mark.skipif(
    find_spec("torchvision") is None, reason="torchvision is not installed (an extra)"
)


def batch(*seeds: int) -> FrameBatch:
    images = [np.random.default_rng(s).integers(0, 256, (96, 128, 3), np.uint8) for s in seeds]
    return FrameBatch(
        images=np.stack(images),
        index=np.arange(len(seeds)),
        time_s=np.arange(len(seeds)) / 30,
        is_source=np.ones(len(seeds), bool),
    )


@installed
def test_the_mobile_person_detector_runs_and_refuses_other_weights(tmp_path):
    import torch
    from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn

    torch.manual_seed(0)
    model = fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None)
    with torch.no_grad():
        bias = torch.full((91,), -3.0)
        bias[1] = 3.0
        model.roi_heads.box_predictor.cls_score.bias.copy_(bias)
    path = tmp_path / "person.pth"
    torch.save(model.state_dict(), path)
    detector = open_person_detector(
        PersonDetectorName.torchvision, Runtime(device="cpu"), path=path
    )
    together = detector.boxes(batch(0, 1))
    (alone,) = detector.boxes(batch(1))
    assert all(boxes.shape[1] == 5 and len(boxes) for boxes in together)
    np.testing.assert_allclose(together[1], alone, atol=1e-3)
    other = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, other)
    with pytest.raises(BackendError, match="not torchvision's Faster R-CNN"):
        open_person_detector(PersonDetectorName.torchvision, Runtime(device="cpu"), path=other)
