"""Short videos to train on."""

from fractions import Fraction

import numpy as np
import pytest

from framework.video.encode import VideoWriter


def counting(path, frames):
    """Frame n is grey 4 n, so that an example shows where it comes from."""
    with VideoWriter(path, size_wh=(48, 40), fps=Fraction(25), crf=0) as writer:
        for number in range(frames):
            writer.write(np.full((40, 48, 3), 4 * number, np.uint8), number / 25)
    return path


@pytest.fixture(name="counting", scope="session")
def _counting():
    return counting
