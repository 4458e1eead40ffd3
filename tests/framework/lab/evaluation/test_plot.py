"""The bar chart: bars are as long as their numbers."""

import numpy as np
import pytest

from framework.lab.evaluation.candidates import Candidate
from framework.lab.evaluation.matching import PosePair
from framework.lab.evaluation.measures import LIMBS
from framework.lab.evaluation.plot import draw
from framework.lab.evaluation.report import Report, section
from framework.skeletons import H36M17

BLUE, ORANGE = (0, 114, 178), (230, 159, 0)


def report(standing, *errors_m, missing=False):
    rows = []
    for number, error in enumerate(errors_m):
        off = standing()
        off[:, H36M17.index("left_wrist"), 2] += error
        pair = PosePair(action="", predicted=off, truth=standing(), in_camera_axes=True)
        rows.append(Candidate(name=f"c{number}", pairs=[pair]))
    if missing:
        rows.append(Candidate(name="none", problem="no weights"))
    return Report(title="clip", notes=(), sections=(section("", rows, LIMBS),))


def longest(image, colour):
    """Longest run of a colour in any line of pixels."""
    return (image == colour).all(axis=-1).sum(axis=1).max()


def test_bars_are_proportional_to_the_errors(standing):
    image = draw(report(standing, 0.2, 0.1))
    assert image.dtype == np.uint8
    assert image.shape[1] == 900
    part = report(standing, 0.2, 0.1).sections[0]
    worst = [max(joint["p_mpjpe"] for joint in row.joints.values()) for row in part.rows]
    ratio = longest(image, ORANGE) / longest(image, BLUE)
    assert ratio == pytest.approx(worst[1] / worst[0], abs=0.03)


def test_a_candidate_without_numbers_has_no_bars(standing):
    np.testing.assert_array_equal(
        draw(report(standing, 0.2)), draw(report(standing, 0.2, missing=True))
    )


def test_a_section_is_a_panel_below_the_other(standing):
    one = report(standing, 0.2)
    two = Report(title="clip", notes=(), sections=one.sections * 2)
    single, double = draw(one), draw(two)
    assert len(double) - len(single) == len(single) - 34
    np.testing.assert_array_equal(double[: len(single)], single)
