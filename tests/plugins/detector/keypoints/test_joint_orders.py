"""Joint orders of the same length are distinguished by the bodies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import InputError
from framework.plugins.detector.keypoints.joint_orders import skeleton_of
from framework.skeletons import (
    BODY25,
    BODY25B,
    COCO17,
    H36M17,
    SKELETONS,
    map_joints,
)


def with_scores(points):
    return np.insert(np.asarray(points, np.float64), 2, 0.8, axis=-1)


def turned(points, degrees, size):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (points - points.mean(0)) @ turn.T * size + 500


@pytest.mark.parametrize("name", ["body25", "body25b", "coco17", "halpe26", "openpose18"])
def test_a_standing_person_shows_the_order(person, name):
    skeleton, _ = skeleton_of(with_scores(person(name)[None]), ())
    assert skeleton.name == name


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(["body25", "body25b"]),
    degrees=st.floats(0, 360),
    size=st.floats(0.1, 10),
    hidden=st.sets(st.sampled_from(["knee", "ankle", "toe", "heel", "wrist"])),
)
def test_a_lying_small_or_truncated_person_shows_the_order(person, name, degrees, size, hidden):
    points = with_scores(turned(person(name), degrees, size)[None])
    points[..., :2] += np.random.default_rng(0).normal(0, 2 * size, points[..., :2].shape)
    for joint, place in enumerate(SKELETONS[name].joints):
        if any(part in place for part in hidden):
            points[:, joint] = np.nan
    skeleton, note = skeleton_of(points, ())
    assert skeleton.name == name
    assert "by the positions of the heads" in note


def test_without_heads_the_first_order_is_taken_with_a_note(person):
    points = with_scores(person("body25")[None])
    points[:, [0, 1, 2, 3, 4, 15, 16, 17, 18]] = np.nan
    skeleton, note = skeleton_of(points, ())
    assert skeleton is BODY25
    assert "do not show" in note and "detector.skeleton=body25b" in note


def test_the_option_decides_the_order(reading, flat):
    frame = {"version": 1.3, "people": [{"pose_keypoints_2d": flat("body25")}]}
    assert reading({"0.json": frame}, "out", skeleton="body25b").skeleton is BODY25B
    with pytest.raises(InputError, match="25 joints, not 17"):
        reading({"0.json": frame}, "out", skeleton="coco17")


@pytest.mark.parametrize("joints", [5, 15, 24])
def test_an_unknown_number_of_joints_is_refused(reading, joints):
    frame = {"people": [{"pose_keypoints_2d": [9.0] * 3 * joints}]}
    with pytest.raises(InputError, match=f"people have {joints} joints"):
        reading({"0.json": frame}, "out")


def test_real_people_in_both_orders(shared_data, reading):
    """Recordings of real tools, put into the other order too."""
    from framework.plugins.detector.keypoints.config import KeypointFilesConfig
    from framework.plugins.detector.keypoints.reading import read

    for path in sorted((shared_data / "keypoints2d").glob("*")):
        recording = read(path, KeypointFilesConfig())
        for order in (BODY25, BODY25B) if len(recording.skeleton.joints) > 20 else (COCO17, H36M17):
            both = ("coco17", "h36m17") if order in (COCO17, H36M17) else ()
            points = map_joints(recording.keypoints, recording.skeleton, order)
            assert skeleton_of(with_scores(points), both)[0] is order, (path.name, order.name)


def test_whole_bodies_are_cut_to_the_body(reading, flat):
    entry = {"image_id": 0, "score": 1, "keypoints": flat() + [5.0] * 3 * (133 - 17)}
    assert reading([entry]).skeleton is COCO17
