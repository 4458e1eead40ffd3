"""The stage on real frames, with the real weights."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from framework.errors import BackendError
from framework.geometry.boxes import iou
from framework.options import OptionError
from framework.plugins.detector._movenet.files import GRAPHS, WEIGHTS
from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.detector.movenet import register_detectors, register_weights
from framework.plugins.detector.movenet.config import MoveNetConfig, MoveNetModel
from framework.plugins.detector.movenet.movenet import MoveNetPeople, SquareCrops
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.testing import checks_of
from framework.types import FrameBatch
from framework.weights import locate

DANCER = np.array([328, 50, 501, 485])
CPU = Runtime(device="cpu", threads=1)


@pytest.fixture(scope="module", autouse=True)
def published():
    try:
        for entry in (*GRAPHS.values(), *WEIGHTS.values()):
            locate(entry)
    except BackendError as error:
        pytest.skip(f"no source of the weights can be reached: {error.message}")


def detected(frames, **options):
    with MoveNetPeople(MoveNetConfig(**options), CPU) as detector:
        return detector.detect(frames)


@pytest.mark.parametrize("model", MoveNetModel, ids=lambda one: one.value)
def test_the_dancer_is_found_and_followed(model, read_frames):
    frames = read_frames("dance_480p.mp4", 8)
    found = detected(frames, model=model)
    assert [len(people.boxes) for people in found] == [1] * 8
    assert {people.hint_ids[0] for people in found} == {0}
    first = found[0]
    assert first.skeleton is COCO17
    assert first.score_threshold == 0.2
    assert iou(first.boxes[0], DANCER[None])[0] > 0.7
    assert (first.keypoint_scores[0] >= 0.2).all()
    left, top, right, bottom = DANCER
    x, y = first.keypoints[0].T
    assert (left - 20 < x).all() and (x < right + 20).all()
    assert (top - 20 < y).all() and (y < bottom + 20).all()
    for one, other in pairwise(found):  # he turns fast, but not all of him jumps
        assert np.median(np.linalg.norm(one.keypoints - other.keypoints, axis=-1)) < 20


def test_a_followed_person_is_where_a_search_finds_them(read_frames):
    frames = read_frames("dance_480p.mp4", 6)
    followed = detected(frames, redetect_s=100.0)
    searched = detected(frames, redetect_s=0.0)
    for one, other in zip(followed, searched, strict=True):
        apart = np.linalg.norm(one.keypoints - other.keypoints, axis=-1)
        assert np.median(apart) < 4


def test_two_dancers_are_two_people_without_mixed_joints(read_frames):
    (people,) = detected(read_frames("two_dancers_crossing.mp4", 1))
    assert len(people.boxes) == 2
    apart = np.linalg.norm(people.keypoints[0] - people.keypoints[1], axis=-1)
    assert apart.mean() > 40


def test_a_place_without_people_holds_nobody(read_frames):
    frames = read_frames("dance_480p.mp4", 1)
    image = frames.images[0].copy()
    image[:, 250:600] = image[:, :1].mean(0).astype(np.uint8)  # the dancer is painted over
    (people,) = detected(replace(frames, images=image[None]))
    assert not len(people.boxes)


def test_who_leaves_is_lost_at_once(read_frames, video):
    """A followed box on an empty place is no person, whatever the person detector said before."""
    frames = read_frames("dance_480p.mp4", 2)
    empty = np.broadcast_to(frames.images[0][:, :1], frames.images[0].shape)
    images = np.stack([frames.images[0], empty])
    batch = FrameBatch(
        images=images, index=frames.index, time_s=frames.time_s, is_source=frames.is_source
    )
    with MoveNetPeople(MoveNetConfig(redetect_s=100.0), CPU) as detector:
        detector.start(video)
        first, second = detector.detect(batch)
    assert (len(first.boxes), len(second.boxes)) == (1, 0)


class Spots:
    """A network that finds joints at the brightest pixel of its crop, and far beyond it."""

    size, device = 64, "cpu"

    def __init__(self):
        self.seen = []

    def estimate(self, crops):
        self.seen.append(crops)
        points = np.zeros((len(crops), 17, 2))
        for row, crop in enumerate(crops):
            y, x = np.unravel_index(crop[..., 0].argmax(), crop.shape[:2])
            points[row, :] = x + 0.5, y + 0.5
            points[row, 1] = 80, -16
        return points, np.full((len(crops), 17), 0.6)


def test_crops_are_squares_around_boxes_and_joints_may_lie_beyond_them():
    image = np.zeros((400, 400, 3), np.uint8)
    image[118:123, 148:153] = 255
    box = np.array([[100.0, 60, 180, 220]])  # 160 high: a square of 200
    network = Spots()
    ((keypoints, scores),) = SquareCrops(network).poses([image], [box])
    assert [crops.shape for crops in network.seen] == [(1, 64, 64, 3)]
    pixel = 200 / 64
    np.testing.assert_allclose(keypoints[0, 0], [150.5, 120.5], atol=pixel)
    np.testing.assert_allclose(keypoints[0, 1], [40 + 80 * pixel, 40 - 16 * pixel])
    np.testing.assert_allclose(scores, 0.6)


def test_fine_patterns_are_averaged():
    image = np.zeros((1024, 1024, 3), np.uint8)
    image[:, ::2] = 200
    network = Spots()
    SquareCrops(network).poses([image], [np.array([[256.0, 256, 768, 768]])])
    (crops,) = network.seen
    assert np.abs(crops.astype(int) - 100).max() < 20


def test_options_name_what_is_not_allowed():
    config = MoveNetConfig()
    assert config.person_detector is PersonDetectorName.movenet
    assert (config.score_threshold, config.pose_threshold) == (0.2, 0.3)
    for wrong in ({"score_threshold": 2.0}, {"person_detector": PersonDetectorName.file}):
        with pytest.raises(OptionError):
            MoveNetConfig(**wrong)


def test_the_entry_names_every_file_that_the_defaults_need():
    (entry,) = register_detectors()
    needed = {one.name for one in entry.requires}
    known = {one.name: one for one in register_weights()}
    files = {known[name].filename for name in needed & set(known)}
    assert files == {
        f"movenet-{name}.{suffix}"
        for name in ("thunder", "multipose")
        for suffix in ("json", "bin")
    }
    assert {"onnxruntime", "onnx"} <= needed


CHECKS = checks_of("detector", register_detectors()[0])


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
@pytest.mark.parametrize("model", MoveNetModel, ids=lambda one: one.value)
def test_contract(check, model, read_frames):
    subject = replace(
        check.subject, settings={"model": model}, frames=read_frames("dance_480p.mp4", 6)
    )
    replace(check, subject=subject)()


@pytest.mark.slow
def test_a_clip_becomes_a_video_from_the_command_line(render):
    ran = render("detector=movenet")
    assert ran.complained == ""
    assert ran.drawn == ran.result.counts["frames"] == 3
    assert ran.result.counts["found"] == 3
