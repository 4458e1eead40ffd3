"""Where people stand in camera space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.errors import ConfigurationError
from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .._fit.body_height import body_height, has_body_height
from .._fit.observations import observe
from .._fit.placement import place_root
from .config import RootConfig
from .heights import StandingPerson, estimate_heights


class Root(Refiner):
    """Fills `Pose3D.root` such that the lifted joints, projected, fall on their keypoints.

    In the image of one camera a small person who is near equals a tall one far away. So poses are
    scaled to the body heights that the user gives, or else to those of `estimate_heights`.
    """

    def __init__(self, config: RootConfig, runtime: Runtime) -> None:
        self._config = config
        self.focal_length: FocalLength | None = None

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses with the root in every valid row; without any visible joint it is None.

        Raises:
            ConfigurationError: the number of given heights is neither one nor that of people.
        """
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        people = list(zip(poses, tracks, strict=True))
        sizes = self._given(len(poses)) or _estimated(people, matrix)
        return [
            _placed(scaled(pose, height_m), track, matrix)
            for (pose, track), height_m in zip(people, sizes, strict=True)
        ]

    def _given(self, people: int) -> list[float]:
        """Body heights that the user gives, one per person; an empty list if none are given."""
        given = list(self._config.person_height_m)
        if len(given) < 2:
            # No height stays an empty list; one becomes one for each person.
            return given * people
        if len(given) != people:
            raise ConfigurationError(
                f"refiner.root.person_height_m has {len(given)} heights for {people} people",
                "Give one for everybody, or one for each track.",
            )
        return given


def scaled(pose: Pose3D, height_m: float | None) -> Pose3D:
    """The pose, and its ``joint_sigmas``, scaled to a body height; None leaves it as it is."""
    if height_m is None or not pose.valid.any():
        return pose
    # Uncertainties are lengths too.
    factor = np.float32(height_m / body_height(pose.joints[pose.valid], pose.skeleton))
    joint_sigmas = None if pose.joint_sigmas is None else pose.joint_sigmas * factor
    return replace(pose, joints=pose.joints * factor, joint_sigmas=joint_sigmas)


def _estimated(people: list[tuple[Pose3D, Track]], matrix: Array) -> list[float | None]:
    """Body heights estimated from the clip; None for people without a visible joint."""
    estimated: list[float | None] = [None] * len(people)
    measured: list[int] = []
    standing: list[StandingPerson] = []
    for number, (pose, track) in enumerate(people):
        observed = observe(pose, track, matrix)
        if observed.visible.any() and has_body_height(pose.skeleton):
            measured.append(number)
            # At the lifted size; `estimate_heights` scales body and distance together.
            root = place_root(observed)
            standing.append(StandingPerson.of(observed, root, pose.skeleton))
    if measured:
        valid = np.stack([people[number][0].valid for number in measured])
        heights = estimate_heights(standing, valid).tolist()
        for number, height_m in zip(measured, heights, strict=True):
            estimated[number] = height_m
    return estimated


def _placed(pose: Pose3D, track: Track, matrix: Array) -> Pose3D:
    observed = observe(pose, track, matrix)
    if not observed.visible.any():
        return replace(pose, root=None)
    root = np.full((len(pose), 3), np.nan, np.float32)
    root[pose.valid] = place_root(observed)
    return replace(pose, root=root)
