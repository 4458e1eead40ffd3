"""RTMPose's inputs and outputs, checked with networks whose answers are known."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.errors import BackendError, ConfigurationError
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector.rtmpose import register_detectors, register_weights
from framework.plugins.detector.rtmpose.config import RtmPoseConfig, RtmPoseKeypoints, RtmPoseModel
from framework.plugins.detector.rtmpose.files import PERSONS, POSES
from framework.plugins.detector.rtmpose.rtmpose import RtmPose
from framework.plugins.detector.rtmpose.simcc import SimCcModel, decode
from framework.plugins.detector.rtmpose.wholebody import WHOLEBODY133
from framework.skeletons import COCO17, H36M17, HALPE26, mapping_matrix
from framework.stages import Runtime
from framework.testing import checks_of
from framework.types import FrameBatch

COLOURS = (255, 0, 0), (0, 255, 0), (0, 0, 255)
SPOTS = np.array([[210.3, 140.0], [250.0, 200.7], [190.0, 260.0]])
BOX = np.array([[160.0, 100.0, 290.0, 300.0]])


def batch(*images: np.ndarray) -> FrameBatch:
    count = len(images)
    return FrameBatch(
        images=np.stack(images),
        index=np.arange(count),
        time_s=np.arange(count) / 30,
        is_source=np.ones(count, bool),
    )


def somebody(dotted, dx=0.0):
    spots = SPOTS + np.array([dx, 0])
    return dotted(*((*spot, kind) for spot, kind in zip(spots, COLOURS, strict=True)))


@pytest.mark.parametrize("threads", [1, 2])
def test_joints_are_where_the_picture_shows_them(simcc_file, dotted, threads):
    model = SimCcModel(simcc_file(width=192, height=256), Runtime(threads=threads))
    image = somebody(dotted)
    (found,) = model.poses([image], [BOX])
    keypoints, scores = found
    assert keypoints.shape == (1, 17, 2)
    expected = SPOTS[np.arange(17) % 3]
    np.testing.assert_allclose(keypoints[0], expected, atol=0.8, err_msg="a crop pixel is 0.98")
    np.testing.assert_allclose(scores, 1, atol=0.05)


def test_bins_are_pixels_of_the_crop_and_scores_the_mean_of_both_maxima():
    x, y = np.zeros((1, 2, 384), np.float32), np.zeros((1, 2, 512), np.float32)
    x[0, 0, 101], y[0, 0, 300] = 0.5, 0.9
    x[0, 1], y[0, 1] = -0.1, -0.2
    points, scores = decode(x, y, (192, 256))
    np.testing.assert_allclose(points[0, 0], [101 / 2 + 0.5, 300 / 2 + 0.5])
    np.testing.assert_allclose(scores, [[0.7, 0]], atol=1e-6)
    assert np.isnan(points[0, 1]).all(), "not above zero: the network says nothing"


def test_people_get_the_same_answer_alone_and_with_others(simcc_file, dotted):
    model = SimCcModel(simcc_file(), Runtime(threads=2))
    images = [somebody(dotted, dx) for dx in (0.0, 40.0, 80.0)]
    boxes = [BOX, np.concatenate([BOX, BOX + 40]), np.zeros((0, 4))]
    together = model.poses(images, boxes)
    assert [len(keypoints) for keypoints, _ in together] == [1, 2, 0]
    for image, around, (keypoints, scores) in zip(images[:2], boxes[:2], together[:2], strict=True):
        for row in range(len(around)):
            ((alone, sure),) = model.poses([image], [around[row : row + 1]])
            np.testing.assert_array_equal(alone[0], keypoints[row])
            np.testing.assert_array_equal(sure[0], scores[row])


@pytest.mark.parametrize("skeleton", [COCO17, HALPE26, WHOLEBODY133], ids=lambda s: s.name)
def test_the_skeleton_follows_from_the_file(simcc_file, skeleton):
    assert SimCcModel(simcc_file(len(skeleton.joints)), Runtime()).skeleton is skeleton


def test_another_network_is_refused(simcc_file, boxed_file, tmp_path):
    with pytest.raises(BackendError, match="but RTMPose maps"):
        SimCcModel(simcc_file(19), Runtime())
    with pytest.raises(BackendError, match="but RTMPose maps"):
        SimCcModel(simcc_file(outputs="other"), Runtime())
    rtmo = boxed_file(64, np.ones((1, 5)), keypoints=np.ones((1, 17, 3), np.float32))
    with pytest.raises(BackendError, match="choose detector=rtmo"):
        SimCcModel(rtmo, Runtime())
    with pytest.raises(BackendError, match="there is no file"):
        SimCcModel(tmp_path / "absent.onnx", Runtime())


def test_whole_body_mirrors_as_published():
    # Pairs of COCO-WholeBody's own flipping table: feet, jaw, brows, nose, eyes, lips, hands.
    pairs = {17: 20, 19: 22, 23: 39, 30: 32, 40: 49, 44: 45, 54: 58, 59: 68, 60: 67, 61: 66}
    pairs |= {62: 65, 63: 70, 64: 69, 71: 77, 73: 75, 78: 82, 79: 81, 83: 87, 84: 86, 88: 90}
    pairs |= {91: 112, 99: 120, 111: 132} | {middle: middle for middle in (31, 50, 53, 56, 74, 89)}
    for left, right in pairs.items():
        assert WHOLEBODY133.mirror[left] == right
        assert WHOLEBODY133.mirror[right] == left
    np.testing.assert_allclose(mapping_matrix(WHOLEBODY133, H36M17).sum(1), 1, atol=1e-6)


@pytest.fixture(scope="module")
def settings(simcc_file, tmp_path_factory):
    """A network and a file of boxes: one person in each of 30 frames."""
    boxes = tmp_path_factory.mktemp("boxes") / "boxes.json"
    x, y, right, bottom = BOX[0].tolist()
    entries = [
        {"image_id": frame, "category_id": 1, "bbox": [x, y, right - x, bottom - y], "score": 0.9}
        for frame in range(30)
    ]
    boxes.write_text(json.dumps(entries))
    return {
        "path": simcc_file(),
        "person_detector": PersonDetectorName.file,
        "person_path": boxes,
    }


def test_somebody_in_a_box_is_detected_and_nobody_in_an_empty_one(settings, dotted):
    frames = batch(somebody(dotted), dotted(), somebody(dotted, 10.0))
    with RtmPose(RtmPoseConfig(**settings), Runtime()) as detector:
        found = detector.detect(frames)
    assert [len(people) for people in found] == [1, 0, 1]
    np.testing.assert_allclose(found[0].boxes, BOX)
    np.testing.assert_allclose(found[0].box_scores, 0.9, atol=1e-6)
    step = 250 / 64  # pixels of the frame in a pixel of the crop
    np.testing.assert_allclose(found[0].keypoints[0, :3], SPOTS, atol=step)
    np.testing.assert_allclose(found[2].keypoints[0, :3], SPOTS + np.array([10, 0]), atol=step)
    assert found[0].skeleton is COCO17


CHECKS = checks_of("detector", register_detectors()[0])


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_contract(check, settings, dotted):
    subject = replace(
        check.subject,
        settings=settings,
        frames=batch(*(somebody(dotted, 2.0 * step) for step in range(12))),
    )
    replace(check, subject=subject)()


def test_every_choice_has_its_files():
    known = {entry.name for entry in register_weights()}
    for model in RtmPoseModel:
        assert PERSONS[model.value].name in known
        for body in RtmPoseKeypoints:
            entry = POSES[model.value, body.value]
            assert entry.name in known
            assert ("halpe26" in entry.filename) == (body is RtmPoseKeypoints.halpe26)
            assert entry.sources[0]["member"] == "end2end.onnx"
    names = [entry.filename for entry in register_weights()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"pose_threshold": 1.5}, "pose_threshold"),
        ({"score_threshold": float("nan")}, "score_threshold"),
        ({"detection_threshold": -1.0}, "detection_threshold"),
        ({"redetect_s": -1.0}, "redetect_s"),
        ({"max_people": 0}, "max_people"),
        ({"person_detector": PersonDetectorName.file}, "person_path"),
    ],
)
def test_a_setting_that_cannot_be_is_named(wrong, key):
    with pytest.raises(ConfigurationError, match=key):
        RtmPoseConfig(**wrong)
