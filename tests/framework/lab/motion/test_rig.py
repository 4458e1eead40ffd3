"""Rigs: the meaning of joints, compared with recordings that were packed by other code."""

from importlib.resources import files

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError
from framework.lab.motion.asfamc import read_asfamc
from framework.lab.motion.body import BODY
from framework.lab.motion.bvh import read_bvh
from framework.lab.motion.packed import read_packed
from framework.lab.motion.rig import load_rig, to_motion
from framework.skeletons import H36M17

# The packed heads were turned upright, person by person.
BELOW_THE_HEAD = [joint for joint in range(17) if H36M17.joints[joint] not in ("neck", "head")]
BVH = {
    "cmu_motionbuilder_01_01": "cmu_motionbuilder",
    "cmu_3dsmax_94_01": "cmu_3dsmax",
    "cmu_daz_60_01_salsa": "daz",
    "cmu_cc_base_02_01_walk": "cc_base",
    "cmu_cc_base_06_05_basketball": "cc_base",
    "bandai_namco_1": "bandai_namco",
    "bandai_namco_2_walk": "bandai_namco",
    "lafan1_dance1_subject1": "lafan1",
}


@pytest.fixture(scope="module")
def mocap(shared_data):
    return shared_data / "mocap"


def apart_mm(motion, packed, name):
    """Mean distance from the packed clip of the same recording, about the pelvis."""
    clip = next(clip for clip in read_packed(packed) if clip.name == name)
    rows = min(len(motion.points), len(clip.points))
    one, other = (m.points[:rows] - m.points[:rows, :1] for m in (motion, clip))
    return 1000 * np.linalg.norm(one - other, axis=-1)[:, BELOW_THE_HEAD].mean()


def test_asf_and_amc_give_the_packed_recording(mocap):
    folder = mocap / "permissive" / "asfamc"
    recorded = read_asfamc(folder / "49.asf", folder / "49_07.amc")
    motion = to_motion(recorded, load_rig("cmu_asf"), name="49_07", subject="cmu_049")
    assert apart_mm(motion, mocap / "permissive" / "cmu_native.npz", "49_07") < 1.5


@pytest.mark.parametrize(
    ("file", "packed", "name"),
    [
        ("cmu_cc_base_02_01_walk", "cmu_ccbase", "02_01"),
        ("cmu_cc_base_06_05_basketball", "cmu_ccbase", "06_05"),
        ("cmu_daz_60_01_salsa", "cmu_daz", "60_01"),
    ],
)
def test_bvh_gives_the_packed_recording_but_for_a_fraction_of_a_frame(mocap, file, packed, name):
    recorded = read_bvh(mocap / "permissive" / "bvh" / f"{file}.bvh")
    motion = to_motion(recorded, load_rig(BVH[file]), name=file, subject="somebody")
    assert apart_mm(motion, mocap / "permissive" / f"{packed}.npz", name) < 12


@pytest.mark.parametrize("file", BVH)
def test_everybody_is_upright_of_human_size_and_not_mirrored(mocap, file):
    (path,) = mocap.glob(f"*/bvh/{file}.bvh")
    points = to_motion(read_bvh(path), load_rig(BVH[file]), name=file, subject="x").points

    def between(end, start):
        return points[:, BODY.index(end)] - points[:, BODY.index(start)]

    handed = np.cross(between("left_hip", "right_hip"), between("thorax", "pelvis"))
    assert (np.einsum("ti,ti->t", handed, between("nose", "skull")) > 0).mean() > 0.95
    assert 0.3 < np.linalg.norm(between("left_knee", "left_hip"), axis=1).mean() < 0.5
    assert (between("head", "pelvis")[:, 1] > 0.3).mean() > 0.6
    assert (between("left_ankle", "pelvis")[:, 1] < -0.3).mean() > 0.6


def test_a_recording_of_another_rig_is_refused(mocap):
    recorded = read_bvh(mocap / "permissive" / "bvh" / "cmu_daz_60_01_salsa.bvh")
    with pytest.raises(InputError, match="clip has no Head"):
        to_motion(recorded, load_rig("cmu_motionbuilder"), name="clip", subject="x")


def test_an_unknown_rig_names_those_that_there_are():
    with pytest.raises(ConfigurationError, match="cmu_motionbuilder, daz"):
        load_rig("cmu_motionbulider")


def test_a_rig_of_a_user_must_name_all_joints(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("unit_m: 1.0\njoints: {left_hip: a}\nspine: []\nskull: b\nhead: b\n")
    with pytest.raises(ConfigurationError, match=r"does not name left_ankle"):
        load_rig(str(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("unit_m: 0", "unit_m is 0.0, but must be above 0"),
        ("head_up: up", "head_up is up, but must be one of"),
        ("fps: -30", "fps is -30.0, but must be above 0"),
    ],
)
def test_values_that_are_not_allowed_are_named(tmp_path, line, said):
    known = files("framework.conf").joinpath("rig/lafan1.yaml").read_text()
    key = line.partition(":")[0]
    kept = [each for each in known.splitlines() if not each.startswith(f"{key}:")]
    path = tmp_path / "own.yaml"
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(ConfigurationError, match=said):
        load_rig(str(path))


@pytest.mark.parametrize("name", ["bandai_namco", "cc_base", "cmu_asf", "daz", "lafan1"])
def test_rigs_that_are_included_are_valid(name):
    assert load_rig(name).unit_m > 0
