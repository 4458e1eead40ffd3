"""Rendered figures: where they are, and that the rest of the image is constant."""

import numpy as np
import pytest

from framework.lab.simulation.render import Viewport, choose_viewport, render_figure


def test_the_image_shows_the_person_and_is_constant_elsewhere(before_the_camera):
    viewport = choose_viewport(before_the_camera, np.random.default_rng(1))
    two = before_the_camera[[0, 39]]
    clips = [
        np.stack(list(render_figure(two, viewport, np.random.default_rng(n)))) for n in range(8)
    ]
    assert clips[0].shape == (2, viewport.size_wh[1], viewport.size_wh[0], 3)
    changed = np.mean(
        [np.abs(np.diff(clip.astype(int), axis=0)).max(axis=-1)[0] for clip in clips], 0
    )
    for x, y in viewport.to_pixels(two[:, 0, :2] / two[:, 0, 2:]).astype(int):
        assert changed[y - 3 : y + 4, x - 3 : x + 4].min() > 30
    assert changed[:8, :8].max() < 15


def test_most_viewports_hold_the_whole_person_and_some_cut_a_part_off(before_the_camera):
    image = before_the_camera[..., :2] / before_the_camera[..., 2:]
    whole = 0
    for seed in range(60):
        viewport = choose_viewport(before_the_camera, np.random.default_rng(seed))
        pixels = viewport.to_pixels(image)
        whole += bool(((pixels >= 0) & (pixels < viewport.size_wh)).all())
        np.testing.assert_allclose(viewport.to_image(pixels), image, atol=1e-9)
    assert 40 <= whole < 60


@pytest.mark.parametrize("seed", range(5))
def test_viewports_are_of_64_to_480_pixels(before_the_camera, seed):
    viewport = choose_viewport(before_the_camera, np.random.default_rng(seed))
    assert all(64 <= side <= 480 for side in viewport.size_wh)


def test_clothes_and_background_follow_the_generator(before_the_camera):
    viewport = Viewport(-0.3, -0.3, 200.0, (120, 120))
    one, again, other = (
        next(render_figure(before_the_camera, viewport, np.random.default_rng(seed)))
        for seed in (4, 4, 5)
    )
    assert (one == again).all()
    assert np.abs(one.astype(int) - other).mean() > 5


def test_a_person_outside_the_viewport_leaves_the_background(before_the_camera):
    viewport = Viewport(5.0, 5.0, 200.0, (64, 64))
    images = list(render_figure(before_the_camera[:2], viewport, np.random.default_rng(0)))
    # Only the grain of the two images differs.
    assert np.abs(images[0].astype(int) - images[1]).max() < 40
    assert images[0].shape == (64, 64, 3)


def test_points_behind_the_camera_are_not_drawn(before_the_camera):
    viewport = Viewport(-0.3, -0.3, 200.0, (120, 120))
    behind = before_the_camera - [0, 0, 8.0]
    near, far = (
        next(render_figure(points, viewport, np.random.default_rng(2)))
        for points in (behind, behind - [0, 0, 5.0])
    )
    assert (near == far).all()
