"""Joint positions as VideoPose3D keeps them."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.motion.body import BODY
from framework.lab.motion.positions import read_positions
from framework.skeletons import H36M17

MOVING = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


def written(path, clip):
    people = np.array({"S1": {"Walking": clip}}, dtype=object)
    np.savez(path, positions_3d=people)
    return path


@pytest.fixture
def clip(person):
    """(T, 17, 3) the person with a nose and the top of the head, z up, at 50 frames/s."""
    points = person.points.copy()
    joints = points[:, :17]
    skull, forward, up = points[:, BODY.index("skull")], [0, 0, 1.0], [0, 1.0, 0]
    joints[:, H36M17.index("neck")] = skull + 0.105 * np.array(forward) + 0.04 * np.array(up)
    joints[:, H36M17.index("head")] = skull + 0.16 * np.array(up)
    return joints[..., [2, 0, 1]]


@pytest.mark.parametrize("joints", [17, 32])
def test_a_recording_is_turned_upright_and_resampled(tmp_path, clip, person, joints):
    whole = np.full((len(clip), joints, 3), 9.0, np.float32)
    whole[:, MOVING if joints == 32 else slice(None)] = clip
    (motion,) = read_positions(written(tmp_path / "data_3d_h36m.npz", whole))
    assert (motion.name, motion.subject, motion.action) == ("S1_Walking", "S1", "Walking")
    assert len(motion.points) == 24  # 40 frames of 20 ms
    limbs = [H36M17.index(f"{s}_{j}") for s in ("left", "right") for j in ("hip", "wrist", "ankle")]
    np.testing.assert_allclose(motion.points[3, limbs], person.points[5, limbs], atol=1e-5)
    face = [BODY.index(joint) for joint in ("nose", "left_eye", "right_ear")]
    np.testing.assert_allclose(motion.points[3, face], person.points[5, face], atol=0.012)


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (np.zeros((5, 16, 3)), "not .T, 32 or 17, 3."),
        (np.full((5, 17, 3), np.nan), "not finite"),
        ("walking", "could not convert"),
    ],
)
def test_another_file_is_named(tmp_path, clip, said):
    with pytest.raises(InputError, match=said):
        list(read_positions(written(tmp_path / "other.npz", clip)))


def test_a_file_that_runs_code_is_refused(tmp_path):
    class Hostile:
        def __reduce__(self):
            return print, ("hello",)

    path = tmp_path / "hostile.npz"
    np.savez(path, positions_3d=np.array({"S1": Hostile()}, dtype=object))
    with pytest.raises(InputError, match="print"):
        list(read_positions(path))
