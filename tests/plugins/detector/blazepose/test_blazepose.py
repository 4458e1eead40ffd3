"""The default detector on real clips, with its real weights."""

import pickle
from contextlib import ExitStack, contextmanager
from itertools import chain

import numpy as np
import pytest

from framework.errors import BackendError, StageError
from framework.hookspecs import WeightFile
from framework.plugins.detector._blazepose import files
from framework.plugins.detector.blazepose import register_detectors, register_weights
from framework.plugins.detector.blazepose.blazepose import BlazePose
from framework.plugins.detector.blazepose.config import (
    BlazePoseConfig,
    BlazePoseModel,
    BlazePosePersonDetector,
    BlazePoseTiles,
)
from framework.skeletons import BLAZEPOSE33
from framework.stages import Detector, Runtime
from framework.types import Detections, FrameBatch

pytestmark = pytest.mark.usefixtures("weights")


@contextmanager
def opened(video, threads=2, **settings):
    with BlazePose(BlazePoseConfig(**settings), Runtime(threads=threads)) as detector:
        detector.start(video)
        yield detector


def part(frames: FrameBatch, start: int, stop: int) -> FrameBatch:
    rows = slice(start, stop)
    return FrameBatch(
        images=frames.images[rows],
        index=frames.index[rows],
        time_s=frames.time_s[rows],
        is_source=frames.is_source[rows],
    )


def assert_equal(first: list[Detections], second: list[Detections]) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        for name in ("boxes", "box_scores", "keypoints", "keypoint_scores"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        if len(one):
            np.testing.assert_array_equal(one.keypoints_3d, other.keypoints_3d)
            np.testing.assert_array_equal(one.hint_ids, other.hint_ids)


@pytest.fixture(scope="module")
def roof(read_frames):
    return read_frames("two_people_roof.mp4", 24, start=36)


@pytest.fixture(scope="module")
def dancer(read_frames):
    return read_frames("dance_480p.mp4", 12)


@pytest.mark.parametrize(
    ("clip", "start", "people"),
    [
        ("dance_480p.mp4", 0, (1.0, 1.0)),
        ("squats_portrait_5fps.mp4", 30, (1.0, 1.0)),
        ("rotated_90.mp4", 0, (1.0, 1.0)),
        ("two_people_roof.mp4", 60, (1.7, 2.0)),
        ("two_dancers_crossing.mp4", 264, (1.8, 2.0)),
        ("one_by_one_gaps.mp4", 0, (0.0, 0.0)),
        ("one_by_one_gaps.mp4", 110, (1.0, 1.0)),
        ("one_by_one_gaps.mp4", 880, (0.0, 0.0)),
    ],
)
def test_all_people_are_found_and_no_false_positives(read_frames, video, clip, start, people):
    frames = read_frames(clip, 15, start)
    with opened(video) as detector:
        count = np.mean([len(found) for found in detector.detect(frames)])
    least, most = people
    assert least <= count <= most


def test_joints_and_box_of_the_dancer_are_at_the_places_read_off_by_eye(dancer, video):
    with opened(video) as detector:
        (found, *_) = detector.detect(dancer)
    joints = dict(zip(BLAZEPOSE33.joints, found.keypoints[0], strict=True))
    seen = {"nose": (395, 90), "left_shoulder": (460, 137), "right_shoulder": (383, 144)}
    seen |= {"left_hip": (440, 267), "right_hip": (391, 265)}
    for joint, where in seen.items():
        np.testing.assert_allclose(joints[joint], where, atol=15, err_msg=joint)
    np.testing.assert_allclose(found.boxes[0], [299, 58, 514, 480], atol=20)
    assert found.box_scores[0] > 0.99
    assert found.keypoint_scores[0].min() >= 0
    assert found.keypoint_scores[0].max() <= 1
    assert found.keypoint_scores[0, BLAZEPOSE33.index("nose")] > found.score_threshold


def test_3d_is_metres_in_camera_axes(dancer, video):
    with opened(video) as detector:
        (found, *_) = detector.detect(dancer)
    joint = dict(zip(BLAZEPOSE33.joints, found.keypoints_3d[0], strict=True))
    assert joint["left_shoulder"][0] - joint["right_shoulder"][0] > 0.2
    assert 1.0 < joint["left_ankle"][1] - joint["nose"][1] < 1.6, "y is down"
    ears = (joint["left_ear"] + joint["right_ear"]) / 2
    assert joint["nose"][2] < ears[2], "z is away from the camera, and he estimates into it"
    np.testing.assert_allclose((joint["left_hip"] + joint["right_hip"]) / 2, 0, atol=0.03)


def test_3d_of_a_person_on_the_side_is_turned_like_the_image(dancer, video, batch_of):
    with opened(video) as detector:
        (upright,) = detector.detect(part(dancer, 0, 1))
        detector.start(video)
        (lying,) = detector.detect(batch_of(np.rot90(dancer.images[0]).copy()))
    # A quarter turn to the left takes x to -y and y to x, in the image and in 3D alike.
    expected = upright.keypoints_3d[0] @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    body = slice(BLAZEPOSE33.index("left_shoulder"), None)
    np.testing.assert_allclose(lying.keypoints_3d[0, body], expected[body], atol=0.12)
    width = dancer.size_wh[0]
    turned = upright.keypoints[0] @ np.array([[0, -1], [1, 0]]) + [0, width]
    assert np.median(np.linalg.norm(lying.keypoints[0] - turned, axis=1)) < 12


def test_numbers_follow_people_and_are_unique(roof, video):
    with opened(video) as detector:
        found = detector.detect(roof)
    assert len(found[-1]) == 2
    assert (found[-1].hint_ids[0] == found[0].hint_ids[0]).all()
    assert all(len(set(d.hint_ids)) == len(d) for d in found if len(d))


def test_results_depend_on_neither_batches_nor_threads_nor_the_clip_before(roof, dancer, video):
    with opened(video, threads=1) as detector:
        whole = detector.detect(roof)
    with opened(video, threads=4) as detector:
        detector.detect(dancer)
        detector.start(video)
        parts = [detector.detect(part(roof, i, i + 5)) for i in range(0, len(roof), 5)]
    assert_equal(whole, list(chain.from_iterable(parts)))


def test_start_forgets_followed_people(dancer, video, batch_of):
    with opened(video) as detector:
        detector.detect(dancer)
        (kept,) = detector.detect(part(dancer, 11, 12))
        detector.start(video)
        detector.detect(batch_of(np.zeros_like(dancer.images[0])))
        (forgotten,) = detector.detect(batch_of(np.zeros_like(dancer.images[0])))
    assert kept.hint_ids.tolist() == [0]
    assert len(forgotten) == 0


def test_frames_are_not_altered(dancer, video):
    frames = part(dancer, 0, 2)
    before = frames.images.copy()
    with opened(video) as detector:
        detector.detect(frames)
    np.testing.assert_array_equal(frames.images, before)


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 300), (17, 5), (64, 64), (241, 321), (480, 853), (1080, 607)]
)
@pytest.mark.parametrize("kind", ["blank", "noise"])
def test_blank_and_noisy_images_of_any_size_hold_nobody(video, shape, kind, batch_of):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    image = noise if kind == "noise" else np.full((*shape, 3), 127, np.uint8)
    with opened(video) as detector:
        found = detector.detect(batch_of(image, image))
    assert [len(d) for d in found] == [0, 0]
    assert all(d.keypoints.shape == (0, 33, 2) for d in found)


