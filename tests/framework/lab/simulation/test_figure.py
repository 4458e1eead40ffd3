"""Recorded people as poses of the figure."""

import numpy as np
import pytest

from framework.lab.motion.body import COCO
from framework.lab.sample.body import joints
from framework.lab.simulation.figure import figure_pose, size_of
from framework.skeletons import COCO17, H36M17

LIMBS = [
    f"{s}_{j}"
    for s in ("left", "right")
    for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


def test_the_limbs_of_the_figure_are_those_of_the_person(before_the_camera):
    pose = figure_pose(before_the_camera)
    drawn = joints(pose, size_of(before_the_camera), H36M17)
    rows = [H36M17.index(joint) for joint in LIMBS]
    np.testing.assert_allclose(drawn[:, rows], before_the_camera[:, rows], atol=1e-9)


def test_the_face_of_the_figure_is_that_of_the_person(before_the_camera):
    drawn = joints(figure_pose(before_the_camera), size_of(before_the_camera), COCO17)[:, :5]
    assert np.linalg.norm(drawn - before_the_camera[:, COCO[:5]], axis=-1).max() < 0.02


def test_no_part_of_the_figure_is_mirrored(before_the_camera):
    pose = figure_pose(before_the_camera)
    for axes in (pose.pelvis_axes, pose.chest_axes, pose.head_axes, pose.hand_axes, pose.foot_axes):
        assert (np.linalg.det(axes) > 0).all()
    # A person who faces the camera looks along -z and has the left side at +x.
    np.testing.assert_allclose(pose.head_axes[0] @ [1, 0, 0], [0, 0, -1], atol=1e-9)
    assert (pose.chest_axes[:, 0, 1] > 0).all()


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_the_size_follows_the_length_of_the_legs(before_the_camera, factor):
    # Thigh and shin of the hand-made person: 0.45 m, and 0.43 m on the left and right.
    legs = np.median(
        [
            np.linalg.norm(np.diff(before_the_camera[0, rows], axis=0), axis=-1).sum()
            for rows in ([4, 5, 6], [1, 2, 3])
        ]
    )
    found = size_of(factor * before_the_camera)
    assert found == pytest.approx(factor * legs / (0.425 + 0.405), rel=1e-6)


def test_hips_that_a_rig_has_apart_widen_the_figure(before_the_camera):
    wide = before_the_camera.copy()
    wide[:, [1, 4]] += np.array([[-0.05, 0, 0], [0.05, 0, 0]])
    drawn = joints(figure_pose(wide), size_of(wide), H36M17)
    np.testing.assert_allclose(drawn[:, [1, 4]], wide[:, [1, 4]], atol=1e-9)
    widths = [
        np.linalg.norm(figure_pose(p).pelvis_axes[0, :, 1]) for p in (before_the_camera, wide)
    ]
    assert widths[1] == pytest.approx(1.5 * widths[0], rel=0.03)
