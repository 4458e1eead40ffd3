"""ASF/AMC pairs."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.motion.asfamc import read_asfamc

ASF = """:version 1.10
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name upper
     direction 1 0 0
     length 2
     axis 0 0 90 XYZ
    dof rx ry rz
  end
  begin
     id 2
     name lower
     direction 1 0 0
     length 1
     axis 0 0 0 XYZ
    dof rz
  end
:hierarchy
  begin
    root upper
    upper lower
  end
"""
AMC = """#!OML:ASF
:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 0 0 0
upper 0 0 0
lower 0
2
root 0 0 0 0 0 0
upper 0 90 0
lower 90
"""


@pytest.fixture
def arm(tmp_path):
    (tmp_path / "arm.asf").write_text(ASF)
    (tmp_path / "arm_01.amc").write_text(AMC)
    return tmp_path / "arm.asf", tmp_path / "arm_01.amc"


def test_joints_are_the_ends_of_bones(arm):
    skeleton = read_asfamc(*arm)
    assert skeleton.names == ("root", "upper", "lower")
    np.testing.assert_allclose(skeleton.places[0], [(1, 2, 3), (3, 2, 3), (4, 2, 3)], atol=1e-9)


def test_angles_are_in_the_axes_of_the_bone(arm):
    # The upper bone's own y axis is the world's -x: turning about it leaves the bone, which lies
    # along x, where it is. The lower one then turns about z as the upper one left it.
    places = read_asfamc(*arm).places[1]
    np.testing.assert_allclose(places[1], (2, 0, 0), atol=1e-9)
    np.testing.assert_allclose(places[2] - places[1], (0, 0, -1), atol=1e-9)


def test_files_that_do_not_belong_together_are_an_input_error(arm):
    skeleton, motion = arm
    motion.write_text(AMC.replace("upper", "other"))
    with pytest.raises(InputError, match="cannot be read"):
        read_asfamc(skeleton, motion)
