"""MoveNet MultiPose as a person detector, with its published files and with the user's."""

import shutil

import numpy as np
import pytest

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.plugins.detector._images.batches import each_frame, one_frame
from framework.plugins.detector._movenet.files import GRAPHS, WEIGHTS
from framework.plugins.detector._persons.detectors import open_person_detector
from framework.plugins.detector._persons.files import PERSON_FILES
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.stages import Runtime
from framework.weights import locate

DANCER = np.array([328, 50, 501, 485])
CPU = Runtime(device="cpu", threads=1)


@pytest.fixture(scope="module")
def files():
    try:
        return locate(GRAPHS["multipose"]), locate(WEIGHTS["multipose"])
    except BackendError as error:
        pytest.skip(f"no source of the weights can be reached: {error.message}")


def opened(**settings):
    return open_person_detector(PersonDetectorName.movenet, CPU, **settings)


def test_the_dancer_has_the_same_good_box_alone_and_in_a_batch(files, read_frames):
    detector = opened()
    frames = read_frames("dance_480p.mp4", 3)
    together = detector.boxes(frames)
    assert [boxes.shape for boxes in together] == [(1, 5)] * 3
    assert iou(together[0][0, :4], DANCER[None])[0] > 0.85
    assert together[0][0, 4] > 0.6
    for boxes, frame in zip(together, each_frame(frames), strict=True):
        np.testing.assert_array_equal(detector.boxes(frame)[0], boxes)


def test_two_dancers_have_a_box_each_best_first(files, read_frames):
    (boxes,) = opened().boxes(read_frames("two_dancers_crossing.mp4", 1))
    assert len(boxes) == 2
    assert 1 >= boxes[0, 4] >= boxes[1, 4] >= 0.5, "trackers start nobody below a half"
    assert iou(boxes[0, :4], boxes[1:, :4])[0] < 0.5


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (480, 640), (1080, 1920)])
@pytest.mark.parametrize("grey", [0, 90, 255])
def test_a_blank_image_holds_nobody(shape, grey, files):
    (boxes,) = opened().boxes(one_frame(np.full((*shape, 3), grey, np.uint8)))
    assert boxes.shape == (0, 5)


def test_the_usual_threshold_of_the_network_is_a_half(files, read_frames):
    from framework.plugins.detector._movenet.multipose import MultiPose

    image = read_frames("dance_480p.mp4", 1).images[0]
    plain = np.sort(MultiPose(*files, CPU, 256).find(image).boxes[:, 4])[::-1]
    (boxes,) = opened(threshold=0.0).boxes(one_frame(image))
    assert boxes[:, 4].tolist() == sorted(boxes[:, 4], reverse=True)
    np.testing.assert_allclose(boxes[:, 4] ** (np.log(0.2) / np.log(0.5)), plain, atol=1e-9)


def test_the_threshold_is_that_of_the_user(files, read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    assert len(opened(threshold=0.0).boxes(frames)[0]) == 6
    assert len(opened(threshold=0.99).boxes(frames)[0]) == 0


def test_a_graph_of_the_user_has_its_weights_beside_it(files, tmp_path, read_frames):
    graph, weights = files
    mine = tmp_path / "mine.json"
    shutil.copy(graph, mine)
    with pytest.raises(BackendError, match=r"movenet-multipose\.bin"):
        opened(path=mine)
    shutil.copy(weights, tmp_path / "movenet-multipose.bin")
    frames = read_frames("dance_480p.mp4", 1)
    np.testing.assert_array_equal(opened(path=mine).boxes(frames)[0], opened().boxes(frames)[0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"{}",
        b"[" * 100_000,
        b'{"weightsManifest": []}',
        b'{"weightsManifest": [{"paths": []}]}',
        b'{"weightsManifest": [{"paths": [7]}]}',
        b'{"weightsManifest": [{"paths": ["a.bin", "b.bin"]}]}',
        b'{"weightsManifest": [{"paths": ["../../etc/passwd"]}]}',
    ],
    ids=range(9),
)
def test_what_is_no_graph_is_one_error(content, tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(BackendError) as caught:
        opened(path=path)
    assert "\n" not in caught.value.message
    assert str(tmp_path / "etc") not in caught.value.message
    assert caught.value.hint


def test_absent_files_and_networks_of_one_person_are_refused(tmp_path):
    with pytest.raises(BackendError, match=r"absent\.json"):
        opened(path=tmp_path / "absent.json")
    try:
        thunder = locate(GRAPHS["thunder"])
        locate(WEIGHTS["thunder"])
    except BackendError as error:
        pytest.skip(f"no source of the weights can be reached: {error.message}")
    with pytest.raises(BackendError, match="MoveNet MultiPose takes any"):
        opened(path=thunder)


def test_its_files_are_registered_by_every_backend():
    assert all(entry in PERSON_FILES for entry in (GRAPHS["multipose"], WEIGHTS["multipose"]))
