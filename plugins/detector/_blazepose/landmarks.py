"""The landmark network: 33 keypoints of the person in a square, in the image and in 3D.

BlazePose (Bazarevsky et al., arXiv 2006.10204). The outputs are described in MediaPipe's model
card "BlazePose GHUM 3D": 39 points of which the first 33 are the body's. Two of the others say
where the person will be in the next frame: 33 is the middle of the hips, 34 lies on a circle around
the whole person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framework.geometry.boxes import Array
from framework.skeletons import BLAZEPOSE33
from framework.types import Image

from .._inference.litert import LiteRtModel
from .squares import (
    SQUARE_PER_RADIUS,
    crop,
    rotation,
    square_from_axis,
    to_frame,
)

SIZE = 256
"""Side of the crop, pixels."""

_BODY = 33
_CENTRE, _TOP = 33, 34
_MIRROR = [*BLAZEPOSE33.mirror, *range(_BODY, 39)]
_POINTS, _PRESENCE, _WORLD = (1, 195), (1, 1), (1, 117)
_LOGIT_LIMIT = 100
"""Beyond it the exponential of a logit would overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseLandmarks:
    """What the network estimates for one square.

    Attributes:
        square: (4,) where to look for this person next, see `squares`.
        presence: 0..1, the probability of a person in the square.
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
        threads: threads of LiteRT.
        flip: flip test-time augmentation: average with the result for the mirror image.

    Raises:
        BackendError: the file is not such a model.
    """

    def __init__(self, path: Path, threads: int, flip: bool = False) -> None:
        outputs = (_POINTS, _PRESENCE, _WORLD)
        self._model = LiteRtModel(path, threads, (1, SIZE, SIZE, 3), outputs)
        self._flip = flip

    def estimate(self, image: Image, square: Array) -> PoseLandmarks:
        """Estimate the landmarks of the person within a square (4,) of an RGB image.

        Raises:
            StageError: inference failed.
        """
        pixels = crop(image, square, SIZE)[None].astype(np.float32) / np.float32(255)
        points, presence, world = self._run(pixels)
        if self._flip:
            # The network learned left and right from photographs and is not quite symmetric.
            mirrored = np.ascontiguousarray(pixels[:, :, ::-1])
            both = zip((points, presence, world), unmirrored(*self._run(mirrored)), strict=True)
            points, presence, world = ((one + other) / 2 for one, other in both)
        return read_landmarks(points, float(presence), world, square)

    def _run(self, pixels: NDArray[np.float32]) -> tuple[Array, Array, Array]:
        # Averages and rotations follow, which should add no rounding errors to the network's.
        points, presence, world = (out[0].astype(np.float64) for out in self._model(pixels))
        return points.reshape(-1, 5), presence[0], world.reshape(-1, 3)


def unmirrored(points: Array, presence: Array, world: Array) -> tuple[Array, Array, Array]:
    """Turn the outputs for a crop's mirror image into outputs for the crop.

    Args:
        points: (39, 5), see `read_landmarks`.
        presence: unchanged.
        world: (39, 3).
    """
    # Mirrored, left joints lie in the rows of right ones, and x of 3D changes its sign.
    points, world = points[_MIRROR], world[_MIRROR] * (-1, 1, 1)
    points[:, 0] = SIZE - points[:, 0]
    return points, presence, world


def read_landmarks(points: Array, presence: float, world: Array, square: Array) -> PoseLandmarks:
    """Turn the raw outputs for one square into landmarks of the frame.

    Args:
        points: (39, 5) x, y, z in pixels of the crop, visibility and presence logits.
        presence: 0..1.
        world: (39, 3) metres along the axes of the crop.
        square: (4,) that was cut out.
    """
    # Keypoints outside the crop are kept: the network predicts joints beyond its border too.
    frame = to_frame(points[:, :2], square, SIZE)
    # 3D comes along the axes of the crop, which is turned with the person; depth is not turned.
    metres = world[:_BODY].copy()
    metres[:, :2] = metres[:, :2] @ rotation(square[3]).T
    return PoseLandmarks(
        square=square_from_axis(frame[_CENTRE], frame[_TOP], SQUARE_PER_RADIUS),
        presence=presence,
        keypoints=frame[:_BODY],
        visibility=1 / (1 + np.exp(-points[:_BODY, 3].clip(-_LOGIT_LIMIT, _LOGIT_LIMIT))),
        world=metres,
    )
