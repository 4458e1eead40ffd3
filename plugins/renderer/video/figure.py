"""The 3D figure as shaded, tapered limbs, drawn from far to near (painter's algorithm).

Outlines are computed for a chunk of frames at once: NumPy calls per frame and limb would take
longer than filling the polygons, which is all that is left to do per frame.
Shapes: B frames, P people, K joints, S shapes (limbs, joints, heads).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from framework.skeletons import Skeleton
from framework.types import Bytes, Floats

from .palette import GLOW, INK, MIDDLE, shades, sides

SHIFT = 4
"""Fractional bits of the coordinates given to OpenCV: 1/16 pixel."""
_CORNERS = 12
"""Corners of half a circle."""
_GREY = 0.42
"""Share of the background in the colours of the farthest limb (depth cue)."""

# Half the thickness of a limb at a joint, metres. Other joints have the radius of an elbow.
_RADII_M = {
    "hip": 0.054,
    "knee": 0.042,
    "ankle": 0.03,
    "pelvis": 0.06,
    "spine": 0.058,
    "thorax": 0.055,
    "shoulder": 0.044,
    "elbow": 0.034,
    "wrist": 0.026,
}
_ELBOW_M, _NECK_M, _NOSE_M, _SKULL_M = 0.034, 0.034, 0.022, 0.108


@dataclass(frozen=True, slots=True)
class Shapes:
    """Polygons to fill in some frames: B frames, S shapes of three layers (rim, body, highlight).

    Attributes:
        outlines: (B, S, 3, C, 2) int32, in 1/16 pixel.
        colours: (B, S, 3, 3) float RGB of each layer.
        order: (B, S) shapes from far to near; missing ones come last.
        count: (B,) shapes that are present.
    """

    outlines: NDArray[np.int32]
    colours: NDArray[np.float64]
    order: NDArray[np.int64]
    count: NDArray[np.int64]

    def draw(self, panel: Bytes, frame: int) -> None:
        """Fill the shapes of one frame of the chunk."""
        order = self.order[frame, : self.count[frame]]
        outlines = self.outlines[frame, order]
        for layers, colours in zip(outlines, self.colours[frame, order].tolist(), strict=True):
            for outline, colour in zip(layers, colours, strict=True):
                cv2.fillConvexPoly(panel, outline, colour, cv2.LINE_AA, SHIFT)


class Figure:
    """Shapes and colours of the limbs of a skeleton.

    Args:
        skeleton: of the poses.
        people: number of people; see `palette.shades`.

    Attributes:
        bones: (bones, 2) joints that the limbs connect.
    """

    def __init__(self, skeleton: Skeleton, people: int) -> None:
        joints = skeleton.joints
        # In H36M-17 "neck" is the nose and "head" the crown: between them lies the skull.
        self._skull = (
            (joints.index("neck"), joints.index("head")) if {"neck", "head"} <= {*joints} else None
        )
        self.bones = np.array(skeleton.bones, np.int64).reshape(-1, 2)
        radii = [_radius(joint) for joint in joints]
        self._radii = np.array(radii, np.float32)
        # Joints are discs a little thicker than the limbs.
        self._discs = self._radii * 1.18
        if self._skull is not None:
            nose, crown = self._skull
            # One limb from the thorax to the skull replaces the two that meet at the nose: `posed`
            # moves the crown to the middle of the skull.
            self.bones = self.bones[self.bones[:, 0] != nose]
            self.bones[self.bones == nose] = crown
            self._radii[crown], self._discs[crown], self._discs[nose] = _NECK_M, _SKULL_M, _NOSE_M
        side = sides(skeleton)
        # A limb has the colour of its outer end, so that collar bones and hips show their side.
        of_shape = np.concatenate([side[self.bones[:, 1]], side])
        palette = [shades(person, people)[of_shape] for person in range(people)]
        self._colours = np.array(palette, np.float32).reshape(people, len(of_shape), 3)

    def posed(self, joints: Floats) -> Floats:
        """(..., K, 3) metres with the crown moved to the middle of the skull."""
        if self._skull is None:
            return joints
        nose, crown = self._skull
        moved = joints.copy()
        moved[..., crown, :] = 0.42 * joints[..., nose, :] + 0.58 * joints[..., crown, :]
        return moved

    def shapes(self, pixels: Floats, scale: Floats, nearness: Floats) -> Shapes:
        """Outlines and colours of some frames.

        Args:
            pixels: (B, P, K, 2) joints in the panel; NaN where a person is missing.
            scale: (B, P, K) pixels per metre at each joint.
            nearness: (B, P, K) 0 at the far end of the scene, 1 at the near end.
        """
        first, second = self.bones.T
        limbs, discs = self._radii * scale, self._discs * scale
        outlines = _layers(
            np.concatenate([pixels[:, :, first], pixels], 2),
            np.concatenate([pixels[:, :, second], pixels], 2),
            np.concatenate([limbs[:, :, first], discs], 2),
            np.concatenate([limbs[:, :, second], discs], 2),
        )
        depth = self._depth_of_shapes(nearness)
        frames = len(pixels)
        flat = depth.reshape(frames, -1)
        return Shapes(
            outlines=outlines.reshape(frames, -1, *outlines.shape[3:]),
            colours=self._lit(depth).reshape(frames, -1, 3, 3),
            order=np.argsort(flat, axis=1, kind="stable"),  # NaN sorts to the end
            count=np.isfinite(flat).sum(1),
        )

    def _depth_of_shapes(self, nearness: Floats) -> Floats:
        """(B, P, S): limbs at the middle of their ends; a joint just before its limbs."""
        limbs = nearness[:, :, self.bones].mean(-1)
        joints = nearness.copy()
        for limb, ends in enumerate(self.bones):
            joints[:, :, ends] = np.maximum(joints[:, :, ends], limbs[:, :, limb, None])
        return np.concatenate([limbs, joints + np.float32(0.01)], 2)

    def _lit(self, nearness: Floats) -> NDArray[np.float64]:
        """(B, P, S, 3, 3) colours of rim, body and highlight: darker and greyer when farther."""
        near = np.clip(np.nan_to_num(nearness), 0, 1)[..., None]
        body = self._colours + (np.array(GLOW) - self._colours) * (_GREY * (1 - near))
        rim = body * 0.28 + np.array(INK) * 0.3
        highlight = body + (255 - body) * (0.16 + 0.22 * near)
        joints = np.arange(body.shape[2]) >= len(self.bones)
        body = np.where(joints[:, None], body + (np.array(MIDDLE) - body) * 0.1, body)
        lit: NDArray[np.float64] = np.stack([rim, body, highlight], 3).astype(np.float64)
        return np.rint(lit, out=lit)


def _radius(joint: str) -> float:
    return next((radius for part, radius in _RADII_M.items() if part in joint), _ELBOW_M)


def _layers(a: Floats, b: Floats, radius_a: Floats, radius_b: Floats) -> NDArray[np.int32]:
    """(..., 3, C, 2) outlines of rim, body and highlight in 1/16 pixel, from (..., 2) ends."""
    rim = np.clip(0.16 * radius_a, 0.9, 2.2)
    lift = np.stack([-0.26 * radius_a, -0.34 * radius_a], -1)  # the light comes from above left
    layers = (
        _capsule(a, b, radius_a + rim, radius_b + rim),
        _capsule(a, b, radius_a, radius_b),
        _capsule(a + lift, b + lift, 0.38 * radius_a, 0.38 * radius_b),
    )
    # Missing shapes are never drawn, but NaN has no integer; the limits keep clear of int32's.
    stacked = np.nan_to_num(np.stack(layers, -3)) * (1 << SHIFT)
    return np.clip(np.rint(stacked), -(2**28), 2**28).astype(np.int32)


def _capsule(a: Floats, b: Floats, radius_a: Floats, radius_b: Floats) -> Floats:
    """(..., C, 2) outline of a tapered capsule: half a circle around each end."""
    along = b - a
    angle = np.arctan2(along[..., 1], along[..., 0])[..., None]
    # From the axis a to b: the half circle around `a` that is turned away from `b`.
    arc = np.linspace(np.pi / 2, 3 * np.pi / 2, _CORNERS, dtype=np.float32)
    around_a, around_b = angle + arc, angle + arc + np.float32(np.pi)
    ends = [
        center[..., None, :] + radius[..., None, None] * np.stack([np.cos(turn), np.sin(turn)], -1)
        for center, radius, turn in ((a, radius_a, around_a), (b, radius_b, around_b))
    ]
    return np.concatenate(ends, -2)
