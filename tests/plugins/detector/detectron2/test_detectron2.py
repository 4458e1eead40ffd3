"""Keypoint R-CNN through detectron2; what can be tested without detectron2, and with it."""

import pickle
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from framework.checkpoints import load_tensors
from framework.errors import BackendError, ConfigurationError, StageError
from framework.pipeline import Pipeline
from framework.plugins.detector._detectron2 import network
from framework.plugins.detector._detectron2.library import import_library
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


def caffe2_shapes():
    """Names and shapes of the 362 parameters of Detectron's R-101-FPN Keypoint R-CNN."""
    shapes = {"conv1_w": (64, 3, 7, 7), "res_conv1_bn_s": (64,), "res_conv1_bn_b": (64,)}
    inside = 64
    for stage, (blocks, width) in enumerate([(3, 64), (4, 128), (23, 256), (3, 512)], 2):
        outside = 4 * width
        for block in range(blocks):
            convolutions = {
                "branch2a": (width, inside, 1, 1),
                "branch2b": (width, width, 3, 3),
                "branch2c": (outside, width, 1, 1),
            }
            if block == 0:
                convolutions["branch1"] = (outside, inside, 1, 1)
            for branch, shape in convolutions.items():
                name = f"res{stage}_{block}_{branch}"
                shapes |= {f"{name}_w": shape}
                shapes |= {f"{name}_bn_{part}": shape[:1] for part in "sb"}
            inside = outside
    for level, width in {"res2_2": 256, "res3_3": 512, "res4_22": 1024, "res5_2": 2048}.items():
        lateral = "" if level == "res5_2" else "_lateral"
        shapes |= with_bias(f"fpn_inner_{level}_sum{lateral}", (256, width, 1, 1))
        shapes |= with_bias(f"fpn_{level}_sum", (256, 256, 3, 3))
    shapes |= with_bias("conv_rpn_fpn2", (256, 256, 3, 3))
    shapes |= with_bias("rpn_cls_logits_fpn2", (3, 256, 1, 1))
    shapes |= with_bias("rpn_bbox_pred_fpn2", (12, 256, 1, 1))
    shapes |= with_bias("fc6", (1024, 12544)) | with_bias("fc7", (1024, 1024))
    shapes |= with_bias("cls_score", (2, 1024)) | with_bias("bbox_pred", (8, 1024))
    for layer in range(1, 9):
        shapes |= with_bias(f"conv_fcn{layer}", (512, 256 if layer == 1 else 512, 3, 3))
    shapes |= {"kps_score_lowres_w": (512, 17, 4, 4), "kps_score_lowres_b": (17,)}
    shapes |= {"kps_score_w": (17, 17, 4, 4), "kps_score_b": (17,)}
    return shapes


def with_bias(name, shape):
    return {f"{name}_w": shape, f"{name}_b": shape[:1]}


def caffe2_file(path, blobs):
    """A file as Detectron wrote it, with the momenta of its training."""
    momenta = {f"{name}_momentum": blob[:1] for name, blob in blobs.items() if "bn" not in name}
    content = {"blobs": {**blobs, **momenta}, "cfg": "MODEL: {TYPE: generalized_rcnn}"}
    path.write_bytes(pickle.dumps(content, protocol=2))
    return path


def test_the_table_of_blobs_is_that_of_the_published_model():
    shapes = caffe2_shapes()
    assert len(shapes) == 362
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 78_187_147


def test_a_caffe2_file_is_read_by_names(tmp_path):
    blobs = {name: np.full(1, row, np.float32) for row, name in enumerate(caffe2_shapes())}
    tensors = load_tensors(caffe2_file(tmp_path / "model_final.pkl", blobs), "blobs")
    assert {name: float(tensors[name]) for name in blobs} == {
        name: float(blob[0]) for name, blob in blobs.items()
    }


def test_answers_become_detections_best_first_with_scores_cut_at_one():
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


def test_nobody_is_nobody():
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


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    with pytest.raises(BackendError, match="is no checkout of detectron2"):
        Detectron(DetectronConfig(checkout=tmp_path), CPU).__enter__()


@pytest.mark.skipif(find_spec("detectron2") is not None, reason="detectron2 is here")
@pytest.mark.parametrize("name", ["detectron2", "detectron"])
def test_without_detectron2_a_run_says_what_to_do(name):
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


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory):
    """R-50 of the zoo with random weights that let activations live, in the zoo's format."""
    torch.manual_seed(0)
    built = network.build(import_library(None), network.ZOO["r50"], "cpu", 0.5)
    tensors = {
        name: (0.1 * tensor if name.endswith("conv3.norm.weight") else tensor).numpy()
        for name, tensor in built.state_dict().items()
    }
    path = tmp_path_factory.mktemp("weights") / "model_final.pkl"
    content = {"model": tensors, "__author__": "nobody"}
    path.write_bytes(pickle.dumps(content, protocol=4))
    return path


