"""The skeleton of DWPose."""

import numpy as np

from framework.plugins.detector.rtmpose.wholebody import WHOLEBODY133
from framework.skeletons import H36M17, mapping_matrix


def test_the_whole_body_mirrors_as_published():
    # Pairs of COCO-WholeBody's own flipping table: feet, jaw, brows, nose, eyes, lips, hands.
    pairs = {17: 20, 19: 22, 23: 39, 30: 32, 40: 49, 44: 45, 54: 58, 59: 68, 60: 67, 61: 66}
    pairs |= {62: 65, 63: 70, 64: 69, 71: 77, 73: 75, 78: 82, 79: 81, 83: 87, 84: 86, 88: 90}
    pairs |= {91: 112, 99: 120, 111: 132} | {middle: middle for middle in (31, 50, 53, 56, 74, 89)}
    for left, right in pairs.items():
        assert WHOLEBODY133.mirror[left] == right
        assert WHOLEBODY133.mirror[right] == left
    np.testing.assert_allclose(mapping_matrix(WHOLEBODY133, H36M17).sum(1), 1, atol=1e-6)
