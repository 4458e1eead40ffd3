"""The truth of the sample: consistent, right-handed, with rigid bones and feet on the floor."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.geometry.camera import camera_from_world, project
from framework.lab.sample import Camera, Person, Scene, View, default_scene, truth
from framework.lab.sample.body import BodyDimensions
from framework.lab.sample.motion_script import MotionScript, wave
from framework.lab.sample.steps import Stand, Turn, Walk, plan
from framework.skeletons import COCO17, H36M17, Skeleton, map_joints

SMALL = (320, 180)


def bone_lengths(points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Length (..., B) of every bone of a skeleton, from joints (..., J, 3)."""
    parents, children = np.array(skeleton.bones).T
    return np.linalg.norm(points[..., children, :] - points[..., parents, :], axis=-1)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return default_scene(fps=Fraction(10), size_wh=SMALL)


@pytest.fixture(scope="module")
def known(scene: Scene) -> dict[str, np.ndarray]:
    return dict(truth(scene))


def person_at(x: float, y: float, heading_deg: float = -90, **motion: object) -> Person:
    return Person(
        motion=MotionScript(start_xy=(x, y), heading_deg=heading_deg, seconds=5, **motion)
    )


def still(*people: Person, seconds: float = 0.1) -> Scene:
    return Scene(people=people, fps=Fraction(10), seconds=seconds, size_wh=SMALL)


def test_shapes_are_people_frames_joints(known) -> None:
    assert known["joints_world"].shape == known["joints_camera"].shape == (2, 100, 17, 3)
    assert known["joints_2d"].shape == known["coco_2d"].shape == (2, 100, 17, 2)
    assert known["boxes"].shape == (2, 100, 4)
    assert tuple(known["joint_names"]) == H36M17.joints
    assert tuple(known["coco_names"]) == COCO17.joints
    assert known["time_s"] == pytest.approx(np.arange(100) / 10)


def test_nothing_in_it_needs_pickle(known) -> None:
    assert all(array.dtype != object for array in known.values())


@pytest.mark.parametrize("kind", ["joints", "coco"])
def test_world_camera_and_image_are_the_same_joints(known, kind) -> None:
    rotation, translation = known["camera_R"][:, None], known["camera_t"][:, None]
    seen = camera_from_world(known[f"{kind}_world"], rotation, translation)
    assert seen == pytest.approx(known[f"{kind}_camera"])
    assert project(seen, known["camera_K"]) == pytest.approx(known[f"{kind}_2d"])


def test_joints_of_both_skeletons_agree(known) -> None:
    limbs = [joint for joint in COCO17.joints[5:]]
    for joint in limbs:
        one = known["joints_world"][:, :, H36M17.index(joint)]
        assert one == pytest.approx(known["coco_world"][:, :, COCO17.index(joint)])
    mapped = map_joints(known["coco_world"].astype(np.float32), COCO17, H36M17)
    apart = np.linalg.norm(mapped - known["joints_world"], axis=-1).max((0, 1))
    assert apart.max() < 0.10


def test_bones_keep_their_length(known, scene) -> None:
    for person, joints in zip(scene.people, known["joints_world"], strict=True):
        lengths = bone_lengths(joints, H36M17)
        assert np.ptp(lengths, axis=0) == pytest.approx(0, abs=1e-6)
        thigh = H36M17.bones.index((H36M17.index("left_hip"), H36M17.index("left_knee")))
        assert lengths[0, thigh] == pytest.approx(person.body.thigh * person.body.size)


def test_left_is_on_the_right_of_the_image_of_a_person_who_faces_the_camera() -> None:
    known = truth(still(person_at(0, 0)))
    flat = known["coco_2d"][0, 0]
    for joint in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        left, right = (COCO17.index(f"{side}_{joint}") for side in ("left", "right"))
        assert flat[left, 0] > flat[right, 0]


def test_left_is_on_the_left_of_the_image_of_a_person_who_walks_away() -> None:
    flat = truth(still(person_at(0, 0, heading_deg=90)))["coco_2d"][0, 0]
    assert flat[COCO17.index("left_hip"), 0] < flat[COCO17.index("right_hip"), 0]


