"""ViTPose through transformers, with tiny models of random weights saved to a folder."""

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector.vitpose import register_detectors
from framework.plugins.detector.vitpose.config import VitPoseConfig
from framework.registry import Registered
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.testing import checks_of

BOX = np.array([160.0, 100.0, 290.0, 300.0])
installed = pytest.mark.skipif(
    find_spec("transformers") is None, reason="transformers is not installed (an extra)"
)


def image(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (320, 400, 3), np.uint8)


def saved(folder, *, joints: int = 17, experts: int = 1):
    """A ViTPose of two small layers."""
    import torch
    import transformers
    from transformers.utils import is_torchvision_available

    torch.manual_seed(0)
    backbone = transformers.VitPoseBackboneConfig(
        image_size=[64, 48],
        patch_size=[16, 16],
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        out_indices=[2],
        num_experts=experts,
        part_features=12 if experts > 1 else 0,
    )
    config = transformers.VitPoseConfig(
        backbone_config=backbone, num_labels=joints, scale_factor=4, use_simple_decoder=True
    )
    model = transformers.VitPoseForPoseEstimation(config)
    with torch.no_grad():  # answers of random weights are around zero: lift them to scores
        model.head.conv.bias.fill_(0.6)
    model.save_pretrained(folder)
    kind = "VitPoseImageProcessor" + ("" if is_torchvision_available() else "Pil")
    getattr(transformers, kind)(size={"height": 64, "width": 48}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("vitpose"))


@pytest.fixture(scope="module")
def settings(folder, tmp_path_factory):
    boxes = tmp_path_factory.mktemp("boxes") / "boxes.json"
    sides = [*BOX[:2].tolist(), *(BOX[2:] - BOX[:2]).tolist()]
    boxes.write_text(
        json.dumps([{"image_id": frame, "bbox": sides, "score": 0.9} for frame in range(0, 30, 2)])
    )
    return {
        "model": str(folder),
        "person_detector": PersonDetectorName.file,
        "person_path": boxes,
    }


def poses_of(folder, images, boxes, threads=1):
    from framework.plugins.detector.vitpose.vitpose import HeatmapModel

    return HeatmapModel(str(folder), Runtime(device="cpu", threads=threads)).poses(images, boxes)


@installed
def test_results_are_those_of_transformers_half_a_pixel_on(folder):
    import torch
    import transformers
    from transformers.utils import is_torchvision_available

    kind = "VitPoseImageProcessor" + ("" if is_torchvision_available() else "Pil")
    processor = getattr(transformers, kind).from_pretrained(folder)
    model = transformers.VitPoseForPoseEstimation.from_pretrained(folder).eval()
    x, y, right, bottom = BOX - 0.5  # transformers counts from the middle of pixels
    around = [np.array([[x, y, right - x, bottom - y]], np.float32)]
    inputs = processor([image(0)], boxes=around, return_tensors="pt")
    with torch.inference_mode():
        output = model(inputs["pixel_values"].to(torch.float32))
    (expected,) = processor.post_process_pose_estimation(output, boxes=around)[0]
    ((keypoints, scores),) = poses_of(folder, [image(0)], [BOX[None]])
    apart = np.abs(keypoints[0] - expected["keypoints"].numpy() - 0.5).max(-1)
    assert (apart < 1e-3).sum() >= 9
    assert (apart[apart >= 1e-3] > 5).all(), "only refinements of more than a pixel are left out"
    np.testing.assert_allclose(scores[0], expected["scores"], atol=1e-5)
    assert keypoints.shape == (1, len(COCO17.joints), 2), "no point is left out"


@installed
def test_large_refinements_are_left_out_and_joints_without_a_peak_are_nan():
    from framework.plugins.detector.vitpose.vitpose import without_artefacts

    maps = np.zeros((1, 3, 16, 12), np.float32)
    maps[0, :2, 5, 4] = 0.8
    around = np.array([[100.0, 200.0, 110.0, 150.0]])  # a pixel of the map is 10 of the frame
    peak, near, far = [85.0, 175.0], [89.0, 166.0], [88.0, 164.0]
    refined = np.array([[near, far, peak]])
    points, scores = without_artefacts(refined, maps, around)
    np.testing.assert_allclose(points[0, :2], [near, peak])
    assert np.isnan(points[0, 2]).all()
    assert scores[0] == pytest.approx([0.8, 0.8, 0])


