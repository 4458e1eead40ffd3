"""Windows of recordings."""

import pytest
import torch

from framework.errors import InputError
from framework.lab.motion.body import bones_of
from framework.lab.motion.windows import Library


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_window_at_full_speed_is_a_stretch_of_the_recording(person):
    window = Library.of([(person, 1.0)]).sample(16, 9, chance())
    steps = torch.diff(window[:, :, 0, 0], dim=1).abs()
    assert torch.isclose(steps, torch.tensor(0.03), atol=1e-4).float().mean() > 0.9


def test_beyond_its_ends_a_recording_runs_backwards(person):
    window = Library.of([(person, 1.0)]).sample(16, 200, chance())
    place = window[:, :, 0, 0]
    assert place.min() >= -1e-6
    assert place.max() <= 39 * 0.03 + 1e-5
    assert torch.diff(place, dim=1).abs().max() < 0.031


def test_speed_changes_steps(person):
    window = Library.of([(person, 1.0)]).sample(64, 9, chance(), speed_spread=0.7)
    steps = torch.diff(window[:, :, 0, 0], dim=1).abs().amax(dim=1) / 0.03
    assert 0.49 < steps.min() < 0.7
    assert 1.4 < steps.max() < 2.02


def test_windows_do_not_mix_recordings(person):
    other = type(person)(name="b", subject="b", action="", points=person.points + 100)
    window = Library.of([(person, 1.0), (other, 1.0)]).sample(64, 120, chance())
    far = window[:, :, 0, 0] > 50
    assert far.any()
    assert (far.all(dim=1) | ~far.any(dim=1)).all()


def test_bones_come_out_as_they_went_in(person):
    library = Library.of([(person, 1.0)])
    torch.testing.assert_close(library.bones, torch.from_numpy(bones_of(person.points)))


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(InputError, match="no motion"):
        Library.of([])
