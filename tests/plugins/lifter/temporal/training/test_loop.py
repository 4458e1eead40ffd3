"""How the learning rate goes."""

import pytest

from framework.plugins.lifter.temporal.training.loop import Schedule


def test_the_rate_rises_stays_and_falls_to_zero():
    schedule = Schedule(steps=100, warmup=10, decay=20)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert [schedule.factor(step) for step in (9, 50, 80)] == [1, 1, 1]
    assert schedule.factor(90) == pytest.approx(0.5)
    assert schedule.factor(100) == 0
