"""Where people stand before the camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.errors import ConfigurationError
from framework.stages import Refiner, Runtime
from framework.types import Pose3D, Track, VideoInfo

from .._fit.observations import observe
from .._fit.placement import place
from .._fit.stature import stature
from .config import RootConfig


class Root(Refiner):
    """Fills `Pose3D.root` by laying the lifted joints over the keypoints they were lifted from.

    One camera cannot tell a small person who is near from a tall one far away. The lifter's sizes
    are believed, unless the user says how tall people are; poses are then scaled to that.
    """

    def __init__(self, config: RootConfig, runtime: Runtime) -> None:
        self._config = config

    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return the poses with the root in every valid row; None for whose joints nobody saw.

        Raises:
            ConfigurationError: other than one height, or one for each person, is given.
        """
        heights = self._heights(len(poses))
        people = zip(poses, tracks, heights, strict=True)
        return [self._placed(scaled(pose, height), track, video) for pose, track, height in people]

    def _heights(self, people: int) -> list[float | None]:
        given = list(self._config.person_height_m)
        if len(given) < 2:
            return [*given, None][:1] * people
        if len(given) != people:
            raise ConfigurationError(
                f"refiner.root.person_height_m has {len(given)} heights for {people} people",
                "Give one for everybody, or one for each track.",
            )
        return [*given]

    def _placed(self, pose: Pose3D, track: Track, video: VideoInfo) -> Pose3D:
        seen = observe(pose, track, video.size_wh, self._config.focal)
        if not seen.seen.any():
            return replace(pose, root=None)
        root = np.full((len(pose), 3), np.nan, np.float32)
        root[pose.valid] = place(seen)
        return replace(pose, root=root)


def scaled(pose: Pose3D, height_m: float | None) -> Pose3D:
    """The pose of somebody of this height; None leaves it as it is."""
    if height_m is None or not pose.valid.any():
        return pose
    factor = np.float32(height_m / stature(pose.joints[pose.valid], pose.skeleton))
    sigmas = None if pose.sigmas is None else pose.sigmas * factor
    return replace(pose, joints=pose.joints * factor, sigmas=sigmas)
