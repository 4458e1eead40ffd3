"""Round cones under affine maps: the one kind of solid that figures are made of.

A solid is the convex hull of two balls on its local z axis, transformed by an affine map. Capsules,
ellipsoids and flattened trunks are all of this kind. The intersection with a ray has a closed form:
the ray is transformed to local space, where its parameters stay the same, and meets two spheres and
a cone (quadratic equations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Appearance of a surface.

    Attributes:
        colour: sRGB, 0..1.
        stripe: sRGB of stripes across the solid's axis, or None.
        stripe_m: period of the stripes, metres.
        stripe_share: share of the period that is of the stripe's colour.
        gloss: strength of the highlight, 0..1.
        wrinkle: slope of folds, 0 for smooth skin.
        weave: relative strength of the fine texture of cloth and hair.
    """

    colour: tuple[float, float, float]
    stripe: tuple[float, float, float] | None = None
    stripe_m: float = 0.07
    stripe_share: float = 0.4
    gloss: float = 0.05
    wrinkle: float = 0.0
    weave: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solids:
    """S solids.

    Attributes:
        origin: (S, 3) centre of the first ball, metres.
        axes: (S, 3, 3) columns are the local axes; longer or shorter than 1 where stretched.
        length: (S,) local z of the second ball.
        radii: (S, 2) of both balls, in local units.
        materials: one per solid.
    """

    origin: Array
    axes: Array
    length: Array
    radii: Array
    materials: tuple[Material, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.origin)

    def moved(self, rotation: ArrayLike, translation: ArrayLike) -> Solids:
        """The same solids in other axes: ``R @ p + t``."""
        turn = np.asarray(rotation, float)
        return Solids(
            origin=self.origin @ turn.T + np.asarray(translation, float),
            axes=turn @ self.axes,
            length=self.length,
            radii=self.radii,
            materials=self.materials,
        )

    def take(self, chosen: NDArray[np.bool_]) -> Solids:
        """The solids that a (S,) mask selects."""
        return Solids(
            origin=self.origin[chosen],
            axes=self.axes[chosen],
            length=self.length[chosen],
            radii=self.radii[chosen],
            materials=tuple(self.materials[number] for number in np.flatnonzero(chosen)),
        )

    @property
    def thickness(self) -> Array:
        """(S,) largest radius of each solid along its shortest axis, metres."""
        return np.asarray(np.linalg.norm(self.axes, axis=1).min(-1) * self.radii.max(-1))

    @property
    def nearest(self) -> Array:
        """(S,) least z of each solid, metres."""
        stretch = np.linalg.norm(self.axes[:, 2], axis=-1)
        far_end = self.origin[:, 2] + self.axes[:, 2, 2] * self.length
        ends = np.stack([self.origin[:, 2], far_end], -1)
        return np.asarray((ends - stretch[:, None] * self.radii).min(-1))

    @classmethod
    def joined(cls, groups: Sequence[Solids]) -> Solids:
        """All solids of several groups, in order."""
        return cls(
            origin=np.concatenate([group.origin for group in groups]),
            axes=np.concatenate([group.axes for group in groups]),
            length=np.concatenate([group.length for group in groups]),
            radii=np.concatenate([group.radii for group in groups]),
            materials=tuple(material for group in groups for material in group.materials),
        )

    def bounds(self, *, pinhole: bool) -> Array:
        """The exact bounding rectangles (S, 4) x1 y1 x2 y2 of the projected solids.

        A solid is the convex hull of two ellipsoids and so is its outline. The outline of an
        ellipsoid with centre c and half axes A is the conic dual to ``c c' - A A'`` (Hartley
        and Zisserman, Multiple View Geometry, 8.3).

        Args:
            pinhole: divide by depth (normalised image plane z = 1, solids wholly in front);
                else look along z without perspective.
        """
        far_end = self.origin + self.axes[:, :, 2] * self.length[:, None]
        # (S, 2, 3)
        centres = np.stack([self.origin, far_end], 1)
        # (S, 3, 3) ``A A'``, then (S, 2, 3, 3) scaled by each ball's radius.
        spread = np.einsum("sij,skj->sik", self.axes, self.axes)
        spread = spread[:, None] * (self.radii**2)[:, :, None, None]
        if pinhole:
            # Rows and columns 0 to 2 of the dual conic give tangents parallel to the image axes.
            dual = centres[..., :, None] * centres[..., None, :] - spread
            middle = dual[..., :2, 2] / dual[..., 2:, 2]
            square = np.einsum("...ii->...i", dual)[..., :2] / dual[..., 2:, 2]
            half = np.sqrt(np.maximum(middle**2 - square, 0))
        else:
            middle = centres[..., :2]
            half = np.sqrt(np.einsum("...ii->...i", spread)[..., :2])
        return np.concatenate([(middle - half).min(1), (middle + half).max(1)], -1)


def taper(length: ArrayLike, wide: ArrayLike, narrow: ArrayLike) -> tuple[Array, Array]:
    """Sine and cosine of the angle between a round cone's flank and its axis."""
    # The flank touches both balls, so the angle follows from their radii.
    sine = np.subtract(wide, narrow) / np.maximum(length, 1e-9)
    # One ball is inside the other, and there is no flank.
    sine = np.where(np.abs(sine) < 1, sine, 0)
    return sine, np.sqrt(1 - sine * sine)