def test_no_frames_are_no_detections(video, batch_of):
    with opened(video) as detector:
        assert len(detector.detect(batch_of(np.zeros((8, 8, 3), np.uint8)))) == 1
        assert detector.detect(part(batch_of(np.zeros((8, 8, 3), np.uint8)), 0, 0)) == []


def test_boxes_lie_within_the_frame(roof, video):
    with opened(video) as detector:
        found = detector.detect(roof)
    boxes = np.concatenate([d.boxes for d in found])
    width, height = roof.size_wh
    assert (boxes >= 0).all()
    assert (boxes <= [width, height, width, height]).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_no_more_people_are_followed_than_asked_for(roof, video):
    with opened(video, max_people=1) as detector:
        assert {len(found) for found in detector.detect(roof)} == {1}


def test_yolox_finds_everybody_where_its_file_is_given(shared_data, read_frames, video):
    pytest.importorskip("onnxruntime")
    frames = read_frames("pose2sim/two_people_cam01.mp4", 6, start=60)
    path = shared_data / "models" / "yolox_nano.onnx"
    with opened(video, person_detector=BlazePosePersonDetector.yolox, yolox_path=path) as detector:
        assert min(len(found) for found in detector.detect(frames)) >= 3


@pytest.mark.parametrize("tiles", list(BlazePoseTiles))
def test_every_layout_of_tiles_finds_a_near_person(dancer, video, tiles):
    with opened(video, tiles=tiles) as detector:
        assert [len(found) for found in detector.detect(part(dancer, 0, 3))] == [1, 1, 1]


def test_the_entry_names_what_there_is():
    (entry,) = register_detectors()
    assert entry.name == "blazepose"
    assert isinstance(BlazePose(entry.config(), Runtime()), Detector)
    known = {weights.name for weights in register_weights()}
    needed = [need for need in entry.requires if isinstance(need, WeightFile)]
    assert {need.name for need in needed} <= known
    assert set(files.LANDMARKS) == {model.value for model in BlazePoseModel}


def test_an_unopened_detector_can_be_pickled(video, dancer):
    packed = pickle.dumps(BlazePose(BlazePoseConfig(), Runtime(threads=1)))
    travelled = pickle.loads(packed)  # noqa: S301 (packed one line above)
    with travelled as detector:
        detector.start(video)
        assert len(detector.detect(part(dancer, 0, 1))[0]) == 1


def test_detecting_without_opening_is_an_error(dancer):
    with pytest.raises(StageError, match="is not open"):
        BlazePose(BlazePoseConfig(), Runtime()).detect(dancer)


def test_a_missing_yolox_file_is_named(tmp_path):
    pytest.importorskip("onnxruntime")
    path = tmp_path / "absent.onnx"
    config = BlazePoseConfig(person_detector=BlazePosePersonDetector.yolox, yolox_path=path)
    with ExitStack() as stack, pytest.raises(BackendError, match=r"absent\.onnx"):
        stack.enter_context(BlazePose(config, Runtime()))
