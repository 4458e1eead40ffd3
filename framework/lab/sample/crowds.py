"""Short scenes that are difficult for trackers, each with a target to follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from framework.lab.sample.body import BodyDimensions
from framework.lab.sample.crowd import Flaws
from framework.lab.sample.motion_script import MotionScript
from framework.lab.sample.scene import Camera, Person, Scene, View
from framework.lab.sample.steps import Act, Stand, Walk

FPS = Fraction(30)
_EYE = (0.0, -8.0, 1.5)
_STILL = Camera(views=(View(0.0, _EYE, (0.0, 0.0, 0.95)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A scene, faults of a detector, and the person that ``tracker=largest_complete`` must follow.

    Attributes:
        scene: people and camera.
        hero: index of the person to follow.
        flaws: faults of the detector.
    """

    scene: Scene
    hero: int = 0
    flaws: Flaws = field(default_factory=Flaws)


def _person(x: float, y: float, heading_deg: float, *acts: Act, size: float = 1.0) -> Person:
    motion = MotionScript(start_xy=(x, y), heading_deg=heading_deg, acts=acts, seconds=12.0)
    return Person(body=BodyDimensions(size=size), motion=motion)


def _scene(*people: Person, seconds: float = 6.0, camera: Camera = _STILL) -> Scene:
    return Scene(people=people, camera=camera, fps=FPS, seconds=seconds)


def _two_who_cross() -> Scene:
    near = _person(-2.5, 0.0, 0, Walk(((5.0, 0),)))
    return _scene(near, _person(2.5, 0.8, 180, Walk(((5.0, 0),))))


def crossing() -> Play:
    """Two people walk past each other."""
    return Play(scene=_two_who_cross())


def occlusion() -> Play:
    """A person stands; another walks past in front and occludes the first for a moment."""
    waiting = _person(0.3, 1.0, -90, Stand(6.0), size=1.05)
    passing = _person(-3.4, -0.2, 0, Stand(0.5), Walk(((6.0, 0),)), size=0.95)
    return Play(scene=_scene(waiting, passing))


def exit_and_return() -> Play:
    """A person leaves the image, turns outside and comes back; another stays."""
    leaving = _person(2.0, -1.5, 0, Walk(((2.0, 0), (1.3, 180), (2.6, 0))))
    return Play(scene=_scene(leaving, _person(-1.5, 2.0, -60, Stand(7.0)), seconds=7.0))


def camera_pan() -> Play:
    """Two people walk apart, and the camera pans to follow one of them."""
    views = tuple(View(t, _EYE, (x, 0.0, 0.95)) for t, x in ((0, -2.0), (3, 1.6), (6, -0.6)))
    first = _person(-2.5, 0.0, 0, Walk(((5.5, 0),)))
    second = _person(-0.6, 1.2, 180, Walk(((1.2, 30), (2.0, 120))))
    return Play(scene=_scene(first, second, camera=Camera(views=views)))


def one_walks_in_front() -> Play:
    """A larger person, near the camera, walks past in front of the target."""
    hero = _person(0.2, 0.5, -90, Stand(6.0))
    larger = _person(-3.2, -3.6, 0, Stand(1.0), Walk(((6.0, 0),)), size=1.05)
    return Play(scene=_scene(hero, larger, seconds=7.0))


def ten_people(seed: int = 0) -> Play:
    """Ten people walk in lanes half a metre apart and occlude each other."""
    rng = np.random.default_rng(seed)
    people = []
    for lane in range(10):
        side = 1 if lane % 2 else -1
        start = float(side * rng.uniform(1.0, 3.4))
        steps = Walk(((5.0, float(rng.uniform(-20, 20))),), step_m=float(rng.uniform(0.5, 0.65)))
        wait, size = Stand(float(rng.uniform(0, 1))), float(rng.uniform(0.9, 1.05))
        heading = 0.0 if side < 0 else 180.0
        away = 0.5 * lane if lane else -1.5  # the target is the largest
        people.append(_person(start, away, heading, wait, steps, size=size))
    return Play(scene=_scene(*people))


def misses() -> Play:
    """The crossing with a tenth of the people missed, and intervals of 0.4 s without detection."""
    return Play(scene=_two_who_cross(), flaws=Flaws(missed=0.1, bursts=0.25, seed=1))


def false_detections() -> Play:
    """The crossing with a false positive in every second frame."""
    return Play(scene=_two_who_cross(), flaws=Flaws(false=0.5, seed=2))


def jitter() -> Play:
    """The crossing with measurement noise of 4 % of the body size."""
    return Play(scene=_two_who_cross(), flaws=Flaws(jitter=0.04, seed=3))


def swapped_sides() -> Play:
    """The crossing with a left-right swap in every third frame."""
    return Play(scene=_two_who_cross(), flaws=Flaws(swapped=0.33, seed=4))


PLAYS: Mapping[str, Callable[[], Play]] = {
    play.__name__: play
    for play in (
        crossing,
        occlusion,
        exit_and_return,
        camera_pan,
        one_walks_in_front,
        ten_people,
        misses,
        false_detections,
        jitter,
        swapped_sides,
    )
}
