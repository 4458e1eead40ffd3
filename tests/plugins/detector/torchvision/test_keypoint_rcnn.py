"""torchvision's Keypoint R-CNN with random weights."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError, StageError
from framework.plugins.detector.torchvision import register_detectors, register_weights
from framework.plugins.detector.torchvision.config import TorchvisionConfig
from framework.registry import Registered
from framework.stages import Runtime
from framework.testing import checks_of
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


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory):
    """Random weights that answer with people: their scores are pushed up."""
    import torch
    from torchvision.models.detection import keypointrcnn_resnet50_fpn

    torch.manual_seed(0)
    model = keypointrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bn3.weight"):
                parameter.fill_(0.1)  # frozen norms let numbers grow from block to block
        for name, buffer in model.named_buffers():
            if name.endswith("bn3.weight"):
                buffer.fill_(0.1)
        model.roi_heads.box_predictor.cls_score.bias.copy_(torch.tensor([-3.0, 3.0]))
    path = tmp_path_factory.mktemp("weights") / "random.pth"
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture
def settings(weights_file):
    return {"path": weights_file, "short_side_px": 96, "max_people": 3}


@installed
def test_answers_are_torchvisions_own(settings):
    import torch
    from torchvision.models.detection import keypointrcnn_resnet50_fpn

    from framework.plugins.detector.torchvision.keypoint_rcnn import KeypointRcnn

    frames = batch(0, 1)
    with KeypointRcnn(TorchvisionConfig(**settings), Runtime(device="cpu")) as detector:
        found = detector.detect(frames)
    model = keypointrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=2,
                                      min_size=96, box_score_thresh=0.7,
                                      box_detections_per_img=3)  # fmt: skip
    model.load_state_dict(torch.load(settings["path"], weights_only=True))
    with torch.inference_mode():
        images = [torch.from_numpy(one).permute(2, 0, 1) / 255 for one in frames.images]
        expected = model.eval()(images)
    assert [len(people) for people in found] == [3, 3]
    for people, answer in zip(found, expected, strict=True):
        np.testing.assert_allclose(people.boxes, answer["boxes"], atol=1e-3)
        np.testing.assert_allclose(people.keypoints, answer["keypoints"][..., :2], atol=1e-3)
        logistic = torch.sigmoid(answer["keypoints_scores"])
        np.testing.assert_allclose(people.keypoint_scores, logistic, atol=1e-5)


@installed
def test_the_published_file_is_normalised_as_torchvision_does_for_it(settings, tmp_path):
    import torch
    from torchvision.models.detection import KeypointRCNN
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.ops.misc import FrozenBatchNorm2d

    from framework.plugins.detector.torchvision.files import KEYPOINT_RCNN
    from framework.plugins.detector.torchvision.keypoint_rcnn import KeypointRcnn

    # What torchvision builds for its published weights: frozen norms without their epsilon.
    backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=FrozenBatchNorm2d
    )
    model = KeypointRCNN(
        backbone, 2, min_size=96, box_score_thresh=0.7, box_detections_per_img=3
    ).eval()
    model.load_state_dict(torch.load(settings["path"], weights_only=True))
    with torch.no_grad():  # so small that the epsilon of 1e-5 would count, in sum the same
        for name, buffer in model.named_buffers():
            if name.endswith(("bn1.running_var", "bn1.weight")):
                buffer.fill_(1e-4 if name.endswith("var") else 1e-2)
    path = tmp_path / KEYPOINT_RCNN.filename
    torch.save(model.state_dict(), path)
    frames = batch(0)
    image = [torch.from_numpy(frames.images[0]).permute(2, 0, 1) / 255]
    answers = []
    for epsilon in (1e-5, 0.0):
        for module in model.modules():
            if isinstance(module, FrozenBatchNorm2d):
                module.eps = epsilon
        with torch.inference_mode():
            answers.append(model(image)[0]["boxes"].numpy())
    with KeypointRcnn(
        TorchvisionConfig(**{**settings, "path": path}), Runtime(device="cpu")
    ) as detector:
        (people,) = detector.detect(frames)
    np.testing.assert_allclose(people.boxes, answers[1], atol=1e-2)
    assert len(people) == 3
    assert not np.allclose(*answers, atol=0.1), "the epsilon would have been seen"


@installed
@pytest.mark.parametrize(
    "check",
    CHECKS := checks_of("detector", register_detectors()[0]),
    ids=[check.name for check in CHECKS],
)
def test_contract(check, settings):
    if check.name == "nobody_in_a_blank_frame":
        pytest.skip("random weights see somebody everywhere")
    subject = replace(check.subject, settings=settings, frames=batch(*range(12)))
    replace(check, subject=subject)()


@installed
def test_nobody_is_an_empty_answer(settings):
    from framework.plugins.detector.torchvision.keypoint_rcnn import KeypointRcnn

    config = TorchvisionConfig(**settings, detection_threshold=1.0)
    with KeypointRcnn(config, Runtime(device="cpu")) as detector:
        (nobody,) = detector.detect(batch(0))
    assert nobody.keypoints.shape == (0, 17, 2)


@installed
@pytest.mark.slow
@pytest.mark.parametrize("nobody", [False, True])
def test_a_clip_becomes_a_video_from_the_command_line(settings, render, nobody):
    options = [f"^{name}={value}" for name, value in settings.items()]
    ran = render(
        "detector=torchvision", *options, f"detector.detection_threshold={1.0 if nobody else 0.5}"
    )
    assert ran.complained == ""
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert (ran.result.counts["found"] == 0) is nobody
    assert ("nobody was found in any frame" in ran.said) is nobody


@installed
def test_other_weights_are_refused(tmp_path, settings):
    import torch

    from framework.plugins.detector.torchvision.keypoint_rcnn import KeypointRcnn

    (tmp_path / "page.pth").write_text("<html>not found</html>")
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pth")
    for name in ("page.pth", "other.pth", "absent.pth"):
        config = TorchvisionConfig(**{**settings, "path": tmp_path / name})
        with pytest.raises(BackendError), KeypointRcnn(config, Runtime(device="cpu")):
            pass
    with pytest.raises(StageError, match="is not open"):
        KeypointRcnn(TorchvisionConfig(), Runtime(device="cpu")).detect(batch(0))


@pytest.mark.skipif(find_spec("torchvision") is not None, reason="torchvision is installed")
def test_without_torchvision_the_command_that_brings_it_is_shown():
    (entry,) = register_detectors()
    with pytest.raises(BackendError) as caught:
        Registered("detector", entry, "framework", "1").create(TorchvisionConfig(), Runtime())
    assert "pip install 'framework[torchvision]'" in caught.value.hint


def test_settings_are_checked_and_the_weights_are_known():
    for wrong in ({"score_threshold": 2.0}, {"max_people": 0}, {"short_side_px": 1}):
        with pytest.raises(ConfigurationError, match=f"^{next(iter(wrong))}"):
            TorchvisionConfig(**wrong)
    (entry,) = register_weights()
    assert entry.filename in entry.sources[0]["url"]
    assert entry.filename.endswith(f"-{entry.sha256}.pth")
