"""Sections of candidates on shared joints."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.evaluation.candidates import Candidate
from framework.lab.evaluation.matching import PosePair
from framework.lab.evaluation.measures import ALL, LIMBS
from framework.lab.evaluation.report import section
from framework.skeletons import H36M17


def candidate(name, predicted, truth, action=""):
    pair = PosePair(action=action, predicted=predicted, truth=truth, in_camera_axes=True)
    return Candidate(name=name, pairs=[pair])


def test_a_joint_that_one_candidate_lacks_counts_for_none(standing):
    lacking = standing()
    lacking[:, H36M17.index("head")] = np.nan
    off = standing()
    off[:, H36M17.index("head"), 2] += 0.3
    found = section(
        "x", [candidate("a", off, standing()), candidate("b", lacking, standing())], ALL
    )
    assert "head" not in found.joints
    assert len(found.joints) == 15
    assert [row.measures.mpjpe for row in found.rows] == pytest.approx([0, 0], abs=1e-3)


def test_a_candidate_that_could_not_run_has_a_problem_and_no_measures(standing):
    missing = Candidate(name="b", problem="no weights")
    empty = Candidate(name="c")
    found = section("x", [candidate("a", standing(), standing()), missing, empty], LIMBS)
    _, second, third = found.rows
    assert (second.problem, second.measures) == ("no weights", None)
    assert third.problem == "found no person of the truth"


def test_actions_are_told_apart_only_where_there_are_several(standing):
    walk, wave = (
        candidate("a", standing(), standing(), action).pairs for action in ("walk", "wave")
    )
    one = section("x", [Candidate(name="a", pairs=walk)], LIMBS).rows[0]
    two = section("x", [Candidate(name="a", pairs=walk + wave)], LIMBS).rows[0]
    assert one.actions == {}
    assert list(two.actions) == ["walk", "wave"]


def test_without_any_pair_nobody_was_found():
    with pytest.raises(InputError, match="no person of the truth was found"):
        section("x", [Candidate(name="a")], LIMBS)


def test_two_shared_joints_are_too_few(standing):
    truth = np.full_like(standing(), np.nan)
    rows = [H36M17.index("left_knee"), H36M17.index("left_ankle")]
    truth[:, rows] = standing()[:, rows]
    with pytest.raises(InputError, match="share only 2"):
        section("x", [candidate("a", standing(), truth)], LIMBS)
