"""Keypoint R-CNN through detectron2; some tests need detectron2."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch

from framework.errors import BackendError, ConfigurationError, StageError
from framework.pipeline import Pipeline
from framework.plugins.detector.detectron2.config import (
    Detectron2Config,
    Detectron2Model,
    DetectronConfig,
)
from framework.plugins.detector.detectron2.detectron2 import Detectron, Detectron2, detections
from framework.stages import Runtime

CPU = Runtime(device="cpu", threads=1)
installed = pytest.mark.skipif(
    find_spec("detectron2") is None, reason="detectron2 is not on Python's path"
)


def test_outputs_become_detections_best_first_with_scores_cut_at_one():
    boxes = np.array([[0, 0, 10, 20], [5, 5, 5, 9], [3, 3, 50, 60]], np.float32)
    keypoints = np.zeros((3, 17, 3), np.float32)
    keypoints[:, :, 2] = 0.2
    keypoints[2, 0] = [7.5, 8.5, 13.3]
    people = detections(boxes, np.array([0.7, 0.95, 0.9], np.float32), keypoints, 0.05)
    assert people.boxes.tolist() == [[3, 3, 50, 60], [0, 0, 10, 20]]  # one had no width
    assert people.box_scores == pytest.approx([0.9, 0.7])
    assert people.keypoints[0, 0].tolist() == [7.5, 8.5]
    assert people.keypoint_scores[0, :2] == pytest.approx([1, 0.2])
    assert people.score_threshold == 0.05


def test_no_outputs_are_no_people():
    nothing = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    assert len(detections(*nothing, np.zeros((0, 17, 3), np.float32), 0.05)) == 0


@pytest.mark.parametrize(
    "settings",
    [{"score_threshold": 2}, {"detection_threshold": -1}, {"short_side_px": 8}, {"batch_size": 0}],
)
def test_settings_out_of_range_are_named(settings):
    (name,) = settings
    with pytest.raises(ConfigurationError, match=f"^{name}"):
        Detectron2Config(**settings)


def test_half_precision_is_for_gpus():
    with pytest.raises(ConfigurationError, match="needs a GPU"):
        Detectron2(Detectron2Config(half=True), CPU)


@pytest.mark.skipif(find_spec("detectron2") is not None, reason="detectron2 is here")
@pytest.mark.parametrize("name", ["detectron2", "detectron"])
def test_without_detectron2_a_run_shows_how_to_install_it(name):
    with pytest.raises(BackendError, match=f"{name}' cannot run: detectron2 is not") as caught:
        Pipeline.from_config([f"detector={name}"])
    assert "git clone" in caught.value.hint
    assert "detector.checkout=" in caught.value.hint


def test_a_long_clip_without_a_gpu_is_announced(video, caplog):
    from dataclasses import replace

    detector = Detectron(DetectronConfig(), CPU)
    detector.start(replace(video, n_frames=50))
    assert not caplog.records
    detector.start(replace(video, n_frames=3000))
    assert "3000 frames about 250 minutes" in caplog.text


SMALL = {"short_side_px": 96, "batch_size": 2}


@pytest.fixture(scope="module")
def detector(detectron2_weights):
    with Detectron2(Detectron2Config(weights=detectron2_weights, **SMALL), CPU) as opened:
        yield opened


@installed
@pytest.mark.slow
def test_frames_get_the_same_result_alone_and_in_a_batch(detector, read_frames, video):
    frames = read_frames("dance_480p.mp4", 2)
    detector.start(video)
    together = detector.detect(frames)
    detector.batch_size = 1
    alone = detector.detect(frames)
    detector.batch_size = 2
    for one, other in zip(together, alone, strict=True):
        assert len(one)
        assert (one.box_scores >= 0.7).all()
        assert (one.keypoint_scores <= 1).all()
        np.testing.assert_allclose(one.boxes, other.boxes, atol=1e-2)
        np.testing.assert_allclose(one.keypoint_scores, other.keypoint_scores, atol=1e-4)


@installed
@pytest.mark.slow
def test_a_network_that_finds_nobody_answers_nobody(detector, read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    box_predictor = detector._network.roi_heads.box_predictor
    before, box_predictor.test_score_thresh = box_predictor.test_score_thresh, 1.0
    (people,) = detector.detect(frames)
    box_predictor.test_score_thresh = before
    assert len(people) == 0


@installed
@pytest.mark.slow
def test_weights_that_lead_to_nan_are_one_clear_error(detector, read_frames):
    score = detector._network.roi_heads.keypoint_head.score_lowres
    before = score.bias.detach().clone()
    torch.nn.init.constant_(score.bias, float("nan"))
    with pytest.raises(StageError, match="one of its own checks") as caught:
        detector.detect(read_frames("dance_480p.mp4", 1))
    score.bias.data = before
    assert "fetch them again" in caught.value.hint


@installed
@pytest.mark.slow
@pytest.mark.parametrize("nobody", [False, True])
def test_a_clip_becomes_a_video_from_the_command_line(detectron2_weights, render, nobody):
    options = [f"detector.weights={detectron2_weights}", "detector.short_side_px=96", "tracker=all"]
    ran = render("detector=detectron2", *options, f"detector.detection_threshold={float(nobody)}")
    assert ran.complained == ""
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert (ran.result.counts["found"] == 0) is nobody
    assert ("nobody was found in any frame" in ran.said) is nobody
    assert all(track.keypoints.shape == (3, 17, 2) for track in ran.result.tracks)


@installed
@pytest.mark.slow
def test_weights_that_are_not_its_own_are_refused(detectron2_weights, tmp_path):
    with pytest.raises(BackendError, match="holds another network"):
        settings = Detectron2Config(model=Detectron2Model.r101, weights=detectron2_weights)
        Detectron2(settings, CPU).__enter__()
    path = tmp_path / "model_final.pkl"
    for content, said in {
        b"": "is empty",
        b"<html>": "web page",
        detectron2_weights.read_bytes()[:100_000]: "cut off",
        b"\x80\x02cos\nmkdir\n(U\x04madetR.": "asks to run os.mkdir",
    }.items():
        path.write_bytes(content)
        with pytest.raises(BackendError, match=said):
            Detectron2(Detectron2Config(weights=path), CPU).__enter__()


@installed
@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_half_precision_moves_points_little(detectron2_weights, read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    found = []
    for half in (False, True):
        settings = Detectron2Config(weights=detectron2_weights, half=half, **SMALL)
        with Detectron2(settings, Runtime(device="cuda")) as opened:
            found.append(opened.detect(frames)[0])
    assert len(found[0]) == len(found[1])
    np.testing.assert_allclose(found[0].boxes, found[1].boxes, atol=2)
