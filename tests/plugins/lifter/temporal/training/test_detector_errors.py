"""Errors of a detector, transferred to other motion."""

import numpy as np
import pytest
import torch

from framework.lab.motion.body import BODY, COCO
from framework.lab.motion.cameras import Cameras, place_cameras, project
from framework.lab.motion.noise import UNIT_M
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.detector_errors import DetectorErrors
from framework.plugins.lifter.temporal.training.target import along_ray
from framework.skeletons import COCO17

TOO_LOW = 0.05


@pytest.fixture
def points(person):
    windows = torch.from_numpy(person.points)[None, :30].repeat(12, 1, 1, 1)
    return place_cameras(windows, Cameras(), torch.Generator().manual_seed(0))


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


def transferred(pairs, points):
    return DetectorErrors.of(pairs).transfer(points, torch.Generator().manual_seed(1))


def test_errors_are_the_same_relative_to_the_body_s_size(pairs, points):
    seen = transferred(pairs, points * 1.2)
    unit = UNIT_M / (1.2 * points[:, :, COCO, 2].mean(dim=2))
    error = (seen.keypoints - project(points[:, :, COCO])) / unit[..., None, None]
    kept = seen.scores > 0
    assert error[kept][:, 1].mean() == pytest.approx(TOO_LOW, rel=0.2)
    assert abs(error[kept][:, 0].mean()) < 0.1 * TOO_LOW


def test_a_missed_joint_is_missed_in_nearly_the_same_pose(pairs, points):
    missed = (transferred(pairs, points).scores == 0).all(dim=1).all(dim=0)
    assert np.flatnonzero(missed).tolist() == [COCO17.index("left_wrist")]
    mirrored = points[:, :, list(BODY.mirror)] * torch.tensor([-1.0, 1, 1])
    missed = (transferred(pairs, mirrored).scores == 0).all(dim=1).all(dim=0)
    assert np.flatnonzero(missed).tolist() == [COCO17.index("right_wrist")]


def test_3d_without_errors_stays_without(pairs, points):
    found = transferred(pairs, points).detector_3d
    truth = along_ray(points[:, :, :17])
    truth = truth - truth.mean(dim=2, keepdim=True)
    found = found * (truth.norm(dim=-1).mean() / found.norm(dim=-1).mean())
    assert (found - truth).norm(dim=-1).max() < 0.02
