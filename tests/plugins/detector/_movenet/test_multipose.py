"""The network for several people on whole frames."""

import numpy as np
import pytest

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.plugins.detector._movenet.multipose import MultiPose, _padded
from framework.stages import Runtime

CPU = Runtime(device="cpu", threads=1)
DANCER = np.array([328.0, 50, 501, 485])


@pytest.fixture(scope="module")
def opened(files_of):
    return MultiPose(*files_of("multipose"), CPU, 256)


def test_the_dancer_has_a_box_and_joints_in_it(opened, read_frames):
    found = opened.find(read_frames("dance_480p.mp4", 1).images[0])
    assert found.boxes.shape == (6, 5)
    assert found.keypoints.shape == (6, 17, 2)
    assert found.scores.shape == (6, 17)
    best = found.boxes[:, 4].argmax()
    assert iou(found.boxes[best, :4], DANCER[None])[0] > 0.8
    assert sorted(found.boxes[:, 4])[-2] < 0.2, "one person"
    inside = (found.keypoints[best] > DANCER[:2] - 20) & (found.keypoints[best] < DANCER[2:] + 20)
    assert inside.all()


@pytest.mark.parametrize("side", [160, 320, 500])
def test_other_sizes_give_the_same_box(side, files_of, read_frames):
    opened = MultiPose(*files_of("multipose"), CPU, side)
    boxes = opened.find(read_frames("dance_480p.mp4", 1).images[0]).boxes
    assert iou(boxes[boxes[:, 4].argmax(), :4], DANCER[None])[0] > 0.75


def test_a_moved_person_has_a_moved_box(opened, read_frames):
    """Below the frame and to its right there is filling, which must not scale the answer."""
    image = read_frames("dance_480p.mp4", 1).images[0]
    for cut in (image[:, 200:], image[:, :640], image[:, 250:580]):
        boxes = opened.find(np.ascontiguousarray(cut)).boxes
        best = boxes[boxes[:, 4].argmax(), :4]
        offset = {664: 200, 640: 0, 330: 250}[cut.shape[1]]
        assert iou(best + np.array([offset, 0, offset, 0]), DANCER[None])[0] > 0.75


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((480, 864), (160, 256)),
        ((864, 480), (256, 160)),
        ((256, 256), (256, 256)),
        ((1, 1), (256, 256)),
        ((1, 4000), (32, 256)),
        ((90, 80), (256, 256)),
    ],
)
def test_frames_of_any_size_are_padded_to_multiples_of_32(shape, expected):
    padded, scale = _padded(np.full((*shape, 3), 200, np.uint8), 256)
    assert padded.shape == (*expected, 3)
    assert scale == 256 / max(shape)
    filled = [max(1, round(side * scale)) for side in shape]
    assert (padded[: filled[0], : filled[1]] == 200).all()
    assert not padded[filled[0] :].any()
    assert not padded[:, filled[1] :].any()


def test_fine_stripes_become_grey_when_they_are_shrunk():
    stripes = np.zeros((1024, 1024, 3), np.uint8)
    stripes[:, ::2] = 200
    padded, _ = _padded(stripes, 256)
    assert np.abs(padded - 100).max() <= 1


def test_a_network_for_one_person_is_refused(files_of):
    with pytest.raises(BackendError, match="MoveNet MultiPose takes any"):
        MultiPose(*files_of("lightning"), CPU, 256)
