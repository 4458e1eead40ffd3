"""Detections of scenes with known people, without and with faults."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.lab.sample.crowd import Flaws, project_people, simulated_detections
from framework.lab.sample.ground_truth import truth
from framework.lab.sample.motion_script import MotionScript
from framework.lab.sample.scene import Camera, Person, Scene, View
from framework.skeletons import COCO17


def person(x, y):
    return Person(motion=MotionScript(start_xy=(x, y), heading_deg=-90, seconds=5))


def scene(*people, seconds=0.2):
    camera = Camera(views=(View(0.0, (0.0, -8.0, 1.5), (0.0, 0.0, 0.95)),))
    return Scene(people=people, camera=camera, fps=Fraction(30), seconds=seconds)


@pytest.fixture(scope="module")
def crowd():
    """Two people side by side for two seconds."""
    return project_people(scene(person(-1.0, 0), person(1.0, 0), seconds=2.0))


def test_keypoints_are_those_of_the_truth_and_boxes_hold_them(crowd):
    known = truth(scene(person(-1.0, 0), person(1.0, 0)))
    np.testing.assert_allclose(crowd.keypoints[:, :6], known["coco_2d"], atol=1e-3)
    assert (crowd.keypoints > crowd.boxes[..., None, :2]).all()
    assert (crowd.keypoints < crowd.boxes[..., None, 2:]).all()


def test_people_side_by_side_are_both_visible(crowd):
    assert crowd.seen.all()
    assert not crowd.covered.any()
    assert (crowd.shown == 1).all()


def test_a_person_behind_another_is_covered_and_not_visible():
    hidden = project_people(scene(person(0, -2.0), person(0, 2.0)))
    assert hidden.seen[0].all()
    assert not hidden.seen[1].any()
    assert hidden.covered[1].mean() > 0.8
    assert not hidden.covered[0].any()


def test_a_person_outside_the_image_is_not_visible():
    away = project_people(scene(person(0, 0), person(7.0, 0)))
    assert away.shown[1].max() < 0.4
    assert not away.seen[1].any()


def test_without_faults_detections_are_the_people(crowd):
    frames, names = simulated_detections(crowd, Flaws(jitter=0.0))
    assert {tuple(sorted(row)) for row in names} == {(0, 1)}
    for row, (frame, people) in enumerate(zip(frames, names, strict=True)):
        np.testing.assert_array_equal(frame.keypoints, crowd.keypoints[people, row])
        np.testing.assert_array_equal(frame.boxes, crowd.boxes[people, row])
        assert frame.complete.all()
        assert (frame.keypoint_scores == np.float32(0.9)).all()
    assert len({tuple(row) for row in names}) == 2, "people are in a random order"


def rate(crowd, **flaws):
    frames, names = simulated_detections(crowd, Flaws(**flaws, seed=3))
    return frames, np.concatenate(names)


def test_faults_are_as_frequent_as_asked(crowd):
    many = replace(
        crowd,
        time_s=np.arange(600) / 30,
        boxes=np.repeat(crowd.boxes, 10, axis=1),
        keypoints=np.repeat(crowd.keypoints, 10, axis=1),
        shown=np.repeat(crowd.shown, 10, axis=1),
        covered=np.repeat(crowd.covered, 10, axis=1),
    )
    _, names = rate(many, missed=0.3)
    assert len(names) == pytest.approx(0.7 * 1200, rel=0.06)
    _, names = rate(many, false=0.5)
    assert np.count_nonzero(names == -1) == pytest.approx(300, rel=0.2)
    frames, _ = rate(many, jitter=0.02)
    size = np.sqrt((many.boxes[0, 0, 2:] - many.boxes[0, 0, :2]).prod())
    left = np.array([frame.keypoints[frame.keypoints[:, 0, 0].argmin(), 0] for frame in frames])
    assert left.std(axis=0) == pytest.approx(0.02 * size, rel=0.15)


def test_missing_intervals_last(crowd):
    frames, _ = simulated_detections(crowd, Flaws(bursts=1.0, seed=1))
    counts = np.array([len(frame) for frame in frames])
    missing = np.flatnonzero(counts < 2)
    assert missing.size >= 10
    assert np.count_nonzero(np.diff(missing) == 1) > 0.8 * (missing.size - 3)


def test_swapped_people_have_left_and_right_joints_exchanged(crowd):
    frames, names = simulated_detections(crowd, Flaws(jitter=0.0, swapped=1.0))
    mirror = list(COCO17.mirror)
    np.testing.assert_array_equal(frames[0].keypoints, crowd.keypoints[names[0], 0][:, mirror])


def test_the_seed_decides_everything(crowd):
    one, again, other = (
        simulated_detections(crowd, Flaws(missed=0.2, false=0.2, seed=seed))[0]
        for seed in (5, 5, 6)
    )
    assert all((a.keypoints == b.keypoints).all() for a, b in zip(one, again, strict=True))
    assert [len(frame) for frame in one] != [len(frame) for frame in other]
