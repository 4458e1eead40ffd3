"""Windows of recordings."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from framework.errors import InputError
from framework.lab.motion.body import bones_of
from framework.lab.motion.windows import Library, random_generator


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_window_at_full_speed_is_a_stretch_of_the_recording(person):
    window = Library.of([(person, 1.0)]).sample(16, 9, generator())
    steps = torch.diff(window[:, :, 0, 0], dim=1).abs()
    assert torch.isclose(steps, torch.tensor(0.03), atol=1e-4).float().mean() > 0.9


def test_beyond_its_ends_a_recording_runs_backwards(person):
    window = Library.of([(person, 1.0)]).sample(16, 200, generator())
    place = window[:, :, 0, 0]
    assert place.min() >= -1e-6
    assert place.max() <= 39 * 0.03 + 1e-5
    assert torch.diff(place, dim=1).abs().max() < 0.031


def test_speed_changes_steps(person):
    window = Library.of([(person, 1.0)]).sample(64, 9, generator(), speed_spread=0.7)
    steps = torch.diff(window[:, :, 0, 0], dim=1).abs().amax(dim=1) / 0.03
    assert 0.49 < steps.min() < 0.7
    assert 1.4 < steps.max() < 2.02


def test_windows_do_not_mix_recordings(person):
    other = type(person)(name="b", subject="b", action="", points=person.points + 100)
    window = Library.of([(person, 1.0), (other, 1.0)]).sample(64, 120, generator())
    far = window[:, :, 0, 0] > 50
    assert far.any()
    assert (far.all(dim=1) | ~far.any(dim=1)).all()


def test_bones_come_out_as_they_went_in(person):
    library = Library.of([(person, 1.0)])
    torch.testing.assert_close(library.bones, torch.from_numpy(bones_of(person.points)))


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(InputError, match="no motion"):
        Library.of([])


def test_a_heavier_recording_is_drawn_more_often(person):
    other = type(person)(name="b", subject="b", action="", points=person.points + 100)
    library = Library.of([(person, 1.0), (other, 3.0)])
    far = library.sample(2000, 1, generator())[:, 0, 0, 0] > 50
    assert far.float().mean() == pytest.approx(0.75, abs=0.04)


@pytest.mark.parametrize("step", [0, 1, 20_000])
def test_seed_0_is_the_number_of_the_step(step):
    expected = torch.rand(4, generator=torch.Generator().manual_seed(step))
    assert torch.equal(torch.rand(4, generator=random_generator(0, step)), expected)


@given(
    seeds=st.lists(st.integers(0, 50), min_size=2, max_size=2, unique=True),
    step=st.integers(0, 20_000),
)
def test_every_seed_and_step_has_numbers_of_its_own(seeds, step):
    drawn = [torch.rand(8, generator=random_generator(seed, step)) for seed in seeds]
    assert not torch.equal(*drawn)
    later = torch.rand(8, generator=random_generator(seeds[0], step + 1))
    assert not torch.equal(drawn[0], later)


def test_large_seeds_are_valid():
    assert torch.rand(1, generator=random_generator(999_999_999 << 16, 5)).shape == (1,)
