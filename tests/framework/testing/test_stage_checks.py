"""How a plugin's author meets the checks."""

from dataclasses import dataclass, field

import pytest

from framework.errors import ConfigurationError
from framework.hookspecs import StageEntry
from framework.skeletons import BLAZEPOSE33, Skeleton
from framework.stages import STAGES, Tracker
from framework.testing import SUITES, ContractBroken, checks_of, stage_checks

STICK = Skeleton(name="stick", joints=("left_end", "middle", "right_end"), bones=((0, 1), (1, 2)))


@dataclass(frozen=True, kw_only=True)
class Config:
    works: bool = field(default=False, metadata={"help": "whether it does"})


class Odd(Tracker):
    def __init__(self, config, runtime):
        self.works = config.works

    def update(self, index, time_s, detections):
        if not self.works:
            raise IndexError("list index out of range")

    def finish(self):
        return []


ENTRY = StageEntry(name="odd", summary="", config=Config, factory=f"{__name__}:Odd")


@stage_checks("tracker", "largest")
def test_an_installed_stage_by_its_name(check):
    check()


@stage_checks("tracker", "largest", settings={"max_gap_s": 0.0}, skeleton=BLAZEPOSE33)
def test_other_settings_and_another_skeleton(check):
    assert check.subject.create()._config.max_gap_s == 0
    assert check.subject.sample().detections[0].skeleton is BLAZEPOSE33
    check()


@stage_checks("tracker", "largest", skeleton=STICK)
def test_a_skeleton_that_nobody_knows(check):
    check()


def test_every_stage_has_checks_with_different_names():
    assert set(SUITES) == set(STAGES)
    for stage in STAGES:
        names = [check.name for check in checks_of(stage, ENTRY)]
        assert len(set(names)) == len(names) > 8


def test_every_check_says_what_it_expects():
    for stage in STAGES:
        assert all(check.function.__doc__ for check in checks_of(stage, ENTRY))


def test_a_failure_says_what_was_found_what_was_expected_and_where():
    check = next(c for c in checks_of("tracker", ENTRY) if c.name == "one_row_per_frame")
    with pytest.raises(ContractBroken) as error:
        check()
    assert str(error.value).splitlines() == [
        f"tracker 'odd': one_row_per_frame ({__name__}:Odd)",
        "  Found: IndexError was raised: list index out of range",
        "  Expected: Every `Track` has one row per ``update`` since ``start``, in that order.",
        "    Frames without the person, or without anybody, get a row too (``State.MISSING``).",
        "  The whole contract: framework/stages.py",
    ]
    assert isinstance(error.value.__cause__, IndexError)


def test_settings_reach_the_stage():
    working = checks_of("tracker", ENTRY, settings={"works": True})
    check = next(check for check in working if check.name == "no_frames_are_fine")
    check()
    check = next(check for check in working if check.name == "one_row_per_frame")
    with pytest.raises(ContractBroken, match="no track, though two people are in the clip"):
        check()


def test_a_name_that_is_not_installed_is_refused_when_tests_are_collected():
    with pytest.raises(ConfigurationError, match="did you mean 'largest'"):
        stage_checks("tracker", "largst")
