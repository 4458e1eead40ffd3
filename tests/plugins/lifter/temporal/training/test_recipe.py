"""Batches of windows, cameras and detector errors."""

from dataclasses import replace

import pytest
import torch

from framework.errors import ConfigurationError
from framework.lab.motion.body import COCO
from framework.lab.motion.noise import PERFECT
from framework.lab.motion.windows import Library
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.detector_errors import DetectorErrors
from framework.plugins.lifter.temporal.training.recipe import Recipe, make_batch
from framework.plugins.lifter.temporal.training.target import along_ray

RECIPE = Recipe(windows=8, frames=27, noise=PERFECT)


@pytest.fixture
def library(person):
    return Library.of([(person, 1.0)])


@pytest.fixture
def detector_errors(library):
    """Of a detector that is exact in 2D and in 3D."""
    points = RECIPE.draw(library, 6, random(5))
    coco = points[:, :, COCO]
    return DetectorErrors.of(
        Pairs(
            keypoints=(coco[..., :2] / coco[..., 2:]).numpy(),
            scores=torch.full(coco.shape[:3], 0.7).numpy(),
            points=points.numpy(),
            own=along_ray(points[:, :, :17]).numpy(),
        )
    )


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_batch_depends_on_the_generator_only(library):
    one, same = (make_batch(library, Recipe(windows=4, frames=27), random()) for _ in range(2))
    other = make_batch(library, Recipe(windows=4, frames=27), random(1))
    for part, again in zip(one, same, strict=True):
        torch.testing.assert_close(part, again, equal_nan=True)
    assert not torch.equal(one.keypoints, other.keypoints)


def test_without_errors_the_keypoints_are_the_projection(library):
    batch = make_batch(library, RECIPE, random())
    truth = along_ray(RECIPE.draw(library, 8, random())[:, :, :17])
    torch.testing.assert_close(batch.truth, truth)
    points = RECIPE.draw(library, 8, random())[:, :, COCO]
    torch.testing.assert_close(batch.keypoints, points[..., :2] / points[..., 2:])
    assert (batch.scores > 0).all()
    assert batch.detector_3d.isnan().all()  # synthetic errors have no 3D


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_of_the_windows_has_errors_of_the_simulation(library, detector_errors, share):
    recipe = replace(RECIPE, simulated=share, detector_3d=1.0)
    batch = make_batch(library, recipe, random(), detector_errors)
    simulated = batch.detector_3d.isfinite().flatten(1).all(dim=1)
    assert simulated.tolist() == [True] * round(8 * share) + [False] * round(8 * (1 - share))


def test_the_3d_of_the_detector_is_left_out_of_some_windows(library, detector_errors):
    recipe = replace(RECIPE, windows=200, simulated=1.0, detector_3d=0.3)
    batch = make_batch(library, recipe, random(), detector_errors)
    shown = batch.detector_3d.isfinite().flatten(1).all(dim=1)
    assert shown.float().mean() == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize("wrong", [{"windows": 0}, {"simulated": 1.5}, {"detector_3d": -0.1}])
def test_values_that_are_not_allowed_are_refused(wrong):
    with pytest.raises(ConfigurationError, match=f"^{next(iter(wrong))} is .*, but must be"):
        Recipe(**wrong)
