"""Times of frames: those of the file, made to rise strictly."""

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.video.decoder import SMALLEST_STEP_S, Clock

BASE = Fraction(1, 1000)


def times(stamps, zero=None, fps=25):
    clock = Clock(Fraction(fps), zero)
    frames = [SimpleNamespace(pts=pts, time_base=BASE) for pts in stamps]
    return [clock.time_s(frame) for frame in frames], clock


def test_times_count_from_the_first_frame():
    found, clock = times([500, 540, 600])
    assert found == pytest.approx([0, 0.04, 0.1])
    assert clock.end_s == pytest.approx(0.14)


def test_times_count_from_a_given_zero():
    assert times([540, 580], zero=Fraction(1, 2))[0] == pytest.approx([0.04, 0.08])


def test_frames_without_a_time_stamp_follow_at_the_average_rate():
    assert times([None, None, None])[0] == pytest.approx([0, 0.04, 0.08])


def test_equal_and_slightly_falling_stamps_are_pushed_apart():
    found, _ = times([0, 40, 40, 30])
    assert found == pytest.approx([0, 0.04, 0.04 + SMALLEST_STEP_S, 0.04 + 2 * SMALLEST_STEP_S])


def test_stamps_that_restart_in_joined_clips_go_on():
    found, _ = times([0, 40, 2000, 0, 40])
    assert found == pytest.approx([0, 0.04, 2, 2.04, 2.08])


def test_more_than_a_thousand_frames_a_second_keep_their_pace():
    found, _ = times([0, 0, 0, 0, 1, 1, 1, 1, 2], fps=4000)
    assert found == pytest.approx([n / 4000 for n in range(9)])


@given(st.lists(st.integers(-(10**6), 10**6) | st.none(), min_size=1, max_size=30))
def test_times_always_rise(stamps):
    found, _ = times(stamps)
    assert all(after > before for before, after in pairwise(found))