@pytest.mark.parametrize("side", ["left", "right"])
def test_only_the_named_arm_waves(side) -> None:
    person = person_at(0, 0, gestures=(wave(side, 0.0, 4.0),))
    joints = truth(still(person, seconds=2.1))["joints_world"][0, -1]
    other = "right" if side == "left" else "left"
    high = joints[H36M17.index(f"{side}_wrist"), 2]
    assert high > joints[H36M17.index("thorax"), 2] + 0.1
    assert joints[H36M17.index(f"{other}_wrist"), 2] < joints[H36M17.index("thorax"), 2]


def test_knees_bend_forward_and_elbows_too(known) -> None:
    for joints in known["joints_world"]:
        hip, knee, ankle = (joints[:, H36M17.index(f"left_{j}")] for j in ("hip", "knee", "ankle"))
        right_hip = joints[:, H36M17.index("right_hip")]
        forward = np.cross(hip - right_hip, (0, 0, 1.0))
        assert (((knee - (hip + ankle) / 2) * forward).sum(-1) > -1e-3).all()


def test_feet_stand_on_the_floor_and_do_not_slide() -> None:
    body = BodyDimensions()
    motion = MotionScript(acts=(Walk(((2.0, 60),)), Turn(90), Stand(0.5)), seconds=6)
    times = np.arange(0, 6, 1 / 60)
    pose = motion.pose(body, times)
    steps = plan(motion.start_xy, np.radians(motion.heading_deg), motion.acts, body)
    assert {step.side for step in steps} == {0, 1}
    for foot in (0, 1):
        mine = [step for step in steps if step.side == foot]
        for now, after in zip(mine, [*mine[1:], None], strict=True):
            end = after.lift_s - 0.24 if after else times[-1]
            stance = (times > now.land_s + 0.13) & (times < end)
            soles = pose.ankles[stance, foot] - [0, 0, body.ankle_height]
            assert np.abs(soles[:, 2]).max(initial=0) < 0.001
            assert np.abs(soles[:, :2] - now.xy).max(initial=0) < 0.001


def test_no_part_of_a_foot_sinks_into_the_floor() -> None:
    body = BodyDimensions()
    pose = MotionScript(acts=(Walk(((3.0, 0),)),), seconds=5).pose(body, np.arange(0, 5, 1 / 60))
    for forward in (body.ball, -body.heel):
        under = pose.ankles + pose.foot_axes @ np.array([forward, 0, -body.ankle_height])
        assert under[..., 2].min() > -0.005


def test_legs_always_reach_their_feet(scene) -> None:
    for person in scene.people:
        pose = person.motion.pose(person.body, np.arange(0, 10, 1 / 60))
        reach = np.linalg.norm(pose.ankles - pose.hips, axis=-1)
        assert reach.max() < 0.9999 * (person.body.thigh + person.body.shin) * person.body.size


def test_a_person_behind_another_is_not_visible() -> None:
    known = truth(still(person_at(0, 0), person_at(0, 1.5), person_at(1.2, 1.5)))
    front, behind, beside = known["visible"][:, 0]
    torso = [COCO17.index(f"{side}_{j}") for side in ("left", "right") for j in ("hip", "shoulder")]
    assert front.all() and beside.all()
    assert not behind[torso].any()


def test_a_joint_outside_the_image_is_not_visible() -> None:
    known = truth(still(person_at(2.72, 0)))
    inside = known["coco_2d"][0, 0, :, 0] < SMALL[0]
    assert inside.any() and not inside.all()
    assert (known["visible"][0, 0] == inside).all()


def test_the_second_person_comes_into_the_image_and_passes_behind(known) -> None:
    first, second = known["visible"]
    assert not second[0].all() and second[0].any()
    assert first.all()
    hidden = ~second[10:].all(1)
    assert hidden.any() and not hidden.all()


def test_a_moving_camera_has_a_pose_for_every_frame() -> None:
    views = View(0.0, (0, -4, 1.4), (0, 0, 1)), View(1.0, (1.0, -4, 1.4), (0.5, 0, 1))
    scene = replace(still(person_at(0, 0), seconds=1.0), camera=Camera(views=views))
    known = truth(scene)
    eyes = -np.einsum("tji,tj->ti", known["camera_R"], known["camera_t"])
    assert eyes[0] == pytest.approx(views[0].eye)
    assert (np.diff(eyes[:, 0]) > 0).all() and eyes[-1, 0] > 0.9


def test_a_scene_without_people_has_an_empty_truth() -> None:
    known = truth(still())
    assert known["coco_2d"].shape == (0, 1, 17, 2)
    assert known["visible"].shape == (0, 1, 17)
    assert known["boxes"].shape == (0, 1, 4)
