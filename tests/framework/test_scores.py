"""Scores of any detector on one scale."""

import numpy as np

from framework.scores import calibrated


def test_scores_are_read_relative_to_the_detectors_threshold():
    scores = np.array([0.0, 0.2, 0.5, 1.0, 3.0, np.nan], np.float32)
    np.testing.assert_allclose(calibrated(scores, 0.2)[1], 0.5, atol=1e-6)
    np.testing.assert_allclose(calibrated(scores, 0.5)[2:5], [0.5, 1, 1])
    assert (calibrated(scores, 0.5) > 0).all()
    np.testing.assert_allclose(calibrated(scores, 0.0)[2], 0.5)
