"""The detector's 3D keypoints as H36M-17."""

import sys
from subprocess import run

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.plugins.lifter.detector3d.config import Detector3DConfig
from framework.plugins.lifter.detector3d.detector3d import Detector3D
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17, Skeleton
from framework.stages import Lifter, Runtime


@pytest.fixture
def lifter():
    return Detector3D(Detector3DConfig(), Runtime())


@pytest.fixture
def video(make_video):
    return make_video(640, 480)


def body(rows, joints, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, joints, 3)).astype(np.float32)


def test_fulfils_the_contract(lifter):
    assert isinstance(lifter, Lifter)


def test_joints_are_found_by_name_about_the_pelvis(lifter, make_track, video):
    points_3d = body(6, 33)
    track = make_track(points_3d[..., :2], skeleton=BLAZEPOSE33, keypoints_3d=points_3d, number=4)
    (pose,) = lifter.lift([track], video)
    hips = [BLAZEPOSE33.index("left_hip"), BLAZEPOSE33.index("right_hip")]
    pelvis = points_3d[:, hips].mean(axis=1)
    assert pose.track_id == 4
    assert pose.skeleton is H36M17
    assert pose.valid.all()
    assert (pose.joints[:, 0] == 0).all()
    for joint in ("left_wrist", "right_wrist", "left_ankle", "right_shoulder"):
        ours = pose.joints[:, H36M17.index(joint)]
        expected = points_3d[:, BLAZEPOSE33.index(joint)] - pelvis
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_the_origin_of_the_detector_does_not_matter(lifter, make_track, video):
    points_3d = body(5, 17)
    tracks = [
        make_track(points_3d[..., :2], keypoints_3d=points_3d + shift)
        for shift in (np.float32([0, 0, 0]), np.float32([1, -2, 8]))
    ]
    one, other = lifter.lift(tracks, video)
    np.testing.assert_allclose(one.joints, other.joints, atol=1e-5)


def test_h36m_joints_come_through_unchanged(lifter, make_track, video):
    points_3d = body(5, 17)
    points_3d -= points_3d[:, :1]
    (pose,) = lifter.lift(
        [make_track(points_3d[..., :2], skeleton=H36M17, keypoints_3d=points_3d)], video
    )
    np.testing.assert_array_equal(pose.joints, points_3d)


def test_invalid_rows_stay_nan(lifter, make_track, video):
    points_3d = body(6, 17)
    keypoints = points_3d[..., :2].copy()
    keypoints[1] = np.nan  # missing, though 3D is there
    points_3d[3] = np.nan  # filled by a tracker, without 3D
    points_3d[4, COCO17.index("left_knee")] = np.nan  # a joint is lost
    points_3d[5, COCO17.index("left_eye")] = np.nan  # a joint that H36M does not have
    (pose,) = lifter.lift([make_track(keypoints, keypoints_3d=points_3d)], video)
    assert pose.valid.tolist() == [True, False, True, False, False, True]
    assert np.isnan(pose.joints[~pose.valid]).all()
    assert np.isfinite(pose.joints[pose.valid]).all()


def test_no_tracks_and_a_track_without_rows(lifter, make_track, video):
    assert lifter.lift([], video) == []
    points_3d = np.full((4, 17, 3), np.nan, np.float32)
    (pose,) = lifter.lift([make_track(points_3d[..., :2], keypoints_3d=points_3d)], video)
    assert not pose.valid.any()


def test_the_track_is_untouched(lifter, make_track, video):
    points_3d = body(4, 17)
    before = points_3d.copy()
    lifter.lift([make_track(points_3d[..., :2], skeleton=H36M17, keypoints_3d=points_3d)], video)
    np.testing.assert_array_equal(points_3d, before)


def test_a_detector_without_3d_is_an_error_with_the_next_step(lifter, make_track, video):
    with pytest.raises(ConfigurationError) as caught:
        lifter.lift([make_track(body(3, 17)[..., :2], number=2)], video)
    assert "track 2 (coco17) has none" in caught.value.message
    assert "lifter=videopose3d" in caught.value.hint


def test_a_skeleton_that_lacks_joints_is_named(lifter, make_track, video):
    points_3d = body(3, 12)
    arms = Skeleton(name="faceless", joints=COCO17.joints[5:], bones=())
    with pytest.raises(ConfigurationError, match=r"needs neck, head, .*'faceless'"):
        lifter.lift([make_track(points_3d[..., :2], skeleton=arms, keypoints_3d=points_3d)], video)


def test_loads_no_torch():
    code = (
        "import sys, framework.plugins.lifter.detector3d.detector3d, "
        "framework.plugins.lifter.videopose3d; sys.exit('torch' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
