"""Resampling of recordings of any frame rate to that of training."""

from __future__ import annotations

import numpy as np

from framework.lab.motion.body import FPS, Floats
from framework.lab.motion.kinematics import Array


def resampled(values: Array, fps: float) -> Floats:
    """Interpolate values (T, ...) at ``fps`` frames per second linearly to `FPS`.

    No filter is applied before: motion capture has hardly any energy above 15 Hz.
    """
    # 1e-6 includes the last frame where the rates divide evenly.
    rows = np.arange(0, len(values) - 1 + 1e-6, fps / FPS)
    # The last row is the end of an interval, so that ``above`` exists; a single frame is its own.
    below = np.minimum(rows.astype(np.int64), max(len(values) - 2, 0))
    above = np.minimum(below + 1, len(values) - 1)
    part = (rows - below).reshape(-1, *(1 for _ in values.shape[1:]))
    return np.asarray(values[below] + part * (values[above] - values[below]), np.float32)
