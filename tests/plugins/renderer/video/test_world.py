"""People stand on one floor, the right way round, in a view that does not jump."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.renderer.video.config import Floor
from framework.plugins.renderer.video.scene import (
    ANKLE_HEIGHT_M,
    Scene,
    Viewer,
    world_from_camera,
)
from framework.skeletons import H36M17

LEFT, RIGHT = H36M17.index("left_wrist"), H36M17.index("right_wrist")
HEAD, FEET = H36M17.index("head"), [H36M17.index("left_ankle"), H36M17.index("right_ankle")]


def scene_of(result, floor=Floor.auto, tilt_deg=0.0) -> Scene:
    return Scene.of(result.poses, result.tracks, floor=floor, tilt_deg=tilt_deg)


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


def test_the_camera_s_side_shows_a_facing_person_s_left_hand_at_the_right(make_scene):
    scene = scene_of(make_scene())
    viewer = Viewer.facing(scene, (480, 480), 10)

    def hands(azimuth_deg: float) -> tuple[float, float]:
        pixels, _ = viewer.project(viewer.turn(scene.joints, azimuth_deg))
        return float(pixels[..., LEFT, 0].mean()), float(pixels[..., RIGHT, 0].mean())

    left, right = hands(0)
    assert left > right + 20
    left, right = hands(180)
    assert left < right - 20


def test_who_walks_to_the_right_sees_far_things_at_the_right():
    nobody = Scene(joints=np.zeros((0, 0, 0, 3), np.float32), radius_m=1, height_m=2)
    viewer = Viewer.facing(nobody, (480, 480), 0)
    near, far = np.array([[0, -1, 1], [0, 1, 1]], np.float32)
    pixels, scale = viewer.project(viewer.turn(np.stack([near, far]), 90))
    assert pixels[1, 0] > 240 > pixels[0, 0]
    _, scale = viewer.project(viewer.turn(np.stack([near, far]), 0))
    assert scale[0] > scale[1]  # what is near is larger


@pytest.mark.parametrize("roots", [False, True])
def test_everybody_is_inside_the_panel_from_every_side(make_scene, roots):
    scene = scene_of(make_scene(people=2, roots=roots))
    for azimuth, elevation in itertools.product(range(0, 360, 30), (0, 12, 45, 90)):
        viewer = Viewer.facing(scene, (480, 480), elevation)
        pixels, _ = viewer.project(viewer.turn(scene.joints, azimuth))
        assert 0 < pixels.min() and pixels.max() < 480


def test_the_floor_is_under_the_feet_and_one_bad_frame_does_not_move_it(make_scene):
    result = make_scene(rows=60)
    before = scene_of(result, floor=Floor.clip)
    lowest = before.joints[0, :, :, 2].min(-1)
    assert np.abs(lowest - ANKLE_HEIGHT_M).max() < 0.15
    spoilt = result.poses[0].joints.copy()
    spoilt[7] *= 5
    spoilt = replace(result, poses=(replace(result.poses[0], joints=spoilt),))
    after = scene_of(spoilt, floor=Floor.clip)
    np.testing.assert_allclose(after.joints[0, 20], before.joints[0, 20], atol=0.03)
    assert after.radius_m == pytest.approx(before.radius_m, rel=0.05)
    assert after.height_m == pytest.approx(before.height_m, rel=0.05)


def test_a_glued_figure_touches_the_floor_in_every_frame(make_scene):
    lowest = scene_of(make_scene(), floor=Floor.frame).joints[0, :, :, 2].min(-1)
    np.testing.assert_allclose(lowest, ANKLE_HEIGHT_M, atol=1e-6)


def test_a_crouch_lowers_the_hips_where_their_path_is_unknown(make_scene):
    result = make_scene(rows=60)
    joints = result.poses[0].joints.copy()
    joints[30:, FEET, 1] -= 0.3  # the feet come up to the pelvis, which is the origin
    crouching = replace(result, poses=(replace(result.poses[0], joints=joints),))
    pelvis = scene_of(crouching).joints[0, :, 0, 2]
    assert pelvis[30:].mean() < pelvis[:30].mean() - 0.2


def test_a_trembling_ankle_does_not_shake_the_body(make_scene):
    result = make_scene(rows=60, missing=slice(20, 25))
    joints = result.poses[0].joints.copy()
    joints[:, FEET, 1] += np.where(np.arange(60) % 2, 0.03, -0.03)[:, None]
    trembling = replace(result, poses=(replace(result.poses[0], joints=joints),))

    def shake(floor: Floor) -> float:
        pelvis = scene_of(trembling, floor=floor).joints[0, :, 0, 2]
        assert np.isfinite(pelvis).sum() == 55
        return float(np.nanmedian(np.abs(np.diff(pelvis, 2))))

    assert shake(Floor.auto) < shake(Floor.frame) / 5


def test_with_a_known_path_a_jump_is_a_jump(make_scene):
    result = make_scene(rows=60, roots=True)
    root = result.poses[0].root.copy()
    root[30, 1] -= 0.5
    scene = scene_of(replace(result, poses=(replace(result.poses[0], root=root),)))
    lift = scene.joints[0, 30] - scene_of(result).joints[0, 30]
    np.testing.assert_allclose(lift, np.broadcast_to([0, 0, 0.5], lift.shape), atol=0.03)


def test_people_whose_place_is_known_keep_their_distance(make_scene):
    result = make_scene(people=2, roots=True)
    scene = scene_of(result)
    apart = scene.joints[1, 0, 0] - scene.joints[0, 0, 0]
    assert apart[0] == pytest.approx(1.1, abs=1e-5) and apart[1] == pytest.approx(0.5, abs=1e-5)


def test_people_whose_place_is_unknown_stand_as_in_the_picture(make_scene):
    result = make_scene(people=3)
    swapped = replace(result, tracks=result.tracks[::-1], poses=result.poses[::-1])
    pelvis = scene_of(result).joints[:, 0, 0, 0]
    assert (np.diff(pelvis) > 0.8).all()
    np.testing.assert_allclose(scene_of(swapped).joints[:, 0, 0, 0], pelvis[::-1], atol=1e-6)


def test_rows_without_a_valid_pose_hold_nobody(make_scene):
    result = make_scene(missing=slice(10, 20))
    scene = scene_of(result)
    assert np.isnan(scene.joints[0, 10:20]).all() and np.isfinite(scene.joints[0, 20:]).all()
    nobody = scene_of(make_scene(missing=slice(None)))
    assert nobody.joints.size == 0 and nobody.radius_m > 0 and nobody.height_m > 1
    assert scene_of(make_scene(people=0)).joints.size == 0


def test_who_walks_away_from_a_camera_that_looks_down_stays_on_the_floor(make_scene):
    result = make_scene(rows=90, roots=True)
    pose = result.poses[0]
    root = pose.root + np.linspace(0, 1, 90)[:, None] * np.float32([0, -1.2, 4])
    away = replace(result, poses=(replace(pose, root=root.astype(np.float32)),))
    lowest = scene_of(away).joints[0, :, :, 2].min(-1)
    assert np.abs(lowest - ANKLE_HEIGHT_M).max() < 0.3
    assert np.abs(scene_of(away, floor=Floor.clip).joints[0, :, :, 2].min(-1)).max() > 1


def test_a_root_that_is_unknown_for_a_while_comes_from_its_neighbours_in_time(make_scene):
    result = make_scene(people=2, roots=True)
    whole = scene_of(result)
    root = result.poses[1].root.copy()
    root[10:20] = np.nan
    holed = replace(result, poses=(result.poses[0], replace(result.poses[1], root=root)))
    np.testing.assert_allclose(scene_of(holed).joints, whole.joints, atol=0.02)


def test_who_has_no_root_stands_beside_those_who_have(make_scene):
    result = make_scene(people=2, roots=True)
    lost = replace(result, poses=(result.poses[0], replace(result.poses[1], root=None)))
    joints = scene_of(lost).joints
    assert np.isfinite(joints).all()
    assert (joints[1, :, 0, 0] > joints[0, :, 0, 0] + 1).all()


def test_people_who_are_never_there_together_share_a_place(make_scene):
    result = make_scene(people=2, rows=40)
    early, late = (replace(track, state=track.state.copy()) for track in result.tracks)
    early.state[20:], late.state[:20] = 0, 0
    together = scene_of(result)
    in_turn = scene_of(replace(result, tracks=(early, late)))
    assert np.ptp(together.joints[:, :, 0, 0].mean(1)) == pytest.approx(1.25, abs=0.01)
    assert np.ptp(in_turn.joints[:, :, 0, 0].mean(1)) == pytest.approx(0, abs=0.01)
    assert in_turn.radius_m < together.radius_m - 0.4
