"""Forward kinematics against poses worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from framework.lab.motion.kinematics import about, euler, pose


@pytest.mark.parametrize(
    ("axis", "given", "wanted"),
    [
        ("x", (0, 1, 0), (0, 0, 1)),
        ("y", (0, 0, 1), (1, 0, 0)),
        ("z", (1, 0, 0), (0, 1, 0)),
    ],
)
def test_a_quarter_turn_follows_the_right_hand(axis, given, wanted):
    np.testing.assert_allclose(about(axis, np.array(90.0)) @ given, wanted, atol=1e-12)


@given(
    order=st.permutations("xyz").map("".join),
    degrees=st.tuples(*[st.floats(-180, 180)] * 3),
)
@settings(deadline=None, max_examples=30)
def test_euler_angles_agree_with_scipy(order, degrees):
    wanted = Rotation.from_euler(order.upper(), degrees, degrees=True).as_matrix()
    np.testing.assert_allclose(euler(order, np.array(degrees)), wanted, atol=1e-9)


def test_an_arm_bent_at_shoulder_and_elbow():
    shifts = np.array([[[1, 2, 3], [2, 0, 0], [1, 0, 0]]], float)
    turns = np.stack(
        [about("z", np.array([90.0])), about("z", np.array([90.0])), np.eye(3)[None]], 1
    )
    places, axes = pose((-1, 0, 1), shifts, turns)
    # The first bone points up (+y), the second back (-x).
    np.testing.assert_allclose(places[0], [(1, 2, 3), (1, 4, 3), (0, 4, 3)], atol=1e-12)
    np.testing.assert_allclose(axes[0, 2] @ (1, 0, 0), (-1, 0, 0), atol=1e-12)