def first_hit(
    start: Sequence[ArrayLike],
    direction: Sequence[ArrayLike],
    length: ArrayLike,
    radii: tuple[ArrayLike, ArrayLike],
) -> NDArray[np.floating]:
    """Ray parameters at which rays enter round cones along the local z axis.

    All arguments broadcast. The entry into the hull is the nearest of three: into either ball, and
    into the flank between the circles in which it touches the balls.

    Args:
        start: x, y, z of any point on each ray.
        direction: x, y, z, any length but zero.
        length: local z of the second ball; 0 for a ball.
        radii: of the first and the second ball.

    Returns:
        Ray parameter of the entry (negative before ``start``), inf where a ray misses.
    """
    x, y, z = (np.asarray(value) for value in start)
    dx, dy, dz = (np.asarray(value) for value in direction)
    wide, narrow = np.asarray(radii[0]), np.asarray(radii[1])
    side_dd = dx * dx + dy * dy
    side_od = x * dx + y * dy
    side_oo = x * x + y * y
    with np.errstate(invalid="ignore", divide="ignore"):
        full_dd = side_dd + dz * dz
        nearest = _root(full_dd, side_od + z * dz, side_oo + z * z - wide * wide)
        if np.any(np.asarray(length) > 0):
            top = z - length
            nearest = np.fmin(
                nearest, _root(full_dd, side_od + top * dz, side_oo + top * top - narrow * narrow)
            )
            sine, cosine = taper(length, wide, narrow)
            sine, cosine = sine.astype(side_dd.dtype), cosine.astype(side_dd.dtype)
            # On the flank: cosine * distance from the axis = gap, which shrinks along z.
            gap = wide - z * sine
            flank = _root(
                cosine**2 * side_dd - (sine * dz) ** 2,
                cosine**2 * side_od + gap * sine * dz,
                cosine**2 * side_oo - gap * gap,
            )
            along = (z + flank * dz - wide * sine) / cosine
            inside = (along >= 0) & (along <= np.asarray(length) * cosine)
            # `fmin` ignores NaN, which stands for no intersection.
            nearest = np.fmin(nearest, np.where(inside, flank, np.nan))
    # NaN compares false, so misses become inf.
    return np.where(nearest > -np.inf, nearest, np.inf)


def _root(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> NDArray[np.floating]:
    """First root of ``a t^2 + 2 b t + c``, NaN where there is none."""
    second, first, rest = np.asarray(a), np.asarray(b), np.asarray(c)
    return np.asarray((-first - np.sqrt(first * first - second * rest)) / second)


class Builder:
    """Collects solids one by one."""

    def __init__(self) -> None:
        self._cones: list[tuple[Array, Array, Array]] = []
        self._shapes: list[tuple[float, float, float]] = []
        self._ellipsoids: list[tuple[Array, Array]] = []
        self._materials: tuple[list[Material], list[Material]] = ([], [])

    def cone(
        self,
        start: Array,
        end: Array,
        radii: tuple[float, float],
        material: Material,
        *,
        front: Array | None = None,
        flat: float = 1.0,
    ) -> None:
        """Add the hull of two balls, flattened by ``flat`` along ``front`` (a unit vector)."""
        if front is None:
            # The world axis that is farthest from parallel to the cone, so that its
            # component orthogonal to the cone is not zero.
            front = np.eye(3)[np.argmin(np.abs(end - start))]
        self._cones.append((start, end, front))
        self._shapes.append((*radii, flat))
        self._materials[0].append(material)

    def ellipsoid(
        self, centre: Array, axes: Array, radii: tuple[float, float, float], material: Material
    ) -> None:
        """Add an ellipsoid with these half axes along the columns of ``axes``."""
        self._ellipsoids.append((centre, axes * np.array(radii)))
        self._materials[1].append(material)

    def build(self) -> Solids:
        """Everything added so far: first the cones, then the ellipsoids."""
        groups = [group for group in (self._built_cones(), self._built_ellipsoids()) if len(group)]
        return Solids.joined(groups)

    def _built_cones(self) -> Solids:
        start, end, front = np.reshape(self._cones, (-1, 3, 3)).transpose(1, 0, 2)
        shapes = np.reshape(self._shapes, (-1, 3))
        length = np.linalg.norm(end - start, axis=1)
        up = (end - start) / length[:, None]
        # Orthogonal to the axis, as ``front`` is only roughly so.
        depth = front - up * (front * up).sum(1, keepdims=True)
        depth /= np.linalg.norm(depth, axis=1, keepdims=True)
        axes = np.stack([depth * shapes[:, 2:], np.cross(up, depth), up], -1)
        return Solids(
            origin=start,
            axes=axes,
            length=length,
            radii=shapes[:, :2],
            materials=tuple(self._materials[0]),
        )

    def _built_ellipsoids(self) -> Solids:
        count = len(self._ellipsoids)
        return Solids(
            origin=np.reshape([centre for centre, _ in self._ellipsoids], (count, 3)),
            axes=np.reshape([axes for _, axes in self._ellipsoids], (count, 3, 3)),
            length=np.zeros(count),
            radii=np.ones((count, 2)),
            materials=tuple(self._materials[1]),
        )
