"""The synthetic detector errs, misses, and rates itself."""

from dataclasses import replace

import pytest
import torch

from framework.lab.motion.body import COCO
from framework.lab.motion.cameras import Cameras, place_cameras, project
from framework.lab.motion.noise import PERFECT, UNIT_M, Noise, noisy_keypoints


@pytest.fixture
def points(person):
    windows = torch.from_numpy(person.points)[None, :36].repeat(64, 1, 1, 1)
    return place_cameras(windows, Cameras(), torch.Generator().manual_seed(0))[:, :, COCO]


def noisy(points, noise, seed=0):
    return noisy_keypoints(points, noise, torch.Generator().manual_seed(seed))


def test_a_perfect_detector_sees_the_projection(points):
    keypoints, scores = noisy(points, PERFECT)
    torch.testing.assert_close(keypoints, project(points))
    assert (scores > 0.6).all()


def test_joints_with_low_scores_are_further_off(points):
    noise = Noise(blind=0.0, swapped=0.0, sparse=0.0, outliers=0.0)
    keypoints, scores = noisy(points, noise)
    error = (keypoints - project(points)).norm(dim=-1) * points[..., 2] / UNIT_M
    sure, unsure = error[scores > 0.8], error[(scores > 0) & (scores < 0.4)]
    assert min(len(sure), len(unsure)) > 500
    assert unsure.mean() > 2 * sure.mean()


def test_joints_go_missing_alone_in_parts_and_with_the_whole_person(points):
    missing = noisy(points, Noise())[1] == 0
    assert 0.01 < missing.float().mean() < 0.2
    assert missing.all(dim=2).any()
    assert missing.all(dim=1).any()
    assert (missing.sum(dim=2) == 1).any()


def test_from_behind_the_face_is_missing_or_has_low_scores(points):
    noise = replace(PERFECT, blind=0.0, averted=0.5)
    _, scores = noisy(points, noise)
    away = points[:, :, 0, 2] > points[:, :, 3:5, 2].mean(dim=2)
    nose = scores[..., 0]
    assert (nose[~away] > 0.5).all()
    assert (nose[away] == 0).any()
    doubted = nose[away & (nose > 0)]
    assert doubted.mean() < 0.6 < nose[~away].mean()


def test_low_frame_rates_are_interpolated_linearly(points):
    keypoints, _ = noisy(points, replace(PERFECT, sparse=1.0))
    bend = torch.diff(keypoints, n=2, dim=1).norm(dim=-1).amax(dim=2)
    straight = (bend < 1e-6).float().mean(dim=1)
    assert (straight >= 0.49).all()


def test_some_windows_have_a_left_right_swap(points):
    keypoints, _ = noisy(points, replace(PERFECT, swapped=1.0))
    off = (keypoints - project(points)).norm(dim=-1) > 1e-5
    partner = project(points)[:, :, [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
    assert off.any()
    torch.testing.assert_close(keypoints[off], partner[off])
