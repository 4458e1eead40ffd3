"""People stand on one floor, the right way round, without jumps from frame to frame."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.renderer.video.config import Floor
from framework.plugins.renderer.video.world import (
    ANKLE_HEIGHT_M,
    WorldPoses,
    world_from_camera,
)
from framework.skeletons import H36M17

FEET = [H36M17.index("left_ankle"), H36M17.index("right_ankle")]


def world_of(result, floor=Floor.auto, tilt_deg=0.0) -> WorldPoses:
    return WorldPoses.of(result.poses, result.tracks, floor=floor, tilt_deg=tilt_deg)


@pytest.mark.parametrize("tilt_deg", [0.0, 11.0, -30.0])
def test_world_axes_are_a_rotation_so_that_left_stays_left(tilt_deg):
    axes = world_from_camera(np.eye(3, dtype=np.float32), tilt_deg)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(axes) == pytest.approx(1)
    np.testing.assert_allclose(axes[0], [1, 0, 0])


def test_a_level_camera_sees_down_as_down_and_away_as_away():
    down, away = world_from_camera(np.array([[0, 1, 0], [0, 0, 1]], np.float32))
    np.testing.assert_allclose(down, [0, 0, -1], atol=1e-7)
    np.testing.assert_allclose(away, [0, 1, 0], atol=1e-7)


def test_the_tilt_of_the_camera_is_undone():
    # Somebody upright before a camera that looks down by 20 degrees: up leans towards it.
    tilt = np.deg2rad(20)
    up_in_camera = np.array([0, -np.cos(tilt), -np.sin(tilt)], np.float32)
    np.testing.assert_allclose(world_from_camera(up_in_camera, 20), [0, 0, 1], atol=1e-6)


def test_the_floor_is_under_the_feet_and_one_bad_frame_does_not_move_it(make_scene):
    result = make_scene(rows=60)
    before = world_of(result, floor=Floor.clip)
    lowest = before.joints[0, :, :, 2].min(-1)
    assert np.abs(lowest - ANKLE_HEIGHT_M).max() < 0.15
    spoilt = result.poses[0].joints.copy()
    spoilt[7] *= 5
    spoilt = replace(result, poses=(replace(result.poses[0], joints=spoilt),))
    after = world_of(spoilt, floor=Floor.clip)
    np.testing.assert_allclose(after.joints[0, 20], before.joints[0, 20], atol=0.03)
    assert after.radius_m == pytest.approx(before.radius_m, rel=0.05)
    assert after.height_m == pytest.approx(before.height_m, rel=0.05)


def test_with_floor_frame_a_figure_touches_the_floor_in_every_frame(make_scene):
    lowest = world_of(make_scene(), floor=Floor.frame).joints[0, :, :, 2].min(-1)
    np.testing.assert_allclose(lowest, ANKLE_HEIGHT_M, atol=1e-6)


def test_a_crouch_lowers_the_hips_where_their_path_is_unknown(make_scene):
    result = make_scene(rows=60)
    joints = result.poses[0].joints.copy()
    joints[30:, FEET, 1] -= 0.3  # the feet come up to the pelvis, which is the origin
    crouching = replace(result, poses=(replace(result.poses[0], joints=joints),))
    pelvis = world_of(crouching).joints[0, :, 0, 2]
    assert pelvis[30:].mean() < pelvis[:30].mean() - 0.2


def test_noise_of_an_ankle_does_not_shake_the_body(make_scene):
    result = make_scene(rows=60, missing=slice(20, 25))
    joints = result.poses[0].joints.copy()
    joints[:, FEET, 1] += np.where(np.arange(60) % 2, 0.03, -0.03)[:, None]
    noisy = replace(result, poses=(replace(result.poses[0], joints=joints),))

    def shake(floor: Floor) -> float:
        pelvis = world_of(noisy, floor=floor).joints[0, :, 0, 2]
        assert np.isfinite(pelvis).sum() == 55
        return float(np.nanmedian(np.abs(np.diff(pelvis, 2))))

    assert shake(Floor.auto) < shake(Floor.frame) / 5


def test_with_a_known_path_a_jump_is_a_jump(make_scene):
    result = make_scene(rows=60, roots=True)
    root = result.poses[0].root.copy()
    root[30, 1] -= 0.5
    world = world_of(replace(result, poses=(replace(result.poses[0], root=root),)))
    lift = world.joints[0, 30] - world_of(result).joints[0, 30]
    np.testing.assert_allclose(lift, np.broadcast_to([0, 0, 0.5], lift.shape), atol=0.03)


def test_people_whose_place_is_known_keep_their_distance(make_scene):
    result = make_scene(people=2, roots=True)
    world = world_of(result)
    apart = world.joints[1, 0, 0] - world.joints[0, 0, 0]
    assert apart[0] == pytest.approx(1.1, abs=1e-5) and apart[1] == pytest.approx(0.5, abs=1e-5)


def test_people_whose_place_is_unknown_stand_as_in_the_image(make_scene):
    result = make_scene(people=3)
    swapped = replace(result, tracks=result.tracks[::-1], poses=result.poses[::-1])
    pelvis = world_of(result).joints[:, 0, 0, 0]
    assert (np.diff(pelvis) > 0.8).all()
    np.testing.assert_allclose(world_of(swapped).joints[:, 0, 0, 0], pelvis[::-1], atol=1e-6)


def test_rows_without_a_valid_pose_are_nan(make_scene):
    result = make_scene(missing=slice(10, 20))
    world = world_of(result)
    assert np.isnan(world.joints[0, 10:20]).all() and np.isfinite(world.joints[0, 20:]).all()
    empty = world_of(make_scene(missing=slice(None)))
    assert empty.joints.size == 0 and empty.radius_m > 0 and empty.height_m > 1
    assert world_of(make_scene(people=0)).joints.size == 0


def test_a_person_who_walks_away_from_a_tilted_camera_stays_on_the_floor(make_scene):
    result = make_scene(rows=90, roots=True)
    pose = result.poses[0]
    root = pose.root + np.linspace(0, 1, 90)[:, None] * np.float32([0, -1.2, 4])
    away = replace(result, poses=(replace(pose, root=root.astype(np.float32)),))
    lowest = world_of(away).joints[0, :, :, 2].min(-1)
    assert np.abs(lowest - ANKLE_HEIGHT_M).max() < 0.3
    assert np.abs(world_of(away, floor=Floor.clip).joints[0, :, :, 2].min(-1)).max() > 1


def test_a_root_that_is_unknown_for_a_while_comes_from_its_neighbours_in_time(make_scene):
    result = make_scene(people=2, roots=True)
    whole = world_of(result)
    root = result.poses[1].root.copy()
    root[10:20] = np.nan
    holed = replace(result, poses=(result.poses[0], replace(result.poses[1], root=root)))
    np.testing.assert_allclose(world_of(holed).joints, whole.joints, atol=0.02)


def test_a_person_without_a_root_stands_beside_those_with_one(make_scene):
    result = make_scene(people=2, roots=True)
    lost = replace(result, poses=(result.poses[0], replace(result.poses[1], root=None)))
    joints = world_of(lost).joints
    assert np.isfinite(joints).all()
    assert (joints[1, :, 0, 0] > joints[0, :, 0, 0] + 1).all()


def test_people_who_are_never_visible_together_share_a_place(make_scene):
    result = make_scene(people=2, rows=40)
    early, late = (replace(track, state=track.state.copy()) for track in result.tracks)
    early.state[20:], late.state[:20] = 0, 0
    together = world_of(result)
    in_turn = world_of(replace(result, tracks=(early, late)))
    assert np.ptp(together.joints[:, :, 0, 0].mean(1)) == pytest.approx(1.25, abs=0.01)
    assert np.ptp(in_turn.joints[:, :, 0, 0].mean(1)) == pytest.approx(0, abs=0.01)
    assert in_turn.radius_m < together.radius_m - 0.4
