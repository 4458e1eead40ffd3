"""Where frames are interpolated, how many, and at which times."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.interpolator._pairwise.config import PairwiseConfig
from framework.plugins.interpolator._pairwise.pairwise import PairwiseInterpolator
from framework.types import FrameBatch, VideoInfo


class Mixing(PairwiseInterpolator):
    """Blends two frames: enough to see which ones and how much of each."""

    def interpolate(self, first, second, steps):
        share = (np.arange(1, steps) / steps)[:, None, None, None]
        return np.rint((1 - share) * first + share * second).astype(np.uint8)


def mixing(**options) -> Mixing:
    return Mixing(PairwiseConfig(**options))


def grey(times, values) -> FrameBatch:
    images = np.asarray(values, np.uint8)[:, None, None, None] * np.ones((8, 10, 3), np.uint8)
    return FrameBatch(
        images=images,
        index=np.arange(5, 5 + len(times)),
        time_s=np.asarray(times, np.float64),
        is_source=np.ones(len(times), bool),
    )


def test_n_frames_become_n_minus_1_times_the_factor_plus_1(run_through):
    out = run_through(mixing(factor=4), grey([0.0, 0.1, 0.4], [100, 108, 100]))
    assert len(out) == 2 * 4 + 1
    np.testing.assert_allclose(out.time_s, [0, 0.025, 0.05, 0.075, 0.1, 0.175, 0.25, 0.325, 0.4])
    assert out.images[:, 0, 0, 0].tolist() == [100, 102, 104, 106, 108, 106, 104, 102, 100]
    assert out.index.tolist() == [5, 5, 5, 5, 6, 6, 6, 6, 7]
    assert np.flatnonzero(out.is_source).tolist() == [0, 4, 8]


def test_a_target_rate_puts_more_frames_into_longer_gaps(run_through):
    out = run_through(mixing(target_fps=20), grey([0.0, 0.05, 0.15, 0.45], [100, 101, 102, 103]))
    assert np.diff(out.index, append=0).nonzero()[0].tolist() == [0, 2, 8, 9]  # 1, 2 and 6 parts
    np.testing.assert_allclose(np.diff(out.time_s), 0.05)


def test_nothing_is_interpolated_across_a_scene_cut(run_through):
    interpolator = mixing(factor=3)
    out = run_through(interpolator, grey([0.0, 0.1, 0.2, 0.3], [100, 104, 180, 184]))
    assert out.index.tolist() == [5, 5, 5, 6, 7, 7, 7, 8]
    assert list(interpolator.notes) == ["no frames were interpolated in 1 scene cuts"]


def test_nothing_is_interpolated_in_a_long_gap(run_through):
    interpolator = mixing(factor=2, max_gap_s=0.2)
    out = run_through(interpolator, grey([0.0, 0.2, 0.6, 0.7], [100] * 4))
    assert out.index.tolist() == [5, 5, 6, 7, 7, 8]
    assert list(interpolator.notes) == ["no frames were interpolated in 1 gaps longer than 0.2 s"]


def test_a_clip_without_scene_cuts_has_no_notes(run_through):
    interpolator = mixing()
    run_through(interpolator, grey([0.0, 0.1], [100, 100]))
    assert list(interpolator.notes) == []


def test_fast_motion_is_no_scene_cut_and_another_place_is(flying, checkerboard, run_through):
    frames = flying(np.array([0.0, 0.2, 0.4]), speed=300)
    assert len(run_through(mixing(), frames)) == 5
    images = frames.images.copy()
    images[2] = checkerboard
    assert len(run_through(mixing(), replace(frames, images=images))) == 4


def test_the_factor_of_a_target_rate_follows_from_the_clip():
    video = VideoInfo(path=Path("a.mp4"), size_wh=(10, 8), fps=Fraction(25), stride=5)
    interpolator = mixing(target_fps=30)
    interpolator.start(video)
    assert interpolator.factor == 6


def test_a_held_frame_does_not_keep_its_chunk_in_memory():
    interpolator = mixing()
    interpolator.expand(grey(np.arange(16) / 10, [100] * 16))
    held = interpolator.flush()
    assert held is not None and held.images.base is None


@given(
    gaps=st.lists(st.sampled_from([0.02, 0.04, 0.1, 0.417, 3.0]), min_size=1, max_size=12),
    factor=st.integers(1, 9),
    target=st.one_of(st.none(), st.floats(1, 240)),
    size=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_source_frames_stay_as_they_are_and_times_rise_evenly(
    run_through, gaps, factor, target, size
):
    times = np.concatenate([[0], np.cumsum(gaps)])
    source = grey(times, np.arange(len(times)) % 7 + 100)
    out = run_through(mixing(factor=factor, target_fps=target), source, size)
    np.testing.assert_array_equal(out.time_s[out.is_source], times)
    np.testing.assert_array_equal(out.images[out.is_source], source.images)
    for row, gap_s in enumerate(gaps):
        inside = np.diff(out.time_s[np.flatnonzero(out.index == 5 + row)])
        assert (inside > 0).all() and inside.sum() < gap_s
        if target is not None and 1 < gap_s * target and gap_s <= 0.5:
            assert len(inside) + 1 == round(gap_s * target)
        np.testing.assert_allclose(inside, gap_s / (len(inside) + 1), atol=1e-9)


def test_both_reasons_are_one_note_and_a_new_clip_starts_without(run_through):
    interpolator = mixing(factor=2, max_gap_s=0.2)
    run_through(interpolator, grey([0.0, 0.1, 0.6, 0.7], [100, 180, 180, 100]))
    assert list(interpolator.notes) == [
        "no frames were interpolated in 2 scene cuts and 1 gaps longer than 0.2 s"
    ]
    run_through(interpolator, grey([0.0, 0.1], [100, 100]))
    assert list(interpolator.notes) == []


def test_a_factor_of_1_adds_no_frames_and_no_notes(run_through):
    interpolator = mixing(factor=1)
    out = run_through(interpolator, grey([0.0, 0.1, 3.0], [100, 180, 180]))
    assert out.is_source.all()
    assert list(interpolator.notes) == []


def test_a_gap_of_max_gap_s_is_not_too_long_for_rounding(run_through):
    out = run_through(mixing(factor=2, max_gap_s=0.2), grey([0.0, 0.2 + 9e-7], [100, 100]))
    assert len(out) == 3
    out = run_through(mixing(factor=2, max_gap_s=0.2), grey([0.0, 0.2 + 2e-6], [100, 100]))
    assert len(out) == 2


def test_a_subclass_must_interpolate():
    with pytest.raises(TypeError, match="interpolate"):
        PairwiseInterpolator(PairwiseConfig())


def test_a_clip_that_was_broken_off_does_not_reach_the_next():
    interpolator = mixing()
    video = VideoInfo(path=Path("a.mp4"), size_wh=(10, 8), fps=Fraction(25))
    interpolator.start(video)
    interpolator.expand(grey([0.0, 0.1], [100, 100]))
    interpolator.start(video)
    assert interpolator.flush() is None
