"""Errors of a detector, lent to others."""

import numpy as np
import pytest
import torch

from framework.errors import InputError
from framework.lab.motion.body import BODY, COCO
from framework.lab.motion.cameras import Cameras, project, seen_by
from framework.lab.motion.noise import UNIT_M
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.detector_errors import Borrowed
from framework.plugins.lifter.temporal.training.target import along_ray
from framework.skeletons import COCO17

TOO_LOW = 0.05


@pytest.fixture
def points(person):
    windows = torch.from_numpy(person.points)[None, :30].repeat(12, 1, 1, 1)
    return seen_by(windows, Cameras(), torch.Generator().manual_seed(0))


@pytest.fixture
def pairs(points):
    """A detector that puts everything too low, misses left wrists, and is right in 3D."""
    coco = points[:, :, COCO]
    unit = UNIT_M / coco[..., 2].mean(dim=2)
    keypoints = project(coco)
    keypoints[..., 1] += TOO_LOW * unit[..., None]
    scores = torch.full(keypoints.shape[:3], 0.9)
    scores[:, :, 9] = 0
    return Pairs(
        keypoints=keypoints.numpy(),
        scores=scores.numpy(),
        points=points.numpy(),
        own=(3 * along_ray(points[:, :, :17])).numpy(),
    )


def lend(pairs, points):
    return Borrowed.of(pairs).lend(points, torch.Generator().manual_seed(1))


def test_somebody_else_is_seen_too_low_by_as_much(pairs, points):
    seen = lend(pairs, points * 1.2)
    unit = UNIT_M / (1.2 * points[:, :, COCO, 2].mean(dim=2))
    error = (seen.keypoints - project(points[:, :, COCO])) / unit[..., None, None]
    kept = seen.scores > 0
    assert error[kept][:, 1].mean() == pytest.approx(TOO_LOW, rel=0.2)
    assert abs(error[kept][:, 0].mean()) < 0.1 * TOO_LOW


def test_a_joint_that_was_missed_is_missed_of_who_is_posed_alike(pairs, points):
    missed = (lend(pairs, points).scores == 0).all(dim=1).all(dim=0)
    assert np.flatnonzero(missed).tolist() == [COCO17.index("left_wrist")]
    mirrored = points[:, :, list(BODY.mirror)] * torch.tensor([-1.0, 1, 1])
    missed = (lend(pairs, mirrored).scores == 0).all(dim=1).all(dim=0)
    assert np.flatnonzero(missed).tolist() == [COCO17.index("right_wrist")]


def test_own_3d_without_errors_stays_without(pairs, points):
    own = lend(pairs, points).own
    truth = along_ray(points[:, :, :17])
    truth = truth - truth.mean(dim=2, keepdim=True)
    own = own * (truth.norm(dim=-1).mean() / own.norm(dim=-1).mean())
    assert (own - truth).norm(dim=-1).max() < 0.02


def test_pairs_come_back_from_a_file(pairs, tmp_path):
    pairs.save(tmp_path / "train_0_0000.npz")
    again = Pairs.load([tmp_path / "train_0_0000.npz"] * 2)
    np.testing.assert_array_equal(again.points[12:], pairs.points)
    assert [path.name for path in tmp_path.iterdir()] == ["train_0_0000.npz"]


def test_another_file_is_named(tmp_path):
    path = tmp_path / "train_0_0000.npz"
    np.savez(path, keypoints=np.zeros(3))
    with pytest.raises(InputError, match=r"train_0_0000\.npz holds no rehearsal"):
        Pairs.load([path])
