"""Where people stand before the camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.errors import ConfigurationError
from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .._fit.observations import observe
from .._fit.placement import place
from .._fit.stature import measurable, stature
from .config import RootConfig
from .heights import Standing, heights


class Root(Refiner):
    """Fills `Pose3D.root` by laying the lifted joints over the keypoints they were lifted from.

    One camera cannot tell a small person who is near from a tall one far away. Poses are scaled to
    how tall the user says people are, or else to what `heights` finds out.
    """

    def __init__(self, config: RootConfig, runtime: Runtime) -> None:
        self._config = config
        self.focal_length: FocalLength | None = None

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses with the root in every valid row; None for whose joints nobody saw.

        Raises:
            ConfigurationError: other than one height, or one for each person, is given.
        """
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        people = list(zip(poses, tracks, strict=True))
        sizes = self._given(len(poses)) or _found(people, matrix)
        return [
            _placed(scaled(pose, height_m), track, matrix)
            for (pose, track), height_m in zip(people, sizes, strict=True)
        ]

    def _given(self, people: int) -> list[float]:
        """What the user says; empty for nothing."""
        given = list(self._config.person_height_m)
        if len(given) < 2:
            return given * people
        if len(given) != people:
            raise ConfigurationError(
                f"refiner.root.person_height_m has {len(given)} heights for {people} people",
                "Give one for everybody, or one for each track.",
            )
        return given


def scaled(pose: Pose3D, height_m: float | None) -> Pose3D:
    """The pose of somebody of this height; None leaves it as it is."""
    if height_m is None or not pose.valid.any():
        return pose
    factor = np.float32(height_m / stature(pose.joints[pose.valid], pose.skeleton))
    joint_sigmas = None if pose.joint_sigmas is None else pose.joint_sigmas * factor
    return replace(pose, joints=pose.joints * factor, joint_sigmas=joint_sigmas)


def _found(people: list[tuple[Pose3D, Track]], matrix: Array) -> list[float | None]:
    """How tall people are by what the clip says; None for whom it says nothing of."""
    found: list[float | None] = [None] * len(people)
    told: list[int] = []
    standing: list[Standing] = []
    for number, (pose, track) in enumerate(people):
        seen = observe(pose, track, matrix)
        if seen.seen.any() and measurable(pose.skeleton):
            told.append(number)
            standing.append(Standing.of(seen, place(seen), pose.skeleton))
    if told:
        valid = np.stack([people[number][0].valid for number in told])
        for number, height_m in zip(told, heights(standing, valid).tolist(), strict=True):
            found[number] = height_m
    return found


def _placed(pose: Pose3D, track: Track, matrix: Array) -> Pose3D:
    seen = observe(pose, track, matrix)
    if not seen.seen.any():
        return replace(pose, root=None)
    root = np.full((len(pose), 3), np.nan, np.float32)
    root[pose.valid] = place(seen)
    return replace(pose, root=root)
