"""Interpolated frames show moving things where they would have been."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.errors import ConfigurationError
from framework.plugins.interpolator.minterpolate.config import MinterpolateConfig
from framework.plugins.interpolator.minterpolate.minterpolate import Minterpolate
from framework.stages import Runtime
from framework.types import VideoInfo


def minterpolate(**options) -> Minterpolate:
    return Minterpolate(MinterpolateConfig(**options), Runtime())


def test_the_ball_is_where_it_would_have_been_at_a_variable_rate(flying, centre, run_through):
    times = np.array([0.0, 0.1, 0.15, 0.35])
    out = run_through(minterpolate(factor=4), flying(times))
    assert len(out) == 3 * 4 + 1
    places = [centre(image) for image in out.images]
    np.testing.assert_allclose(places, 40 + 100 * out.time_s, atol=1.5)


def test_the_ball_is_one_ball_and_not_two_half_transparent_ones(flying, run_through):
    frames = flying(np.array([0.0, 0.2]))
    on_the_ball = np.s_[52:76, 38:62]  # at 0.1 s its centre is at 50, 64
    interpolated = run_through(minterpolate(), frames).images[1][on_the_ball].astype(int)
    truth = flying(np.array([0.1])).images[0][on_the_ball].astype(int)
    blended = frames.images.mean(0)[on_the_ball]
    assert np.abs(interpolated - truth).mean() < 0.3 * np.abs(blended - truth).mean()


def test_interpolated_frames_depend_on_the_two_frames_of_the_gap_only(flying, run_through):
    frames = flying(np.array([0.0, 0.1, 0.2, 0.3]))
    alone = flying(np.array([0.1, 0.2]))
    whole, pair = (run_through(minterpolate(factor=3), part) for part in (frames, alone))
    np.testing.assert_array_equal(whole.images[4:6], pair.images[1:3])


@pytest.mark.parametrize("size_wh", [(33, 47), (32, 32), (161, 90)])
def test_odd_sizes_keep_their_size(size_wh):
    width, height = size_wh
    image = np.full((height, width, 3), 90, np.uint8)
    interpolated = minterpolate().interpolate(image, image, 3)
    assert interpolated.shape == (2, height, width, 3)
    assert np.abs(interpolated.astype(int) - 90).max() <= 2


def test_frames_too_small_for_the_filter_are_refused():
    video = VideoInfo(path=Path("icon.mp4"), size_wh=(31, 200), fps=Fraction(25))
    with pytest.raises(ConfigurationError, match=r"32 pixels on each side, but 'icon\.mp4' has"):
        minterpolate().start(video)
