"""Steps are timed, and an error in one names it."""

import errno

import pytest

from framework import timing
from framework.errors import InputError, StageError
from framework.timing import StepTimer


@pytest.fixture
def clock(monkeypatch):
    """A clock that advances by one second whenever it is read."""
    ticks = iter(range(1000))
    monkeypatch.setattr(timing, "perf_counter", lambda: float(next(ticks)))


def test_times_of_one_name_add_up(clock):
    timer = StepTimer()
    for name in ("detector", "tracker", "detector"):
        with timer.step(name):
            pass
    assert timer.seconds == {"detector": 2.0, "tracker": 1.0}


def test_waiting_for_each_item_is_counted_and_the_end_too(clock):
    timer = StepTimer()
    assert list(timer.each("decode", "abc")) == ["a", "b", "c"]
    assert timer.seconds == {"decode": 4.0}


def test_the_time_of_a_failed_step_counts_as_well(clock):
    timer = StepTimer()
    with pytest.raises(StageError), timer.step("lifter"):
        raise ValueError
    assert timer.seconds == {"lifter": 1.0}


def test_an_error_names_its_step_and_keeps_its_cause():
    with pytest.raises(StageError, match="lifter failed: ValueError: shapes") as caught:
        with StepTimer().step("lifter"):
            raise ValueError("shapes")
    assert isinstance(caught.value.__cause__, ValueError)
    assert "debug=true" in caught.value.hint


def test_an_error_of_ours_passes_unchanged():
    error = InputError("no such file")
    with pytest.raises(InputError) as caught, StepTimer().step("detector"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    ("number", "hint"), [(errno.ENOSPC, "Free some space"), (errno.EDQUOT, "Free"), (errno.EIO, "")]
)
def test_a_full_disk_gets_a_hint(number, hint):
    with pytest.raises(StageError, match=r"exporter: it broke: 'a\.npz'") as caught:
        with StepTimer().step("exporter"):
            raise OSError(number, "it broke", "a.npz")
    assert caught.value.hint.startswith(hint)
    assert bool(caught.value.hint) == bool(hint)


@pytest.mark.parametrize("error", [SystemExit(0), BaseException("odd")])
def test_nothing_that_a_plugin_raises_ends_a_run_without_an_error(error):
    with pytest.raises(StageError, match=f"tracker failed: {type(error).__name__}"):
        with StepTimer().step("tracker"):
            raise error


def test_ctrl_c_goes_through():
    with pytest.raises(KeyboardInterrupt), StepTimer().step("tracker"):
        raise KeyboardInterrupt
