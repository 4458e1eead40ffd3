"""A scene: people with bodies, clothes and motion, and a camera that may move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import intrinsics, look_at
from framework.lab.sample.body import BodyDimensions, BodyPose
from framework.lab.sample.figure import Outfit
from framework.lab.sample.motion_script import ArmGesture, MotionScript, Squat, wave
from framework.lab.sample.steps import Stand, Turn, Walk, ease

Array: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person in the scene."""

    body: BodyDimensions = field(default_factory=BodyDimensions)
    outfit: Outfit = field(default_factory=Outfit)
    motion: MotionScript = field(default_factory=MotionScript)


@dataclass(frozen=True, slots=True)
class View:
    """The position of the camera at a time, and the point that it is directed at, metres."""

    time_s: float
    eye: Point
    target: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera that moves smoothly from view to view.

    Attributes:
        views: one for a camera that stands still, else several in order of time.
        fov_y_deg: angle of view between the upper and the lower edge of the image.
    """

    views: tuple[View, ...] = (View(0.0, (0.0, -4.7, 1.45), (0.0, 0.0, 0.93)),)
    fov_y_deg: float = 36.0

    def pose(self, time_s: float) -> tuple[Array, Array]:
        """``R`` (3, 3) and ``t`` (3,) from world to camera."""
        times = np.array([view.time_s for view in self.views])
        # The view before the time; the first or last pair outside all of them.
        row = int(np.clip(np.searchsorted(times, time_s) - 1, 0, max(0, len(times) - 2)))
        one, two = self.views[row], self.views[min(row + 1, len(self.views) - 1)]
        # A single view is a pair with itself.
        span = max(two.time_s - one.time_s, 1e-9)
        share = float(ease(np.array((time_s - one.time_s) / span)))
        eye = np.array(one.eye) * (1 - share) + np.array(two.eye) * share
        target = np.array(one.target) * (1 - share) + np.array(two.target) * share
        return look_at(eye, target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a rendered frame or its truth depends on.

    Attributes:
        people: the people, in the order of the truth.
        camera: the camera.
        fps: frames per second.
        seconds: length of the video.
        size_wh: width and height in pixels.
    """

    people: tuple[Person, ...]
    camera: Camera = field(default_factory=Camera)
    fps: Fraction = Fraction(30)
    seconds: float = 10.0
    size_wh: tuple[int, int] = (960, 540)

    @property
    def times(self) -> Array:
        """(T,) seconds of the frames, from 0; at least one."""
        count = max(1, round(self.seconds * self.fps))
        return np.arange(count, dtype=np.float64) * float(1 / self.fps)

    @property
    def matrix(self) -> Array:
        """``K`` (3, 3)."""
        return intrinsics(self.size_wh, np.radians(self.camera.fov_y_deg))

    def poses(self, times: Array) -> list[BodyPose]:
        """One `BodyPose` (T, ...) per person."""
        return [person.motion.pose(person.body, times) for person in self.people]


def default_scene(
    *,
    seconds: float = 10.0,
    fps: Fraction = Fraction(30),
    size_wh: tuple[int, int] = (960, 540),
    seed: int = 0,
) -> Scene:
    """Return the scene of the sample: a person comes, waves, squats and leaves, another passes.

    Args:
        seconds: length; the motion is made for ten seconds.
        fps: frames per second.
        size_wh: width and height in pixels.
        seed: 0 for the usual two people; any other number changes their bodies and clothes.
    """
    people = [
        Person(motion=_visitor()),
        Person(body=BodyDimensions(size=0.93), outfit=_OTHER, motion=_passer_by()),
    ]
    if seed:
        random = np.random.default_rng(seed)
        people = [_varied(person, random) for person in people]
    return Scene(people=tuple(people), fps=fps, seconds=seconds, size_wh=size_wh)


def _varied(person: Person, random: np.random.Generator) -> Person:
    """A person of other size and clothes with the same motion."""

    def colour(low: float, high: float) -> Point:
        red, green, blue = random.uniform(low, high, 3)
        return float(red), float(green), float(blue)

    # Darker or lighter along one hue.
    skin = random.uniform(0.35, 1.0) * np.array([0.90, 0.68, 0.55])
    outfit = Outfit(
        skin=(float(skin[0]), float(skin[1]), float(skin[2])),
        hair=colour(0.05, 0.35),
        shirt=colour(0.35, 0.95),
        stripe=colour(0.1, 0.9) if random.random() < 0.5 else None,
        trousers=colour(0.08, 0.45),
        shoes=colour(0.1, 0.9),
        sleeve=float(random.choice([0.62, 2.0])),
        long_hair=bool(random.random() < 0.5),
    )
    size = float(person.body.size * random.uniform(0.94, 1.04))
    return replace(person, outfit=outfit, body=replace(person.body, size=size))


_OTHER = Outfit(
    skin=(0.60, 0.40, 0.29),
    hair=(0.09, 0.07, 0.07),
    shirt=(0.88, 0.62, 0.18),
    stripe=None,
    trousers=(0.23, 0.24, 0.22),
    shoes=(0.90, 0.89, 0.86),
    sleeve=2.0,
    long_hair=True,
)


def _visitor() -> MotionScript:
    """Comes from the left, waves, squats, turns to the side and walks to the back."""
    return MotionScript(
        start_xy=(-1.30, 1.5),
        heading_deg=-30,
        acts=(
            Stand(0.1),
            Walk(((1.1, -20), (1.2, -40))),
            Stand(3.6),
            Turn(-100, period_s=0.36),
            Walk(((0.8, 0), (0.7, -30), (0.6, -15))),
        ),
        gestures=(
            wave("right", 2.3, 4.5),
            Squat(start_s=4.6, end_s=6.2),
        ),
    )


def _passer_by() -> MotionScript:
    """Stands half outside the image, then crosses it from right to left."""
    nod = ArmGesture(side="left", start_s=0.2, end_s=1.2, flex=20, elbow=70)
    return MotionScript(
        start_xy=(3.70, 1.75),
        heading_deg=180,
        acts=(Stand(0.7), Walk(((5.9, 0),), step_m=0.58, period_s=0.5)),
        gestures=(nod,),
    )
