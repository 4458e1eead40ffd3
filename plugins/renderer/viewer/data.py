"""The data of a page: what it says about a result, and its arrays in few bytes.

Arrays are whole numbers of 8, 16 or 32 bits and float64 times, little-endian, one after the other,
compressed by zlib. Where ``delta`` is set, values along the last axis are differences to the one
before, modulo their range, which compress better. A number times ``scale`` is the value; ``none``
stands for a missing one.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.angles import Curve, curves
from framework.focal import lens_of
from framework.outputs import readable
from framework.skeletons import H36M17
from framework.types import Pose3D, RunResult, Track

from .figure import figure_of
from .scene import Scene, placed

SCHEMA = 1
"""Grows when a page's script of an earlier version could not read the data."""
POSITION_M = 0.0005
SIGMA_M = 0.002
DEGREES = 0.1
SIGMA_DEG = 0.5
_CONFIDENCE = 1 / 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The data of a page.

    Attributes:
        meta: plain JSON types.
        content: the compressed arrays that ``meta["arrays"]`` describes.
    """

    meta: Mapping[str, Any]
    content: bytes


def packed(result: RunResult) -> Packed:
    """Everything of a result that a page shows.

    Shapes: N people, T rows, K joints, C curves; time is the last axis.
    """
    scene, found = placed(result), _curves(result)
    arrays = _Arrays()
    arrays.add("time_s", result.time_s)
    arrays.add("frame", result.frame_index.astype(np.int32), delta=True)
    for name, array in _figures(result, scene).items():
        arrays.quantised(name, *array)
    arrays.add("state", np.array([track.state for track in result.tracks], np.uint8), delta=True)
    arrays.quantised("degrees", _stack([c.degrees for _, c in found]), np.int16, DEGREES)
    arrays.quantised("degrees_sigma", _stack([c.sigmas for _, c in found]), np.uint8, SIGMA_DEG)
    return Packed(
        meta=_meta(result, scene, found, arrays.described), content=zlib.compress(arrays.bytes(), 9)
    )


def _meta(
    result: RunResult, scene: Scene, found: list[tuple[int, Curve]], arrays: Mapping[str, Any]
) -> dict[str, Any]:
    video = result.video
    skeleton = result.poses[0].skeleton if result.poses else H36M17
    lens = lens_of(result)
    return {
        "schema": SCHEMA,
        "rows": len(result.frame_index),
        "fps": float(video.fps),
        "stride": video.stride,
        "size_wh": list(video.size_wh),
        "focal_px": lens.focal_px,
        "focal_source": readable(lens.source),
        "people": [track.id for track in result.tracks],
        "joints": [readable(name) for name in skeleton.joints],
        "root": skeleton.root or 0,
        "figure": figure_of(skeleton),
        "curves": [
            {"person": person, "name": curve.angle.name.replace("_", " ")}
            for person, curve in found
        ],
        "scene": scene.described(),
        "notes": [readable(line) for line in result.warnings],
        "arrays": dict(arrays),
    }


def _figures(result: RunResult, scene: Scene) -> dict[str, tuple[NDArray[Any], type, float]]:
    """Arrays with a value per person and row: values, type and scale."""
    sigmas = [_sigmas(pose).T for pose in result.poses]
    return {
        # Relative to the root, so that 16 bits reach: (N, K, 3, T).
        "joints": (np.moveaxis(scene.joints, 1, -1), np.int16, POSITION_M),
        "root": (np.moveaxis(scene.roots, 1, -1), np.int32, POSITION_M),
        "sigma": (_stack(sigmas), np.uint8, SIGMA_M),
        "confidence": (_stack(list(map(_confidence, result.tracks))), np.uint8, _CONFIDENCE),
    }


def _sigmas(pose: Pose3D) -> NDArray[np.float32]:
    unknown = np.full(pose.joints.shape[:2], np.nan, np.float32)
    return unknown if pose.joint_sigmas is None else pose.joint_sigmas


def _confidence(track: Track) -> NDArray[np.float32]:
    """(T,) share of the keypoints that were seen; NaN where the person is missing."""
    seen = (track.keypoint_scores >= track.score_threshold).mean(axis=1)
    return np.where(track.present, seen, np.nan).astype(np.float32)


def _curves(result: RunResult) -> list[tuple[int, Curve]]:
    pairs = enumerate(zip(result.poses, result.tracks, strict=True))
    return [(n, curve) for n, (pose, track) in pairs for curve in curves(pose, track)]


def _stack(values: list[Any]) -> NDArray[np.float32]:
    return np.array(values, np.float32) if values else np.zeros((0, 0), np.float32)


def _differences(values: NDArray[Any]) -> NDArray[Any]:
    """Of each value to the one before, modulo the range of the type; the first one stays."""
    steps: NDArray[Any] = values.copy()
    steps[..., 1:] = values[..., 1:] - values[..., :-1]
    return steps


class _Arrays:
    """Arrays on their way into one block of bytes."""

    def __init__(self) -> None:
        self.described: dict[str, dict[str, Any]] = {}
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, name: str, values: NDArray[Any], *, delta: bool = False, **about: Any) -> None:
        """Append an array; ``about`` is what its description says beside type, shape and place."""
        if delta and values.size:
            values = _differences(values)
        block = np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
        self.described[name] = {
            "type": values.dtype.name,
            "shape": list(values.shape),
            "at": self._size,
            "delta": delta,
            **about,
        }
        block += bytes(-len(block) % 8)  # typed arrays of browsers begin at multiples of their size
        self._parts.append(block)
        self._size += len(block)

    def quantised(self, name: str, values: NDArray[Any], kind: type, scale: float) -> None:
        """Append floats as whole numbers; what does not fit becomes the nearest that does."""
        limits = np.iinfo(kind)
        none = limits.min if limits.min < 0 else limits.max
        low, high = (none + 1, limits.max) if limits.min < 0 else (0, none - 1)
        known = np.isfinite(values)
        numbers = np.clip(np.rint(np.where(known, values, 0) / scale), low, high)
        stored: NDArray[Any] = np.where(known, numbers, none).astype(kind)
        self.add(name, stored, delta=True, scale=scale, none=int(none))

    def bytes(self) -> bytes:
        """All of them, in the order in which they came."""
        return b"".join(self._parts)
