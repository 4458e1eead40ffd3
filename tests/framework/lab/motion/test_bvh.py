"""BVH files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import InputError
from framework.lab.motion.bvh import read_bvh

ARM = """HIERARCHY
ROOT shoulder
{
  OFFSET 9 9 9
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT elbow
  {
    OFFSET 2 0 0
    CHANNELS 3 Yrotation Zrotation Xrotation
    End Site
    {
      OFFSET 1 0 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.025
0 0 0 0 0 0 0 0 0
1 2 3 90 0 0 0 90 0
"""


def write(folder, text):
    path = folder / "clip.bvh"
    path.write_text(text)
    return path


def test_an_arm_worked_out_by_hand(tmp_path):
    arm = read_bvh(write(tmp_path, ARM))
    assert arm.names == ("shoulder", "elbow", "elbow_end")
    assert arm.fps == pytest.approx(40)
    np.testing.assert_allclose(arm.places[0], [(0, 0, 0), (2, 0, 0), (3, 0, 0)], atol=1e-12)
    np.testing.assert_allclose(arm.places[1], [(1, 2, 3), (1, 4, 3), (0, 4, 3)], atol=1e-12)


def test_the_order_of_channels_is_the_order_of_turns(tmp_path):
    lines = ARM.replace("1 2 3 90 0 0 0 90 0", "0 0 0 90 90 0 0 0 0")
    upper = read_bvh(write(tmp_path, lines)).axes[1, 0]
    # Z first, then the new X: the arm points up, its y axis goes where world z is.
    np.testing.assert_allclose(upper @ (1, 0, 0), (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(upper @ (0, 1, 0), (0, 0, 1), atol=1e-12)


def test_positions_inside_the_tree_replace_offsets(tmp_path):
    text = ARM.replace(
        "CHANNELS 3 Yrotation Zrotation Xrotation", "CHANNELS 3 Xposition Yposition Zposition"
    )
    arm = read_bvh(write(tmp_path, text))
    np.testing.assert_allclose(arm.places[0, 1], (0, 0, 0), atol=1e-12)


@given(cut=st.integers(0, len(ARM) - 30))
@settings(deadline=None, max_examples=60)
def test_a_file_that_is_cut_off_is_an_input_error(tmp_path_factory, cut):
    path = write(tmp_path_factory.mktemp("bvh"), ARM[:cut])
    with pytest.raises(InputError, match=r"clip\.bvh is not a valid BVH file"):
        read_bvh(path)


def test_every_file_of_the_wild_keeps_its_bones(shared_data):
    paths = sorted((shared_data / "mocap").glob("*/bvh/*.bvh"))
    assert len(paths) >= 10
    for path in paths:
        rig = read_bvh(path)
        assert np.isfinite(rig.places).all(), path.name
        knee = next(n for n in rig.names if n in _KNEES)
        ankle = rig.names[rig.names.index(knee) :][1]
        shin = rig.places[:, rig.names.index(knee)] - rig.places[:, rig.names.index(ankle)]
        assert np.linalg.norm(shin, axis=1).std() < 1e-3, path.name


_KNEES = {"LeftLeg", "LeftKnee", "lShin", "LowerLeg_L", "CC_Base_L_Calf"}


@pytest.mark.parametrize(
    "change",
    [
        ("End Site", "END SITE"),
        ("End Site", "end site"),
        ("ROOT shoulder", "Root shoulder"),
        ("MOTION\n", "Motion\n"),
        ("{\n", "{  \r\n"),
        ("shoulder\n{", "shoulder {"),
        ("0.025\n", "0.025\n\n"),
    ],
)
def test_other_ways_of_writing_mean_the_same(tmp_path, change):
    wanted, found = read_bvh(write(tmp_path, ARM)), read_bvh(write(tmp_path, ARM.replace(*change)))
    assert found.names == wanted.names
    np.testing.assert_array_equal(found.places, wanted.places)


def test_names_may_have_spaces(tmp_path):
    text = ARM.replace("JOINT elbow", "JOINT Left joint end")
    assert read_bvh(write(tmp_path, text)).names[1:] == ("Left joint end", "Left joint end_end")


def test_a_row_too_many_is_read(tmp_path):
    arm = read_bvh(write(tmp_path, ARM + "1 2 3 0 0 0 0 0 0\n"))
    assert len(arm.places) == 3


def test_a_name_in_latin_1_is_read(tmp_path):
    path = tmp_path / "clip.bvh"
    path.write_bytes(ARM.replace("elbow", "Kn\xf6chel").encode("latin-1"))
    assert read_bvh(path).names[1] == "Kn\xf6chel"
