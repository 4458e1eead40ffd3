"""Properties of every refiner, for any clip."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.refiner.consistent.config import ConsistentConfig
from framework.plugins.refiner.consistent.consistent import Consistent
from framework.plugins.refiner.root.config import RootConfig
from framework.plugins.refiner.root.root import Root
from framework.plugins.refiner.smooth.config import SmoothConfig
from framework.plugins.refiner.smooth.smooth import Smooth
from framework.skeletons import COCO17, H36M17
from framework.stages import Runtime
from framework.types import Pose3D, State, Track, VideoInfo

REFINERS = {
    "root": lambda: Root(RootConfig(), Runtime()),
    "smooth": lambda: Smooth(SmoothConfig(), Runtime()),
    "consistent": lambda: Consistent(ConsistentConfig(), Runtime()),
}
every_refiner = pytest.mark.parametrize("make", REFINERS.values(), ids=REFINERS.keys())
VIDEO = VideoInfo(path=Path("clip.mp4"), size_wh=(640, 360), fps=Fraction(30))


@st.composite
def clips(draw):
    """Random arrays of the right shape: poses, keypoints, scores, gaps and times."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(1, 30))
    valid = rng.random(rows) < draw(st.sampled_from([0.0, 0.5, 1.0]))
    scale = draw(st.sampled_from([1e-3, 0.3, 3.0]))
    joints = rng.normal(0, scale, (rows, 17, 3)).astype(np.float32)
    joints -= joints[:, :1]
    joints[~valid] = np.nan
    keypoints = rng.normal(200, 150, (rows, 17, 2)).astype(np.float32)
    keypoints[rng.random((rows, 17)) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = np.nan
    track = Track(
        id=7,
        skeleton=COCO17,
        frame_index=np.arange(rows),
        time_s=np.cumsum(rng.choice([1 / 240, 1 / 30, 0.2, 5.0], rows)),
        boxes=np.zeros((rows, 4), np.float32),
        keypoints=keypoints,
        keypoint_scores=rng.uniform(0, 1, (rows, 17)).astype(np.float32),
        state=np.where(valid, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=valid.copy(),
    )
    joint_sigmas = np.where(valid[:, None], rng.uniform(0, 1, (rows, 17)), np.nan).astype(
        np.float32
    )
    stated = draw(st.booleans())
    return track, Pose3D(
        track_id=7,
        skeleton=H36M17,
        joints=joints,
        valid=valid,
        joint_sigmas=joint_sigmas if stated else None,
    )


@every_refiner
@settings(deadline=None, max_examples=40)
@given(clip=clips())
def test_rows_gaps_and_uncertainty_stay(make, clip):
    track, given_pose = clip
    [pose] = make().refine([given_pose], [track], VIDEO)
    assert len(pose) == len(track)
    assert np.array_equal(pose.valid, given_pose.valid)
    assert np.isfinite(pose.joints[pose.valid]).all()
    assert np.isnan(pose.joints[~pose.valid]).all()
    np.testing.assert_allclose(pose.joints[pose.valid][:, 0], 0, atol=1e-4)
    if pose.root is not None:
        assert np.array_equal(np.isfinite(pose.root).all(axis=1), pose.valid)
    if given_pose.joint_sigmas is None:
        assert pose.joint_sigmas is None
    elif make is REFINERS["root"]:  # they grow with the person
        sizes = [
            np.linalg.norm(each.joints - each.joints[:, :1])
            for each in valid_parts(pose, given_pose)
        ]
        grown = sizes[0] / sizes[1] if pose.valid.any() else 1
        np.testing.assert_allclose(pose.joint_sigmas, grown * given_pose.joint_sigmas, rtol=1e-4)
    else:
        np.testing.assert_array_equal(pose.joint_sigmas, given_pose.joint_sigmas)


def valid_parts(*poses):
    return [pose.take(pose.valid) for pose in poses]


@pytest.mark.parametrize("name", ["smooth", "consistent"])  # root: people share a floor
def test_people_do_not_influence_each_other(name, people):
    make = REFINERS[name]
    together = make().refine(people.poses, people.tracks, people.video)
    for pose, track, both in zip(people.poses, people.tracks, together, strict=True):
        [alone] = make().refine([pose], [track], people.video)
        np.testing.assert_array_equal(alone.joints, both.joints)


@every_refiner
def test_a_later_start_of_the_clock_changes_nothing(make, people):
    [pose, _] = make().refine(people.poses, people.tracks, people.video)
    later = [replace(track, time_s=track.time_s + 64) for track in people.tracks]
    [other, _] = make().refine(people.poses, later, people.video)
    np.testing.assert_allclose(other.joints, pose.joints, atol=1e-4)
