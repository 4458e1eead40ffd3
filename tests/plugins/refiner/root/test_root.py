"""Where people stand before the camera."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.plugins.refiner._fit.body_height import body_height
from framework.plugins.refiner.root.config import RootConfig
from framework.plugins.refiner.root.root import Root
from framework.skeletons import Skeleton
from framework.stages import Runtime
from framework.testing import stage_checks


@stage_checks("refiner", "root")
def test_contract(check):
    check()


def placed(sample, poses=None, **settings):
    root = Root(RootConfig(**settings), Runtime())
    return root.refine(sample.poses if poses is None else poses, sample.tracks, sample.video)


def heights_of(poses):
    """Body heights of poses: with these as an option nothing is scaled."""
    return [body_height(pose.joints[pose.valid], pose.skeleton) for pose in poses]


@pytest.fixture
def heights(people):
    return heights_of(people.poses)


def errors(poses, truth):
    """How far off roots are, as a share of the distance."""
    return [
        np.linalg.norm(pose.root - true.root, axis=1)[pose.valid]
        / np.linalg.norm(true.root, axis=1)[pose.valid]
        for pose, true in zip(poses, truth, strict=True)
    ]


def test_with_known_heights_roots_are_exact(people, focal, heights):
    for off in errors(placed(people, focal=focal, person_height_m=heights), people.poses):
        assert off.max() < 0.01


def test_noise_of_pose_and_keypoints_is_averaged_out(people, noisy_poses, focal):
    poses = noisy_poses(people.poses, 0.05)
    noise = np.random.default_rng(1).normal(0, 1, people.tracks[0].keypoints.shape)
    tracks = [
        replace(track, keypoints=track.keypoints + noise.astype(np.float32))
        for track in people.tracks
    ]
    root = Root(RootConfig(focal=focal, person_height_m=heights_of(poses)), Runtime())
    for off in errors(root.refine(poses, tracks, people.video), people.poses):
        assert off.mean() < 0.03


def test_an_outlier_does_not_move_the_person(people, focal, heights):
    track = people.tracks[0]
    keypoints = track.keypoints.copy()
    keypoints[:, track.skeleton.index("left_wrist"), 1] += 60
    people.tracks[0] = replace(track, keypoints=keypoints)
    found = placed(people, focal=focal, person_height_m=heights)
    assert errors(found, people.poses)[0].max() < 0.03


def test_twice_the_focal_length_is_twice_the_distance(people, focal):
    near, far = (placed(people, focal=f * focal)[0].root[0, 2] for f in (1, 2))
    assert far / near == pytest.approx(2, rel=0.1)


def test_a_taller_person_is_farther_away_and_larger(people, focal, heights):
    lifted = placed(people, focal=focal, person_height_m=heights)
    tall = placed(people, focal=focal, person_height_m=[2.2])
    heights = [np.nanmax(person.joints[..., 1]) for person in (lifted[0], tall[0])]
    factor = heights[1] / heights[0]
    assert factor > 1.15
    np.testing.assert_allclose(tall[0].root, factor * lifted[0].root, rtol=0.02, atol=0.02)


def test_each_person_may_have_a_height(people, focal):
    one, two = placed(people, focal=focal, person_height_m=[1.5, 1.5])
    other, same = placed(people, focal=focal, person_height_m=[2.0, 1.5])
    np.testing.assert_array_equal(two.joints, same.joints)
    assert np.nanmax(other.joints) > 1.2 * np.nanmax(one.joints)


def test_heights_for_other_people_are_an_error(people):
    with pytest.raises(ConfigurationError, match="3 heights for 2 people"):
        placed(people, person_height_m=[1.5, 1.6, 1.7])


@pytest.mark.parametrize("settings", [{"focal": 0.0}, {"person_height_m": [175.0]}])
def test_values_that_are_not_allowed_are_refused(settings):
    with pytest.raises(ConfigurationError, match=rf"^{next(iter(settings))} is .*, but must be"):
        RootConfig(**settings)


def test_without_common_joints_there_is_no_root(people):
    dots = Skeleton(name="dots", joints=("dot",), bones=())
    tracks = [
        replace(
            track,
            skeleton=dots,
            keypoints=track.keypoints[:, :1],
            keypoint_scores=track.keypoint_scores[:, :1],
            keypoints_3d=None,
        )
        for track in people.tracks
    ]
    poses = Root(RootConfig(), Runtime()).refine(people.poses, tracks, people.video)
    assert [pose.root for pose in poses] == [None, None]


def test_a_long_clip_has_no_seams(people, focal, monkeypatch):
    from framework.plugins.refiner._fit import windows

    whole = placed(people, focal=focal)[0].root
    monkeypatch.setattr(windows, "ROWS", 25)
    monkeypatch.setattr(windows, "MARGIN_S", 0.8)
    np.testing.assert_allclose(placed(people, focal=focal)[0].root, whole, atol=0.01)


def test_the_focal_length_is_set_once_for_all_stages():
    from framework.config import build, compose_config

    for overrides, wanted in ((["lifter.focal=0.8"], 0.8), (["refiner.root.focal=0.7"], 0.7)):
        [(_, root)] = build("refiner", compose_config(["refiner=[root]", *overrides]))
        assert root._config.focal == wanted
    [(_, root)] = build("refiner", compose_config(["refiner=[root]", "lifter=detector3d"]))
    assert root._config.focal is None


def test_by_default_a_run_places_people_in_camera_space():
    from framework.config import build, compose_config

    names = [item.entry.name for item, _ in build("refiner", compose_config())]
    assert names == ["root", "consistent"]
