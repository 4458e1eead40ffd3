"""A clothed person as solids: skin, hair, face, shirt, trousers and shoes at a pose.

All lengths are metres of a body of size 1, chosen by eye on rendered images, and checked by running
a detector on them: it must find joints where the truth has them (tests of recognition).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.lab.sample.body import HEAD, SIDES, BodyPose
from framework.lab.sample.solids import Builder, Material, Solids

Array: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = tuple[float, float, float]
Offset: TypeAlias = tuple[float, float, float]
"""Forward, left, up in metres of a body of size 1."""

_WHITE = Material(colour=(0.95, 0.94, 0.92), gloss=0.3)
_IRIS = Material(colour=(0.16, 0.10, 0.07), gloss=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """Colours of a person, sRGB 0..1, and the cut of the materials.

    Attributes:
        stripe: of the shirt, or None for a plain one.
        sleeve: length of the sleeves: 0.6 ends above the elbow, 2 at the wrist.
        long_hair: whether the hair reaches the neck.
    """

    skin: Colour = (0.86, 0.62, 0.49)
    hair: Colour = (0.20, 0.12, 0.08)
    shirt: Colour = (0.93, 0.91, 0.86)
    stripe: Colour | None = (0.12, 0.24, 0.42)
    trousers: Colour = (0.16, 0.22, 0.36)
    shoes: Colour = (0.80, 0.22, 0.16)
    sleeve: float = 0.62
    long_hair: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Materials:
    """The materials of an outfit."""

    skin: Material
    lips: Material
    hair: Material
    shirt: Material
    plain: Material
    trousers: Material
    shoes: Material
    soles: Material = field(default=Material(colour=(0.93, 0.92, 0.90), gloss=0.1))


def _materials(outfit: Outfit) -> _Materials:
    red, green, blue = outfit.skin
    return _Materials(
        skin=Material(colour=outfit.skin, gloss=0.16),
        lips=Material(colour=(0.82 * red, 0.55 * green, 0.58 * blue), gloss=0.2),
        hair=Material(colour=outfit.hair, gloss=0.22, wrinkle=0.25, weave=0.25),
        shirt=Material(
            colour=outfit.shirt, stripe=outfit.stripe, gloss=0.02, wrinkle=0.14, weave=0.03
        ),
        plain=Material(colour=outfit.shirt, gloss=0.02, wrinkle=0.08, weave=0.03),
        trousers=Material(colour=outfit.trousers, gloss=0.03, wrinkle=0.16, weave=0.10),
        shoes=Material(colour=outfit.shoes, gloss=0.25),
    )


def person_solids(pose: BodyPose, size: float, outfit: Outfit) -> Solids:
    """Solids of a person, in the axes of the pose.

    Args:
        pose: one time, without a T axis.
        size: `BodyDimensions.size`.
        outfit: colours and cut of the clothes.
    """
    materials, solids = _materials(outfit), Builder()
    _trunk(solids, pose, size, materials)
    _head(solids, pose, size, materials, outfit.long_hair)
    for side in (0, 1):
        _leg(solids, pose, size, materials, side)
        _arm(solids, pose, size, materials, side, sleeve=outfit.sleeve)
        _hand(solids, pose.wrists[side], pose.hand_axes[side] * size, materials.skin, SIDES[side])
    return solids.build()


def _at(centre: Array, axes: Array, offset: Offset) -> Array:
    """The point at an offset (forward, left, up) from a centre."""
    return np.asarray(centre + axes @ np.array(offset))


def _trunk(solids: Builder, pose: BodyPose, size: float, materials: _Materials) -> None:
    front, chest = pose.chest_axes[:, 0], pose.chest_axes * size
    hips = [_at(pose.pelvis, pose.pelvis_axes * size, (-0.008, y * 0.076, -0.01)) for y in SIDES]
    solids.cone(hips[0], hips[1], (0.112 * size, 0.112 * size), materials.trousers)
    # Two flattened cones, from the waist to the belly and on to the ribs.
    waist = _at(pose.pelvis, pose.pelvis_axes * size, (0.000, 0, 0.095))
    belly = _at(pose.spine, chest, (0.004, 0, -0.02))
    solids.cone(waist, belly, (0.163 * size, 0.148 * size), materials.shirt, front=front, flat=0.66)
    ribs = _at(pose.thorax, chest, (0.0, 0, -0.135))
    solids.cone(belly, ribs, (0.148 * size, 0.168 * size), materials.shirt, front=front, flat=0.68)
    ends = [_at(pose.thorax, chest, (-0.008, y * 0.130, -0.052)) for y in SIDES]
    solids.cone(ends[0], ends[1], (0.070 * size, 0.070 * size), materials.plain)
    for y in SIDES:
        slope = _at(pose.thorax, chest, (-0.012, y * 0.035, 0.020))
        end = _at(pose.thorax, chest, (-0.010, y * 0.150, -0.028))
        solids.cone(slope, end, (0.046 * size, 0.054 * size), materials.plain)
    nape = _at(pose.thorax, chest, (-0.006, 0, -0.03))
    top = _at(pose.skull, pose.head_axes * size, (-0.022, 0, 0.0))
    solids.cone(nape, top, (0.061 * size, 0.053 * size), materials.skin)


def _head(
    solids: Builder, pose: BodyPose, size: float, materials: _Materials, long_hair: bool
) -> None:
    axes = pose.head_axes * size

    def ellipsoid(offset: Offset, radii: Offset, material: Material) -> None:
        solids.ellipsoid(_at(pose.skull, axes, offset), axes, radii, material)

    ellipsoid((0.010, 0, 0.088), (0.092, 0.077, 0.104), materials.skin)
    ellipsoid((0.022, 0, 0.042), (0.074, 0.065, 0.092), materials.skin)
    ellipsoid((0.050, 0, -0.032), (0.036, 0.037, 0.024), materials.skin)
    ellipsoid((-0.020, 0, 0.112), (0.096, 0.085, 0.100), materials.hair)
    ellipsoid((0.022, 0, 0.160), (0.082, 0.079, 0.046), materials.hair)
    if long_hair:
        ellipsoid((-0.050, 0, 0.020), (0.058, 0.084, 0.130), materials.hair)
    _face(solids, pose, size, materials)


def _face(solids: Builder, pose: BodyPose, size: float, materials: _Materials) -> None:
    axes = pose.head_axes * size

    def place(*offset: float) -> Array:
        return np.asarray(pose.skull + axes @ np.array(offset))

    bridge, tip = place(0.092, 0, 0.074), place(0.101, 0, 0.043)
    solids.cone(bridge, tip, (0.009 * size, 0.014 * size), materials.skin)
    for sign, side in zip(SIDES, ("left", "right"), strict=True):
        x, y, z = HEAD[f"{side}_eye"]
        solids.ellipsoid(place(x, y, z), axes, (0.0105, 0.0155, 0.0095), _WHITE)
        solids.ellipsoid(place(x + 0.007, y, z), axes, (0.006, 0.0072, 0.0072), _IRIS)
        inner, outer = place(0.097, sign * 0.018, 0.099), place(0.086, sign * 0.048, 0.099)
        solids.cone(inner, outer, (0.0055 * size, 0.0042 * size), materials.hair)
        middle, corner = place(0.089, 0, 0.000), place(0.081, sign * 0.022, 0.006)
        solids.cone(middle, corner, (0.0075 * size, 0.0050 * size), materials.lips)
        solids.ellipsoid(place(*HEAD[f"{side}_ear"]), axes, (0.021, 0.013, 0.031), materials.skin)


def _arm(
    solids: Builder, pose: BodyPose, size: float, materials: _Materials, side: int, *, sleeve: float
) -> None:
    shoulder, elbow, wrist = pose.shoulders[side], pose.elbows[side], pose.wrists[side]
    if sleeve < 1:
        cuff = shoulder + sleeve * (elbow - shoulder)
        solids.cone(shoulder, cuff, (0.060 * size, 0.055 * size), materials.shirt)
        solids.cone(shoulder, elbow, (0.050 * size, 0.041 * size), materials.skin)
        solids.cone(elbow, wrist, (0.041 * size, 0.028 * size), materials.skin)
        return
    # The sleeve ends a little above the wrist.
    cuff = elbow + (sleeve - 1) * 0.94 * (wrist - elbow)
    solids.cone(shoulder, elbow, (0.066 * size, 0.052 * size), materials.shirt)
    solids.cone(elbow, cuff, (0.052 * size, 0.040 * size), materials.shirt)
    solids.cone(elbow, wrist, (0.040 * size, 0.028 * size), materials.skin)


def _hand(solids: Builder, wrist: Array, axes: Array, skin: Material, sign: float) -> None:
    """Palm, four fingers side by side and a thumb; the palm faces the middle of the body."""
    size = float(np.linalg.norm(axes[:, 2]))

    def place(*offset: float) -> Array:
        return np.asarray(wrist + axes @ np.array(offset))

    solids.ellipsoid(place(0.002, 0, -0.048), axes, (0.041, 0.017, 0.054), skin)
    for row, (spread, length) in enumerate(
        ((0.027, 0.070), (0.010, 0.080), (-0.008, 0.074), (-0.025, 0.058))
    ):
        # Fingers curve towards the palm.
        inward = -sign * (0.010 + 0.003 * row)
        tip = place(1.35 * spread, inward, -0.088 - length)
        solids.cone(place(spread, 0, -0.082), tip, (0.0105 * size, 0.0080 * size), skin)
    solids.cone(
        place(0.030, -sign * 0.004, -0.030),
        place(0.066, -sign * 0.012, -0.082),
        (0.0150 * size, 0.0095 * size),
        skin,
    )


def _leg(solids: Builder, pose: BodyPose, size: float, materials: _Materials, side: int) -> None:
    hip, knee, ankle = pose.hips[side], pose.knees[side], pose.ankles[side]
    axes = pose.foot_axes[side] * size
    solids.cone(hip, knee, (0.092 * size, 0.064 * size), materials.trousers)
    hem = knee + 0.97 * (ankle - knee)
    solids.cone(knee, hem, (0.064 * size, 0.052 * size), materials.trousers)
    # The thickest part of the calf is behind the axis of the shin.
    calf = knee + 0.30 * (ankle - knee) - pose.foot_axes[side][:, 0] * 0.012 * size
    solids.cone(knee, calf, (0.058 * size, 0.063 * size), materials.trousers)
    solids.cone(
        ankle, _at(ankle, axes, (-0.01, 0, -0.03)), (0.040 * size, 0.044 * size), materials.shoes
    )
    _shoe(solids, ankle, axes, materials)


def _shoe(solids: Builder, ankle: Array, axes: Array, materials: _Materials) -> None:
    """An upper and a light sole, whose underside is on the floor when the foot is flat."""
    size = float(np.linalg.norm(axes[:, 2]))
    up = axes[:, 2] / size
    heel, toe = (_at(ankle, axes, (x, 0, -0.038)) for x in (-0.026, 0.060))
    solids.cone(heel, toe, (0.038 * size, 0.037 * size), materials.shoes)
    tip = _at(ankle, axes, (0.140, 0, -0.048))
    solids.cone(toe, tip, (0.039 * size, 0.027 * size), materials.shoes)
    back, ball = (_at(ankle, axes, (x, 0, -0.066)) for x in (-0.028, 0.125))
    solids.cone(back, ball, (0.040 * size, 0.046 * size), materials.soles, front=up, flat=0.304)
    end = ball + axes @ np.array((0.022, 0, 0.0))
    solids.cone(ball, end, (0.046 * size, 0.040 * size), materials.soles, front=up, flat=0.304)
