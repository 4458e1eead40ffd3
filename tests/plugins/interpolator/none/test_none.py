"""The clip's frames come out as they went in."""

import numpy as np

from framework.plugins.interpolator.none.config import NoInterpolationConfig
from framework.plugins.interpolator.none.none import NoInterpolation
from framework.stages import Runtime
from framework.types import FrameBatch


def test_frames_pass_unchanged_and_none_is_held_back():
    frames = FrameBatch(
        images=np.random.default_rng(0).integers(0, 255, (3, 8, 10, 3), np.uint8),
        index=np.array([4, 5, 6]),
        time_s=np.array([0.1, 0.2, 0.4]),
        is_source=np.ones(3, bool),
    )
    with NoInterpolation(NoInterpolationConfig(), Runtime()) as interpolator:
        assert interpolator.expand(frames) is frames
        assert interpolator.flush() is None
