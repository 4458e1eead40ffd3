"""Windows of motion in front of cameras."""

from dataclasses import replace

import pytest
import torch

from framework.lab.motion.bodies import BodyChanges
from framework.lab.motion.body import BODY
from framework.lab.motion.cameras import Cameras
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.motion.windows import Library, random_generator
from framework.options import OptionError

PLAIN = WindowRecipe(
    frames=9, speed_spread=0.0, bodies=BodyChanges(lengths=0.0, turned=0.0, tilted=0.0)
)


@pytest.fixture
def library(person):
    return Library.of([(person, 1.0)])


def lengths(points):
    parent, child = torch.tensor(BODY.bones).T
    return (points[..., child, :] - points[..., parent, :]).norm(dim=-1)


def test_without_changes_the_bones_of_the_recording_stay(library, person):
    points = PLAIN.draw(library, 8, random_generator(0, 0))
    assert points.shape == (8, 9, 23, 3)
    recorded = lengths(torch.from_numpy(person.points[:1]))
    # Half of the windows are mirrored, and both sides of the person are nearly alike.
    assert (lengths(points) - recorded).abs().max() < 0.03


def test_changed_bodies_have_other_bones_that_stay_the_same_in_a_window(library):
    changed = replace(PLAIN, bodies=BodyChanges(turned=0.0, tilted=0.0))
    found = lengths(changed.draw(library, 16, random_generator(0, 1)))
    assert found.mean(dim=1).std(dim=0).amin() > 0.001
    assert found.std(dim=1).amax() < 1e-3


def test_everything_is_in_front_of_the_camera(library):
    near = replace(PLAIN, cameras=Cameras(distance_m=[0.1, 0.2]))
    assert near.draw(library, 32, random_generator(0, 2))[..., 2].min() >= 0.7 - 1e-4


def test_the_same_generator_gives_the_same_windows(library):
    one, again = (WindowRecipe(frames=5).draw(library, 3, random_generator(7, 2)) for _ in range(2))
    assert torch.equal(one, again)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WindowRecipe(frames=0), "frames is 0, but must be at least 1"),
        (lambda: WindowRecipe(speed_spread=-1), "speed_spread is -1"),
        (lambda: BodyChanges(turned=1.5), "turned is 1.5, but must be from 0 to 1"),
        (lambda: Cameras(distance_m=[0, 2]), "distance_m is \\[0, 2\\], but must be above 0"),
        (lambda: Cameras(elevation_rad=[1]), "must have 2 elements"),
    ],
)
def test_values_out_of_range_are_refused(make, message):
    with pytest.raises(OptionError, match=message):
        make()
