"""Body height from bones."""

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.plugins.refiner._fit.body_height import body_height, has_body_height
from framework.skeletons import COCO17, H36M17
from framework.testing.sample import walk


def upright(height_m):
    """Joints of an upright person, the ankles 4.3 % above the sole and the head as far below."""
    names = ["ankle", "knee", "hip", "pelvis", "spine", "thorax", "head"]
    levels = height_m * np.array([0.043, 0.285, 0.53, 0.53, 0.66, 0.82, 0.957])
    joints = np.zeros((3, len(H36M17.joints), 3))
    for number, joint in enumerate(H36M17.joints):
        part = joint.removeprefix("left_").removeprefix("right_")
        if part in names:
            joints[:, number, 1] = -levels[names.index(part)]
    return joints


@pytest.mark.parametrize("height_m", [0.9, 1.75, 2.1])
def test_an_upright_person_is_as_tall_as_the_crown_is_high(height_m):
    assert body_height(upright(height_m), H36M17) == pytest.approx(height_m, rel=1e-6)


def test_bent_knees_and_one_bad_row_do_not_change_it():
    joints = upright(1.8)
    for side in ("left", "right"):
        knee, ankle = (H36M17.index(f"{side}_{part}") for part in ("knee", "ankle"))
        shin = np.linalg.norm(joints[0, knee] - joints[0, ankle])
        joints[:, ankle] = joints[:, knee] + [0, 0, shin]
    joints[0] *= 3
    assert body_height(joints, H36M17) == pytest.approx(1.8, rel=1e-6)


def test_it_scales_with_the_body():
    joints = walk(H36M17, 20, raised=False)
    assert body_height(1.1 * joints, H36M17) == pytest.approx(1.1 * body_height(joints, H36M17))


def test_a_skeleton_without_a_trunk_is_named():
    assert has_body_height(H36M17) and not has_body_height(COCO17)
    with pytest.raises(ConfigurationError, match="'coco17', which lacks head, pelvis, spine"):
        body_height(np.zeros((1, 17, 3)), COCO17)
