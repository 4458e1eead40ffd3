"""A recorded person in front of a camera."""

import numpy as np
import pytest


@pytest.fixture
def before_the_camera(person) -> np.ndarray:
    """(40, 23, 3) the person 4 m in front of a camera at the height of the hips, facing it."""
    points = person.points.astype(float) - [0.6, 1.0, 0]
    return points * [1, -1, -1] + [0, 0, 4.0]
