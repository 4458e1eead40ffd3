"""The single-person networks on crops of real people."""

import json

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector._images.crops import crop, regions, to_frame
from framework.plugins.detector._movenet import network
from framework.plugins.detector._movenet.network import MoveNet, open_graph
from framework.skeletons import COCO17
from framework.stages import Runtime

DANCER = np.array([[328.0, 50, 501, 485]])
CPU = Runtime(device="cpu", threads=1)


@pytest.fixture(scope="module", params=["thunder", "lightning"])
def opened(request, files_of):
    files_of(request.param)
    return MoveNet(request.param, CPU)


def crops_of(opened, frames):
    (around,) = regions(DANCER, (opened.size, opened.size))
    return np.stack([crop(image, around, (opened.size,) * 2) for image in frames.images]), around


def test_the_dancer_s_joints_are_where_they_belong(opened, read_frames):
    crops, around = crops_of(opened, read_frames("dance_480p.mp4", 1))
    keypoints, scores = opened.estimate(crops)
    assert keypoints.shape == (1, 17, 2)
    joints = dict(
        zip(COCO17.joints, to_frame(keypoints, around[None], (opened.size,) * 2)[0], strict=True)
    )
    assert scores.mean() > 0.5
    left, top, right, bottom = DANCER[0]
    for x, y in joints.values():
        assert left - 20 < x < right + 20
        assert top - 20 < y < bottom + 20
    heights = [joints[f"left_{name}"][1] for name in ("eye", "shoulder", "hip", "knee", "ankle")]
    assert heights == sorted(heights), "y and x are not exchanged"


def test_the_mirror_image_exchanges_sides(opened, read_frames):
    crops, _ = crops_of(opened, read_frames("dance_480p.mp4", 1))
    plain, _ = opened.estimate(crops)
    turned, _ = opened.estimate(np.ascontiguousarray(crops[:, :, ::-1]))
    turned[..., 0] = opened.size - turned[..., 0]
    apart = np.linalg.norm(plain[0] - turned[0][list(COCO17.mirror)], axis=1)
    assert np.median(apart) < 0.02 * opened.size


def test_alone_in_a_batch_and_on_more_threads_are_the_same(opened, read_frames):
    name = "thunder" if opened.size == 256 else "lightning"
    crops, _ = crops_of(opened, read_frames("dance_480p.mp4", 4))
    keypoints, scores = opened.estimate(crops)
    for row in range(4):
        alone, alone_scores = opened.estimate(crops[row : row + 1])
        np.testing.assert_array_equal(alone[0], keypoints[row])
        np.testing.assert_array_equal(alone_scores[0], scores[row])
    more, _ = MoveNet(name, Runtime(device="cpu", threads=2)).estimate(crops)
    np.testing.assert_allclose(more, keypoints, atol=1e-2)
    assert [part.shape for part in opened.estimate(crops[:0])] == [(0, 17, 2), (0, 17)]


def test_an_empty_crop_has_low_scores(opened):
    _, scores = opened.estimate(np.full((1, opened.size, opened.size, 3), 90, np.uint8))
    assert np.sort(scores[0])[-9:].mean() < 0.2


def test_damaged_files_are_one_error(files_of, tmp_path):
    topology, weights = files_of("lightning")
    cut = tmp_path / "movenet-lightning.bin"
    cut.write_bytes(weights.read_bytes()[:-2])
    with pytest.raises(BackendError, match=r"movenet-lightning\.json and movenet-lightning\.bin"):
        open_graph(topology, cut, CPU)
    other = tmp_path / "movenet-lightning.json"
    other.write_text(topology.read_text().replace("ResizeBilinear", "ResizeUnknown"))
    with pytest.raises(BackendError, match="ResizeUnknown"):
        open_graph(other, weights, CPU)


def test_shapes_that_do_not_fit_are_one_error(files_of, tmp_path):
    topology, weights = files_of("lightning")
    document = json.loads(topology.read_bytes())
    for node in document["modelTopology"]["node"]:
        if node["op"] == "Pack":
            node["attr"]["axis"] = {"i": "77"}
    other = tmp_path / "movenet-lightning.json"
    other.write_text(json.dumps(document))
    with pytest.raises(BackendError, match="cannot be opened") as caught:
        open_graph(other, weights, CPU)
    assert "\n" not in caught.value.message


def test_a_network_of_whole_frames_is_refused(files_of):
    files_of("multipose")
    with pytest.raises(BackendError, match="no square crop"):
        network.MoveNet("multipose", CPU)