@installed
def test_people_get_the_same_result_alone_and_in_a_batch(folder):
    images = [image(0), image(1), image(2)]
    boxes = [BOX[None], np.zeros((0, 4)), np.stack([BOX, BOX + 20])]
    together = poses_of(folder, images, boxes)
    assert [len(keypoints) for keypoints, _ in together] == [1, 0, 2]
    for row in range(2):
        ((alone, sure),) = poses_of(folder, [images[2]], [boxes[2][row : row + 1]])
        np.testing.assert_allclose(alone[0], together[2][0][row], atol=1e-2)
        np.testing.assert_allclose(sure[0], together[2][1][row], atol=1e-5)


@installed
def test_vitpose_plus_runs_with_the_expert_of_coco(tmp_path):
    folder = saved(tmp_path, experts=3)
    ((keypoints, scores),) = poses_of(folder, [image(0)], [BOX[None]])
    assert keypoints.shape == (1, 17, 2)
    assert np.isfinite(scores).all()


@installed
@pytest.mark.parametrize(
    "check",
    CHECKS := checks_of("detector", register_detectors()[0]),
    ids=[check.name for check in CHECKS],
)
def test_contract(check, settings, batch_of):
    if check.name == "nobody_in_a_blank_frame":
        pytest.skip("random weights see somebody in every box")
    frames = batch_of(*(image(seed) for seed in range(12)))
    replace(check, subject=replace(check.subject, settings=settings, frames=frames))()


@installed
@pytest.mark.slow
@pytest.mark.parametrize("nobody", [False, True])
def test_a_clip_becomes_a_video_from_the_command_line(folder, shared_data, render, nobody):
    ran = render(
        "detector=vitpose",
        f"detector.model={folder}",
        f"detector.person_path={shared_data}/models/yolox_nano.onnx",
        f"detector.detection_threshold={1.0 if nobody else 0.3}",
    )
    assert ran.complained == ""
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert (ran.result.counts["found"] == 0) is nobody
    assert ("nobody was found in any frame" in ran.said) is nobody


@installed
def test_another_model_is_refused_in_one_line(folder, tmp_path):
    for name in ("empty", "other", "joints", "pickle", "partial"):
        (tmp_path / name).mkdir()
    for part in folder.iterdir():
        for name in ("other", "pickle", "partial"):
            (tmp_path / name / part.name).write_bytes(part.read_bytes())
    (tmp_path / "other" / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "pickle" / "model.safetensors").rename(tmp_path / "pickle" / "pytorch_model.bin")
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    tensors.pop("head.conv.weight")
    save_file(tensors, tmp_path / "partial" / "model.safetensors", {"format": "pt"})
    saved(tmp_path / "joints", joints=21)
    for name in ("empty", "other", "pickle", "partial", "joints", "absent"):
        with pytest.raises(BackendError) as caught:
            poses_of(tmp_path / name, [], [])
        assert "\n" not in caught.value.message, name
        assert caught.value.hint


@installed
def test_offline_a_model_of_the_hub_is_one_clear_error(monkeypatch, tmp_path, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEWORK_OFFLINE", "1")
    with pytest.raises(BackendError, match="no model of the hub is nobody/nothing") as caught:
        poses_of("nobody/nothing", [], [])
    assert "unset FRAMEWORK_OFFLINE" in caught.value.hint
    assert not caplog.records


@pytest.mark.skipif(find_spec("transformers") is not None, reason="transformers is installed")
def test_without_transformers_the_command_that_brings_it_is_shown():
    (entry,) = register_detectors()
    with pytest.raises(BackendError) as caught:
        Registered("detector", entry, "framework", "1").create(VitPoseConfig(), Runtime())
    assert "transformers is not installed" in str(caught.value)
    assert "pip install 'framework[vitpose]'" in caught.value.hint


def test_the_settings_are_those_of_every_top_down_backend():
    assert VitPoseConfig().model.startswith("usyd-community/")
    with pytest.raises(ConfigurationError, match="max_people is"):
        VitPoseConfig(max_people=0)
