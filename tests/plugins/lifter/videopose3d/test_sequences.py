"""Filling gaps and cutting windows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.lifter.videopose3d.sequences import (
    DETECTRON_CONFIDENCE,
    NetworkInput,
    batches_of,
    fill_gaps,
    network_input,
    windows_of,
    with_context,
)
from framework.skeletons import COCO17


@settings(deadline=None, max_examples=60)
@given(
    seen=st.lists(st.booleans(), min_size=1, max_size=30).filter(any),
    seed=st.integers(0, 1000),
)
def test_gaps_are_filled_as_numpy_interpolates_in_time(seen, seed):
    draw = np.random.default_rng(seed)
    seen = np.array(seen)
    time_s = draw.uniform(0.01, 1, len(seen)).cumsum()
    values = draw.normal(size=(len(seen), 1, 2))
    gaps = np.where(seen[:, None, None], values, np.nan)
    filled = fill_gaps(gaps, time_s)
    for axis in range(2):
        expected = np.interp(time_s, time_s[seen], values[seen, 0, axis])
        np.testing.assert_allclose(filled[:, 0, axis], expected, atol=1e-9)
    np.testing.assert_array_equal(filled[seen], values[seen])


def test_each_joint_has_its_own_gaps_and_one_never_seen_stays_nan():
    values = np.full((5, 3, 2), np.nan)
    values[[0, 4], 0] = [[0, 0], [4, 8]]
    values[2, 1] = 7
    filled = fill_gaps(values, np.arange(5.0))
    np.testing.assert_array_equal(filled[:, 0], [[0, 0], [1, 2], [2, 4], [3, 6], [4, 8]])
    assert (filled[:, 1] == 7).all()
    assert np.isnan(filled[:, 2]).all()


def test_no_rows_at_all_stay_no_rows():
    assert fill_gaps(np.zeros((0, 17, 2)), np.zeros(0)).shape == (0, 17, 2)


@settings(deadline=None, max_examples=60)
@given(
    masks=st.lists(st.lists(st.booleans(), max_size=20), max_size=4),
    frames=st.integers(1, 7),
    size=st.integers(1, 3),
)
def test_windows_cover_every_present_row_once(masks, frames, size):
    sequences = [
        NetworkInput(values=np.zeros((len(mask), 17, 2), np.float32), present=np.array(mask, bool))
        for mask in masks
    ]
    counts = [np.zeros(len(mask), int) for mask in masks]
    for batch in batches_of(windows_of(sequences, frames), size):
        assert len(batch) <= size
        assert len({len(window) for window in batch}) == 1
        for window in batch:
            counts[window.track][window.start : window.stop] += 1
    for sequence, count in zip(sequences, counts, strict=True):
        assert (count <= 1).all()
        assert (count[sequence.present] == 1).all()


def test_ends_repeat():
    values = np.arange(4, dtype=np.float32)[:, None, None]
    sequence = NetworkInput(values=values, present=np.ones(4, bool))
    (window,) = windows_of([sequence], 10)
    np.testing.assert_array_equal(
        with_context(sequence, window, 2, 3).ravel(), [0, 0, 0, 1, 2, 3, 3, 3, 3]
    )


def test_coordinates_are_halves_of_the_width_about_the_middle(make_track):
    keypoints = np.full((3, 17, 2), 240.0)
    keypoints[:, 0], keypoints[:, 1] = [640, 480], [0, 0]
    track = network_input(make_track(keypoints), COCO17, (640, 480), channels=2, scores=False)
    np.testing.assert_allclose(track.values[0, :3], [[1, 0.75], [-1, -0.75], [-0.25, 0]])


def test_a_third_channel_holds_the_constant_or_the_score(make_track):
    track = make_track(np.full((3, 17, 2), 240.0))
    constant, score = (
        network_input(track, COCO17, (640, 480), channels=3, scores=scores).values[..., 2]
        for scores in (False, True)
    )
    np.testing.assert_allclose(constant, DETECTRON_CONFIDENCE)
    np.testing.assert_allclose(score, 0.9)


def test_a_joint_that_is_always_missing_is_put_at_the_mean_of_the_others(make_track):
    keypoints = np.tile(np.float32([[100, 100], [300, 200]]), (4, 9, 1))[:, :17]
    keypoints[:, 16] = np.nan
    values = network_input(
        make_track(keypoints), COCO17, (640, 480), channels=2, scores=False
    ).values
    np.testing.assert_allclose(values[:, 16], values[:, :16].mean(axis=1), atol=1e-6)