SMALL = {"short_side_px": 96, "batch_size": 2}


@pytest.fixture(scope="module")
def detector(random_weights):
    with Detectron2(Detectron2Config(weights=random_weights, **SMALL), CPU) as opened:
        yield opened


@installed
@pytest.mark.slow
def test_frames_are_looked_at_in_batches_and_by_themselves(detector, read_frames, video):
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
def test_it_finds_people_for_other_detectors(detector, random_weights, read_frames, monkeypatch):
    from framework.plugins.detector._persons import detectron2

    monkeypatch.setattr(detectron2, "SHORT_SIDE_PX", SMALL["short_side_px"])
    frames = read_frames("dance_480p.mp4", 1)
    ((boxes),) = detectron2.Detectron2Boxes(random_weights, CPU, 0.7).boxes(frames)
    (people,) = detector.detect(frames)
    assert len(boxes)
    np.testing.assert_allclose(boxes[:, :4], people.boxes, atol=1e-2)
    np.testing.assert_allclose(boxes[:, 4], people.box_scores, atol=1e-4)


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
def test_weights_that_make_no_numbers_are_one_clear_error(detector, read_frames):
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
def test_a_clip_becomes_a_video_from_the_command_line(random_weights, render, nobody):
    options = [f"detector.weights={random_weights}", "detector.short_side_px=96", "tracker=all"]
    ran = render("detector=detectron2", *options, f"detector.detection_threshold={float(nobody)}")
    assert ran.complained == ""
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert (ran.result.counts["found"] == 0) is nobody
    assert ("nobody was found in any frame" in ran.said) is nobody
    assert all(track.keypoints.shape == (3, 17, 2) for track in ran.result.tracks)


@installed
@pytest.mark.slow
def test_weights_that_are_not_its_own_are_refused(random_weights, tmp_path):
    with pytest.raises(BackendError, match="holds another network"):
        settings = Detectron2Config(model=Detectron2Model.r101, weights=random_weights)
        Detectron2(settings, CPU).__enter__()
    path = tmp_path / "model_final.pkl"
    for content, said in {
        b"": "is empty",
        b"<html>": "web page",
        random_weights.read_bytes()[:100_000]: "cut off",
        b"\x80\x02cos\nmkdir\n(U\x04madetR.": "asks to run os.mkdir",
    }.items():
        path.write_bytes(content)
        with pytest.raises(BackendError, match=said):
            Detectron2(Detectron2Config(weights=path), CPU).__enter__()


@installed
@pytest.mark.slow
def test_a_caffe2_file_fills_the_network_as_detectron2_itself_would(tmp_path):
    library = import_library(None)
    generator = np.random.default_rng(0)
    blobs = {
        name: generator.standard_normal(shape, np.float32)
        for name, shape in caffe2_shapes().items()
    }
    path = caffe2_file(tmp_path / "model_final.pkl", blobs)
    ours = network.build(library, network.DETECTRON, "cpu", 0.5)
    network.fill(library, ours, load_tensors(path, "blobs"), True, path)
    theirs = network.build(library, network.DETECTRON, "cpu", 0.5)
    library.checkpoint.DetectionCheckpointer(theirs).load(str(path))
    wanted = theirs.state_dict()
    assert ours.state_dict().keys() == wanted.keys()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in ours.state_dict().items())
    stem = ours.state_dict()["backbone.bottom_up.stem.conv1.weight"].numpy()
    np.testing.assert_array_equal(stem, blobs["conv1_w"])


@installed
def test_the_first_detectron_differs_from_the_zoo_where_it_should():
    library = import_library(None)
    built = network.build(library, network.DETECTRON, "cpu", 0.5)
    means = built.pixel_mean.flatten().tolist()
    assert means == pytest.approx([102.9801, 115.9465, 122.7717])
    for pooler in (built.roi_heads.box_pooler, built.roi_heads.keypoint_pooler):
        for level in pooler.level_poolers:
            assert (level.aligned, level.sampling_ratio) == (False, 2)


@installed
@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_half_precision_moves_points_little(random_weights, read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    found = []
    for half in (False, True):
        settings = Detectron2Config(weights=random_weights, half=half, **SMALL)
        with Detectron2(settings, Runtime(device="cuda")) as opened:
            found.append(opened.detect(frames)[0])
    assert len(found[0]) == len(found[1])
    np.testing.assert_allclose(found[0].boxes, found[1].boxes, atol=2)
