"""Examples are cut out of clips as they should be."""

from itertools import islice

import numpy as np
import pytest

from framework.errors import InputError
from framework.plugins.interpolator.super_slomo.training.triplets import read_triplets


def examples(clips, count, **options):
    settings = {"span": 4, "side": 40, "crop": 32, "flips": 0.5, **options}
    return list(islice(read_triplets(clips, random=np.random.default_rng(0), **settings), count))


def test_the_middle_frame_is_where_its_time_says(tmp_path, counting):
    times = set()
    for example in examples([counting(tmp_path / "grey.mp4", 31)], 40):
        assert example.images.shape == (3, 32, 32, 3)
        first, middle, last = example.images.mean((1, 2, 3))
        assert abs(last - first) == pytest.approx(16, abs=2.5)  # four frames apart, either way
        assert (middle - first) / (last - first) == pytest.approx(example.time, abs=0.15)
        times.add(round(example.time, 2))
    assert times == {0.25, 0.5, 0.75}


@pytest.mark.parametrize(("flips", "reversed_"), [(0.0, {False}), (1.0, {True})])
def test_examples_are_reversed_with_the_given_probability(tmp_path, counting, flips, reversed_):
    found = examples([counting(tmp_path / "grey.mp4", 31)], 12, flips=flips)
    assert {bool(e.images[0].mean() > e.images[2].mean()) for e in found} == reversed_


def test_the_shorter_side_is_scaled_before_the_crop(tmp_path, counting):
    (example,) = examples([counting(tmp_path / "grey.mp4", 12)], 1, side=64, crop=64)
    assert example.images.shape == (3, 64, 64, 3)


def test_the_same_seed_gives_the_same_examples(tmp_path, counting):
    clips = [counting(tmp_path / f"{name}.mp4", 21) for name in "ab"]
    one, other = examples(clips, 10), examples(clips, 10)
    for first, second in zip(one, other, strict=True):
        assert first.time == second.time
        assert np.array_equal(first.images, second.images)


def test_clips_that_are_too_short_are_one_clear_error(tmp_path, counting):
    with pytest.raises(InputError, match="no shot of the 1 clips is longer than 8 frames"):
        examples([counting(tmp_path / "short.mp4", 4)], 1, span=8)
