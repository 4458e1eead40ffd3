"""FastPose reads crops and heatmaps as AlphaPose does; some tests need AlphaPose."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from torch import nn

from framework.errors import BackendError
from framework.pipeline import Pipeline
from framework.plugins.detector.alphapose.alphapose import AlphaPose, FastPose, fill, peaks
from framework.plugins.detector.alphapose.config import AlphaPoseConfig, AlphaPoseKeypoints
from framework.registry import registry
from framework.skeletons import COCO17, HALPE26
from framework.stages import Runtime

CPU = Runtime(device="cpu", threads=1)
CONFIG = """
DATA_PRESET: {TYPE: simple, NUM_JOINTS: 26, IMAGE_SIZE: [256, 192], HEATMAP_SIZE: [64, 48]}
MODEL: {TYPE: FastPose, NUM_LAYERS: 50}
LOSS: {TYPE: MSELoss}
"""
installed = pytest.mark.skipif(
    find_spec("alphapose") is None, reason="AlphaPose is not on Python's path"
)


def test_a_peak_is_moved_a_quarter_pixel_towards_its_higher_neighbour():
    maps = np.zeros((1, 3, 64, 48), np.float32)
    maps[0, 0, 20, 10], maps[0, 0, 20, 11], maps[0, 0, 19, 10] = 0.9, 0.5, 0.3
    maps[0, 1, 0, 47] = 0.4  # at the edge nobody leans
    points, scores = peaks(maps)
    assert points[0, :2].tolist() == [[10.25, 19.75], [47, 0]]
    assert scores[0] == pytest.approx([0.9, 0.4, 0])
    assert np.isnan(points[0, 2]).all()


class Brightness(nn.Module):
    """Sees all joints where the red is brightest, with a stride of 4."""

    def forward(self, crops):
        red = nn.functional.avg_pool2d(crops[:, :1] + 0.406, 4)
        return red.expand(-1, len(COCO17.joints), -1, -1)


def dot(x, y):
    """A dark frame with a bright red square around a point."""
    image = np.zeros((480, 640, 3), np.uint8)
    image[y - 4 : y + 4, x - 4 : x + 4, 0] = 255
    return image


def test_a_joint_is_found_where_it_is():
    model = FastPose(Brightness(), COCO17, (192, 256), CPU)
    box = np.array([[200.0, 100.0, 392.0, 356.0]]) + np.array([[19.2, 25.6, -19.2, -25.6]])
    ((points, scores),) = model.poses([dot(300, 200)], [box])
    assert points.shape == (1, 17, 2)
    assert np.abs(points - [300, 200]).max() < 4  # one pixel of the map
    assert scores == pytest.approx(np.ones((1, 17)), abs=0.3)


def test_people_get_the_same_result_alone_and_in_a_batch():
    model = FastPose(Brightness(), COCO17, (192, 256), CPU)
    images = [dot(100 + 20 * number, 200) for number in range(12)]
    boxes = [np.tile([60.0, 90.0, 380.0, 320.0], (number % 3, 1)) for number in range(12)]
    together = model.poses(images, boxes)
    for image, some, (points, scores) in zip(images, boxes, together, strict=True):
        ((alone, sure),) = model.poses([image], [some])
        np.testing.assert_array_equal(points, alone)
        np.testing.assert_array_equal(scores, sure)
        assert points.shape == (len(some), 17, 2)


def test_weights_of_another_network_are_refused(tmp_path):
    network, path = nn.Linear(2, 3), tmp_path / "x.pth"
    right = network.state_dict()
    fill(network, right, path)
    for wrong in ({}, {**right, "bias": torch.zeros(4)}, {**right, "more": torch.zeros(1)}):
        with pytest.raises(BackendError, match="holds another network"):
            fill(network, wrong, path)


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    detector = AlphaPose(AlphaPoseConfig(checkout=tmp_path), CPU)
    with pytest.raises(BackendError, match="is no checkout of alphapose"):
        detector.__enter__()


@pytest.mark.skipif(find_spec("alphapose") is not None, reason="AlphaPose is here")
def test_without_alphapose_a_run_shows_how_to_install_it():
    with pytest.raises(BackendError, match="alphapose is not installed") as caught:
        Pipeline.from_config(["detector=alphapose"])
    assert "git clone" in caught.value.hint
    assert "detector.checkout=" in caught.value.hint
    assert "fast_res50_256x192.pth is not here: get it from https://" in caught.value.hint


def test_the_entry_is_marked_non_commercial():
    entry = registry().find("detector", "alphapose").entry
    assert entry.non_commercial
    assert "non-commercial" in entry.licence
    pose, persons = registry().find("detector", "alphapose").weights()
    assert not pose.sources, "nobody but its makers may pass it on"
    assert (pose.non_commercial, persons.non_commercial) == (True, False)


@installed
def test_peaks_are_where_alphapose_finds_them():
    from alphapose.utils.transforms import heatmap_to_coord_simple

    maps = np.random.default_rng(0).normal(size=(4, 17, 64, 48)).astype(np.float32)
    points, scores = peaks(maps)
    for row in range(4):
        theirs, sure = heatmap_to_coord_simple(maps[row], [0, 0, 192, 256])
        np.testing.assert_allclose(points[row] * 4, theirs, atol=1e-3)
        np.testing.assert_allclose(scores[row], sure[:, 0])


@installed
def test_crops_are_as_alphapose_cuts_them(read_frames):
    from alphapose.utils.transforms import get_affine_transform, im_to_torch

    from framework.plugins.detector._images.crops import crop, regions

    image = read_frames("dance_480p.mp4", 1).images[0]
    box = np.array([[300.0, 60.0, 500.0, 470.0]])
    ours = torch.from_numpy(crop(image, regions(box, (192, 256))[0], (192, 256)))
    extent = np.array([1.0, 256 / 192]) * max(200, 410 * 192 / 256) * 1.25
    import cv2

    centre = (box[0, :2] + box[0, 2:]) / 2
    affine = get_affine_transform(centre, extent.astype(np.float32), 0, [192, 256])
    theirs = im_to_torch(cv2.warpAffine(image, affine, (192, 256), flags=cv2.INTER_LINEAR))
    apart = (ours.permute(2, 0, 1).float() / 255 - theirs).abs()
    # Theirs counts the box from the middle of the first pixel: half a pixel to the lower right.
    assert apart.mean() < 0.01


@installed
def test_random_weights_reach_keypoints(built, tmp_path, read_frames, shared_data, video):
    body, config, network = built
    path = tmp_path / "random.pth"
    torch.save(network.state_dict(), path)
    settings = AlphaPoseConfig(
        body=body,
        checkpoint=path,
        person_path=shared_data / "models" / "yolox_nano.onnx",
        pose_threshold=0,
        score_threshold=0,
    )
    with AlphaPose(settings, CPU) as detector:
        detector.start(video)
        assert detector.skeleton is (COCO17 if body is AlphaPoseKeypoints.coco17 else HALPE26)
        people = detector.detect(read_frames("dance_480p.mp4", 3))
    assert len(people) == 3
    assert all(len(found) and found.keypoints.shape[1] == config.joints for found in people)


@installed
@pytest.mark.slow
@pytest.mark.parametrize("nobody", [False, True])
def test_a_clip_becomes_a_video_from_the_command_line(built, tmp_path, shared_data, render, nobody):
    body, config, network = built
    weights = network.state_dict()
    # Answers of random weights are around zero: lift them to scores, or leave them.
    path, lift = tmp_path / "random.pth", 0.0 if nobody else 0.6
    torch.save({**weights, "conv_out.bias": weights["conv_out.bias"] + lift}, path)
    ran = render(
        "detector=alphapose",
        f"detector.body={body.value}",
        f"detector.checkpoint={path}",
        f"detector.person_path={shared_data}/models/yolox_nano.onnx",
        "tracker.fallback=largest",
    )
    assert ran.complained == ""
    assert "non-commercial research only" in ran.said
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert (ran.result.counts["found"] == 0) is nobody
    assert ("nobody was found in any frame" in ran.said) is nobody
    shapes = [track.keypoints.shape for track in ran.result.tracks]
    assert shapes == ([] if nobody else [(3, config.joints, 2)])


@installed
def test_the_wrong_body_and_the_wrong_file_are_refused(built, tmp_path):
    body, _, network = built
    path = tmp_path / "random.pth"
    torch.save(network.state_dict(), path)
    other = (
        AlphaPoseKeypoints.halpe26
        if body is AlphaPoseKeypoints.coco17
        else AlphaPoseKeypoints.coco17
    )
    with pytest.raises(BackendError, match="conv_out"):
        AlphaPose(AlphaPoseConfig(body=other, checkpoint=path), CPU).open_model()
    path.write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(BackendError, match="web page"):
        AlphaPose(AlphaPoseConfig(body=body, checkpoint=path), CPU).open_model()
