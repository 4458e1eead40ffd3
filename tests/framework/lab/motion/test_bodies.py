"""Changed bodies are still bodies."""

import pytest
import torch
from scipy.spatial.transform import Rotation

from framework.lab.motion.bodies import BodyChanges, mirrored, points_of, rotations, varied
from framework.lab.motion.body import BODY, bones_of

NOTHING = BodyChanges(lengths=0.0, turned=0.0, tilted=0.0)


@pytest.fixture
def bones(person):
    return torch.from_numpy(bones_of(person.points))[None].repeat(32, 1, 1, 1)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_rotations_agree_with_scipy():
    rotvec = torch.randn(50, 3, generator=generator())
    wanted = Rotation.from_rotvec(rotvec.numpy()).as_matrix()
    torch.testing.assert_close(
        rotations(rotvec).double(), torch.from_numpy(wanted), atol=1e-5, rtol=0
    )


def test_a_mirrored_person_raises_the_other_arm(bones):
    points = points_of(mirrored(bones, torch.ones(32, dtype=torch.bool)))
    left, right = (points[0, 0, BODY.index(f"{side}_wrist")] for side in ("left", "right"))
    assert right[1] > 1.4 > left[1]
    assert right[0] < left[0]


def test_mirroring_twice_changes_nothing(bones):
    everybody = torch.ones(32, dtype=torch.bool)
    torch.testing.assert_close(mirrored(mirrored(bones, everybody), everybody), bones)


def test_turning_limbs_keeps_their_lengths_and_the_hips(bones):
    changes = BodyChanges(lengths=0.0, turned=1.0, tilted=0.0, ball_rad=1.0, hinge_rad=1.0)
    turned = varied(bones, changes, generator())
    torch.testing.assert_close(turned.norm(dim=-1), bones.norm(dim=-1), atol=1e-3, rtol=0)
    assert (turned - bones)[:, :, BODY.index("left_elbow")].abs().max() > 0.1
    hips = [BODY.index("left_hip"), BODY.index("right_hip")]
    across = (turned[:, :, hips[0]] - turned[:, :, hips[1]]).norm(dim=-1)
    assert across.min() > 0.19


def test_a_forearm_follows_its_upper_arm(bones):
    changes = BodyChanges(lengths=0.0, turned=1.0, tilted=0.0, hinge_rad=0.0, ball_rad=1.0)
    turned = varied(bones, changes, generator(1))

    def bend(of):
        arm = [of[:, :, BODY.index(f"right_{joint}")] for joint in ("elbow", "wrist")]
        return torch.nn.functional.cosine_similarity(*arm, dim=-1)

    right = bend(turned)
    # Mirrored windows bend the other arm; without a turn at the elbow both bends only trade places.
    other = torch.full_like(right, float(bend(mirrored(bones, torch.ones(32) > 0))[0, 0]))
    same = torch.full_like(right, float(bend(bones)[0, 0]))
    assert torch.minimum((right - same).abs(), (right - other).abs()).max() < 1e-4


def test_left_and_right_bones_change_together(bones):
    changed = varied(bones, BodyChanges(turned=0.0, tilted=0.0), generator())
    left, right = (changed[:, :, BODY.index(f"{s}_knee")].norm(dim=-1) for s in ("left", "right"))
    torch.testing.assert_close(left, right)
    assert left[:, 0].std() > 0.02


def test_without_changes_only_mirrors_remain(bones):
    changed = varied(bones, NOTHING, generator())
    same = (changed - bones).abs().amax(dim=(1, 2, 3)) < 1e-6
    mirror = (changed - mirrored(bones, torch.ones(32) > 0)).abs().amax(dim=(1, 2, 3)) < 1e-6
    assert (same | mirror).all()
    assert same.any()
    assert mirror.any()
