"""Motions of OpenSim's model: its joints, turned as the file says, point where the bones point."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from framework.animation import RIG, animations, solve
from framework.errors import ConfigurationError
from framework.plugins.exporter.mot.config import MotConfig
from framework.plugins.exporter.mot.mot import MotExporter, coordinates
from framework.skeletons import COCO17, H36M17
from framework.stages import Runtime

NUMBERS = {bone.name: number for number, bone in enumerate(RIG)}
UPRIGHT = {
    "pelvis": (0, 0, 0),
    "spine": (0, 0.25, 0),
    "thorax": (0, 0.5, 0),
    "neck": (0, 0.6, 0.06),
    "head": (0, 0.75, 0.04),
    "hip": (0.1, 0, 0),
    "knee": (0.1, -0.4, 0),
    "ankle": (0.1, -0.8, 0),
    "shoulder": (0.18, 0.5, 0),
    "elbow": (0.18, 0.2, 0),
    "wrist": (0.18, -0.05, 0),
}
"""A person with hanging arms who faces +z; sides as on the left."""


def export(result, tmp_path, **options):
    return MotExporter(MotConfig(**options), Runtime()).export(result, tmp_path / "clip")


def read(path):
    """Columns by name, and the lines of the header."""
    lines = path.read_text(encoding="ascii").splitlines()
    end = lines.index("endheader")
    names = lines[end + 1].split("\t")
    rows = np.array([line.split("\t") for line in lines[end + 2 :]], float)
    return dict(zip(names, rows.T, strict=True)), lines[:end]


def still(**moved):
    """Coordinates of a person who stands still, by name."""
    points = np.zeros((3, 17, 3))
    for number, joint in enumerate(H36M17.joints):
        side, _, part = joint.rpartition("_")
        place = np.array(moved.get(joint, UPRIGHT[part]), float)
        mirrored = side == "right" and joint not in moved
        points[:, number] = place * [-1, 1, 1] if mirrored else place
    found = coordinates(solve(points, np.arange(3) / 30, np.zeros((3, 3))))
    return {name: values[0] for name, values in found.items()}


def test_an_upright_person_is_the_model_at_zero():
    found = still()
    # It faces +z of the world, and the model +x.
    assert found.pop("pelvis_rotation") == pytest.approx(-90)
    pelvis = [found.pop(f"pelvis_t{axis}") for axis in "xyz"]
    np.testing.assert_allclose(pelvis, [0, 0.07849, 0.056276], atol=1e-9)
    np.testing.assert_allclose(list(found.values()), 0, atol=1e-6)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ({"left_knee": (0.1, 0, 0.4), "left_ankle": (0.1, -0.4, 0.4)}, {"hip_flexion_l": 90}),
        ({"left_ankle": (0.1, -0.4, -0.4)}, {"knee_angle_l": 90}),
        ({"right_knee": (-0.3, -0.4, 0), "right_ankle": (-0.5, -0.8, 0)}, {"hip_adduction_r": -26}),
        ({"left_knee": (0.3, -0.4, 0), "left_ankle": (0.5, -0.8, 0)}, {"hip_adduction_l": -26}),
        ({"right_wrist": (-0.18, 0.2, 0.25)}, {"elbow_flex_r": 90}),
        ({"right_elbow": (-0.18, 0.5, 0.3), "right_wrist": (-0.18, 0.5, 0.55)}, {"arm_flex_r": 90}),
        ({"left_elbow": (0.4, 0.3, 0), "left_wrist": (0.57, 0.15, 0)}, {"arm_add_l": -47}),
        # The forearm points to the right, the upper arm hangs: it is turned inwards.
        ({"left_wrist": (-0.07, 0.2, 0.0)}, {"arm_rot_l": 90, "elbow_flex_l": 90}),
        ({"right_wrist": (0.07, 0.2, 0.0)}, {"arm_rot_r": 90, "elbow_flex_r": 90}),
    ],
)
def test_signs_are_those_of_the_model(moved, expected):
    found = still(**moved)
    for name, degrees in expected.items():
        assert found[name] == pytest.approx(degrees, abs=1)


@pytest.mark.parametrize(
    ("yaw", "pelvis", "degrees"),
    [(90, "pelvis_tilt", -20), (-90, "pelvis_tilt", 20), (0, "pelvis_list", 20)],
)
def test_the_pelvis_tilts_about_the_axes_of_the_world(yaw, pelvis, degrees):
    # Bows by 20 degrees; then it is turned from facing +z.
    turn = Rotation.from_euler("xyz", [20, yaw, 0], degrees=True).as_matrix()
    points = np.stack([np.array(still_points()) @ turn.T] * 3)
    found = coordinates(solve(points, np.arange(3) / 30, np.zeros((3, 3))))
    assert found[pelvis][0] == pytest.approx(degrees, abs=1e-6)
    assert abs(found["pelvis_rotation"][0] - (yaw - 90)) % 360 == pytest.approx(0, abs=1e-6)


def still_points():
    rows = []
    for joint in H36M17.joints:
        side, _, part = joint.rpartition("_")
        rows.append(np.array(UPRIGHT[part]) * ([-1, 1, 1] if side == "right" else [1, 1, 1]))
    return rows


def turned(found, names, left=False):
    """Rotations of a joint of the model; on the left its second and third axis are turned round."""
    signs = [1, -1, -1] if left else [1, 1, 1]
    angles = np.stack([found[name] for name in names], axis=-1) * signs
    return Rotation.from_euler("ZXY", angles, degrees=True)


def test_bones_of_the_model_point_where_those_of_the_rig_point(make_clip, tmp_path):
    result = make_clip(people=1, rows=40)
    [animation] = animations(result)
    found, _ = read(export(result, tmp_path)[0])
    places = animation.positions()
    pelvis = turned(found, ("pelvis_tilt", "pelvis_list", "pelvis_rotation"))
    trunk = pelvis * turned(found, ("lumbar_extension", "lumbar_bending", "lumbar_rotation"))

    def points(rotation, local, start, end):
        bone = places[:, NUMBERS[end]] - places[:, NUMBERS[start]]
        bone /= np.linalg.norm(bone, axis=-1, keepdims=True)
        np.testing.assert_allclose(rotation.apply(local), bone, atol=1e-6)

    points(pelvis, (0, 0, 1), "left_upper_leg", "right_upper_leg")
    points(trunk, (0, 1, 0), "chest", "neck")
    for side in ("left", "right"):
        end, left = side[0], side == "left"
        legs = (f"hip_flexion_{end}", f"hip_adduction_{end}", f"hip_rotation_{end}")
        thigh = pelvis * turned(found, legs, left)
        points(thigh, (0, -1, 0), f"{side}_upper_leg", f"{side}_lower_leg")
        arms = (f"arm_flex_{end}", f"arm_add_{end}", f"arm_rot_{end}")
        arm = trunk * turned(found, arms, left)
        points(arm, (0, -1, 0), f"{side}_upper_arm", f"{side}_lower_arm")


def test_the_header_says_what_the_rows_hold(make_clip, tmp_path):
    result = make_clip(people=2, rows=6)
    paths = export(result, tmp_path)
    assert [path.name for path in paths] == ["clip_person7.mot", "clip_person8.mot"]
    columns, head = read(paths[0])
    assert {"inDegrees=yes", "nRows=6", f"nColumns={len(columns)}"} <= set(head)
    # Row 1 has no pose and lies between rows that have one.
    np.testing.assert_allclose(columns["time"], result.time_s, atol=1e-6)
    assert all(np.isfinite(values).all() for values in columns.values())
    columns, _ = read(export(result, tmp_path, fps=50)[0])
    np.testing.assert_allclose(np.diff(columns["time"]), 0.02, atol=2e-6)


def test_nobody_has_no_file_and_one_frame_one_row(make_clip, tmp_path):
    assert export(make_clip(people=0), tmp_path) == []
    columns, _ = read(export(make_clip(people=1, rows=1), tmp_path)[0])
    assert len(columns["time"]) == 1


def test_poses_without_the_joints_of_the_rig_are_refused(make_clip, tmp_path):
    result = make_clip(people=1)
    pose = replace(result.poses[0], skeleton=replace(COCO17, name="mine", joints=NAMES))
    with pytest.raises(ConfigurationError, match="'mine' cannot be animated"):
        export(replace(result, poses=(pose,)), tmp_path)


NAMES = tuple(f"part_{number}" for number in range(17))
