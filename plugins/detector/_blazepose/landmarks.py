"""The landmark model: 33 keypoints of the person within a square.

Its outputs are described in MediaPipe's model card "BlazePose GHUM 3D": 39 points of which the
first 33 are the body's; 33 is the middle of the hips, 34 lies on a circle around the whole person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.skeletons import BLAZEPOSE33
from framework.types import Image

from .litert import LiteRtModel
from .squares import (
    SQUARE_PER_RADIUS,
    crop,
    rotation,
    square_from_axis,
    to_frame,
)

SIZE = 256

_BODY = 33
_CENTRE, _TOP = 33, 34
_MIRROR = [*BLAZEPOSE33.mirror, *range(_BODY, 39)]
_POINTS, _PRESENCE, _WORLD = (1, 195), (1, 1), (1, 117)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """What the model says of one square.

    Attributes:
        square: (4,) where this person will be looked for next.
        presence: 0..1, whether there is a person at all.
        keypoints: (33, 2) pixels of the frame.
        visibility: (33,) 0..1.
        world: (33, 3) metres, camera axes (x right, y down, z away), around the hips.
    """

    square: Array
    presence: float
    keypoints: Array
    visibility: Array
    world: Array


class LandmarkModel:
    """BlazePose's landmark network.

    Args:
        path: ``pose_landmark_{lite,full,heavy}.tflite``.
        threads: of LiteRT.
        flip: look at the mirror image as well, and average.

    Raises:
        BackendError: the file is not such a model.
    """

    def __init__(self, path: Path, threads: int, flip: bool = False) -> None:
        outputs = (_POINTS, _PRESENCE, _WORLD)
        self._model = LiteRtModel(path, threads, (1, SIZE, SIZE, 3), outputs)
        self._flip = flip

    def look(self, image: Image, square: Array) -> Pose:
        """Find the person within a square of an RGB image."""
        pixels = crop(image, square, SIZE)[None].astype(np.float32) / np.float32(255)
        points, presence, world = self._run(pixels)
        if self._flip:
            mirrored = np.ascontiguousarray(pixels[:, :, ::-1])
            both = zip((points, presence, world), unmirrored(*self._run(mirrored)), strict=True)
            points, presence, world = ((one + other) / 2 for one, other in both)
        return read_pose(points, float(presence), world, square)

    def _run(self, pixels: NDArray[np.float32]) -> tuple[Array, Array, Array]:
        points, presence, world = (out[0].astype(np.float64) for out in self._model(pixels))
        return points.reshape(-1, 5), presence[0], world.reshape(-1, 3)


def unmirrored(points: Array, presence: Array, world: Array) -> tuple[Array, Array, Array]:
    """Turn what the model says of a crop's mirror image into what it means for the crop."""
    points, world = points[_MIRROR], world[_MIRROR] * (-1, 1, 1)
    points[:, 0] = SIZE - points[:, 0]
    return points, presence, world


def read_pose(points: Array, presence: float, world: Array, square: Array) -> Pose:
    """Turn the raw outputs for one square into a pose of the frame.

    Args:
        points: (39, 5) x, y, z in pixels of the crop, visibility and presence logits.
        presence: 0..1.
        world: (39, 3) metres along the axes of the crop.
        square: (4,) that was looked at.
    """
    frame = to_frame(points[:, :2], square, SIZE)
    metres = world[:_BODY].copy()
    metres[:, :2] = metres[:, :2] @ rotation(square[3]).T
    return Pose(
        square=square_from_axis(frame[_CENTRE], frame[_TOP], SQUARE_PER_RADIUS),
        presence=presence,
        keypoints=frame[:_BODY],
        visibility=1 / (1 + np.exp(-points[:_BODY, 3].clip(-100, 100))),
        world=metres,
    )
