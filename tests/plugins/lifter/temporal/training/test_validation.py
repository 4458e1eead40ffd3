"""Validation on held-out people."""

import math

import pytest
import torch
from torch import nn

from framework.lab.motion.body import COCO
from framework.lab.motion.noise import PERFECT
from framework.lab.motion.windows import Library
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.recipe import Recipe
from framework.plugins.lifter.temporal.training.target import along_ray
from framework.plugins.lifter.temporal.training.validation import Validation

RECIPE = Recipe(windows=4, frames=9)


class Answer(nn.Module):
    """Gives the truth of each batch, moved by noise of a known size, and states one spread."""

    def __init__(self, sigma_m: float, stated: float) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor(math.log(stated)))
        self.sigma_m, self.truths, self.calls = sigma_m, [], 0

    def forward(self, keypoints, scores, detector_3d):
        truth = self.truths[self.calls % len(self.truths)]
        self.calls += 1
        noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(self.calls))
        return truth + self.sigma_m * noise, self.level.expand(scores.shape)


@pytest.fixture
def library(person):
    return Library.of([(person, 1.0)])


def measured(library, answer, pairs=None):
    validation = Validation(library, RECIPE, pairs, batches=2)
    batches = [*validation._noisy, *validation._clean, *validation._real]
    answer.truths = [batch.truth for batch in batches]
    return validation.measure(answer)


def test_the_truth_has_no_error_and_noise_has_its_mean_distance(library):
    assert measured(library, Answer(0.0, 0.05)).mpjpe == pytest.approx(0, abs=1e-3)
    errors = measured(library, Answer(0.02, 0.05))
    mean_mm = 1000 * 0.02 * math.sqrt(8 / math.pi)  # of a chi distribution, three degrees
    assert errors.mpjpe == pytest.approx(mean_mm, rel=0.02)
    assert errors.mpjpe_clean == pytest.approx(mean_mm, rel=0.02)
    assert errors.p_mpjpe < errors.mpjpe
    assert math.isnan(errors.mpjpe_real) and math.isnan(errors.p_mpjpe_real)


@pytest.mark.parametrize("stated", [0.01, 0.02, 0.1])
def test_the_scale_makes_the_stated_uncertainty_a_standard_deviation(library, stated):
    scale = measured(library, Answer(0.02, stated)).spread_scale
    assert scale * stated == pytest.approx(0.02, rel=0.03)


def test_a_simulation_is_validated_as_it_is(library):
    points = RECIPE.draw(library, 3, torch.Generator().manual_seed(0))
    coco = points[:, :, COCO]
    pairs = Pairs(
        keypoints=(coco[..., :2] / coco[..., 2:]).numpy(),
        scores=torch.ones(coco.shape[:3]).numpy(),
        points=points.numpy(),
        own=along_ray(points[:, :, :17]).numpy(),
    )
    assert measured(library, Answer(0.01, 0.01), pairs).mpjpe_real == pytest.approx(16, rel=0.1)


def test_windows_are_the_same_each_time_and_their_motion_is_unchanged(library):
    one, other = (Validation(library, RECIPE, batches=1) for _ in range(2))
    torch.testing.assert_close(one._noisy[0].keypoints, other._noisy[0].keypoints)
    torch.testing.assert_close(one._clean[0].truth, one._noisy[0].truth)
    assert RECIPE.noise != PERFECT
    assert not torch.equal(one._clean[0].keypoints, one._noisy[0].keypoints)
