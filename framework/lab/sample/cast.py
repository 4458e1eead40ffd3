"""Ray casting: depth and solid per sample, then the surface where a solid was hit.

Solids are given in the axes of the view: x right, y down (or any), z away. A pinhole view samples
the plane z = 1, a parallel view (that of the lamp) samples metres. Each solid is intersected only
with the rays inside its bounds; all rays with all solids would take many times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.lab.sample.solids import Array, Floats, Solids, first_hit, taper

Ids: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The samples of a view.

    Attributes:
        xs, ys: (W,) and (H,) coordinates of the samples, evenly spaced.
        pinhole: rays through the origin; else parallel to z.
    """

    xs: Floats
    ys: Floats
    pinhole: bool


def cast(solids: Solids, grid: Grid) -> tuple[Floats, Ids]:
    """Depth (H, W) and index (H, W) of the nearest solid; inf and -1 where no solid is hit."""
    depth = np.full((len(grid.ys), len(grid.xs)), np.inf, np.float32)
    which = np.full(depth.shape, -1, np.int16)
    inverse = np.linalg.inv(solids.axes)
    for number, (columns, rows) in enumerate(_windows(solids, grid)):
        if columns.start < columns.stop and rows.start < rows.stop:
            part = Grid(xs=grid.xs[columns], ys=grid.ys[rows], pinhole=grid.pinhole)
            found = _depth(solids, inverse[number], number, part)
            # A depth buffer: the nearest solid so far.
            nearer = found < depth[rows, columns]
            depth[rows, columns][nearer] = found[nearer]
            which[rows, columns][nearer] = number
    return depth, which


def _windows(solids: Solids, grid: Grid) -> list[tuple[slice, slice]]:
    """Columns and rows of the grid inside the bounds of each solid."""
    boxes = solids.bounds(pinhole=grid.pinhole)
    # Samples are sorted, so the bounds of a solid are a range of them.
    columns = np.searchsorted(grid.xs, boxes[:, [0, 2]])
    rows = np.searchsorted(grid.ys, boxes[:, [1, 3]])
    return [(slice(*c), slice(*r)) for c, r in zip(columns, rows, strict=True)]


def _depth(solids: Solids, inverse: Array, number: int, grid: Grid) -> Floats:
    """Depth (H, W) at which rays enter one solid, inf where they miss.

    Rays start at the depth of the solid's origin, so that float32 keeps small differences.
    """
    u, v = grid.xs[None, :], grid.ys[:, None]
    origin = solids.origin[number]
    # Local images of the view's x, y and z axes; (3,) each.
    across, down, away = inverse.T.astype(np.float32)
    x, y, z = origin.astype(np.float32)
    # One component at a time: (H, W, 3) arrays would be several times slower.
    if grid.pinhole:
        rays = [across[i] * u + down[i] * v + away[i] for i in range(3)]
        start = [across[i] * (u * z - x) + down[i] * (v * z - y) for i in range(3)]
    else:
        rays = list(away)
        start = [across[i] * (u - x) + down[i] * (v - y) for i in range(3)]
    wide, narrow = solids.radii[number].astype(np.float32)
    length = np.float32(solids.length[number])
    found = first_hit(start, rays, length, (wide, narrow))
    return np.asarray(found + z, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """The surface of the solids at P samples, in the axes of the view.

    Attributes:
        at: rows and columns of the samples.
        points, normals: (P, 3). colours: (P, 3) linear. gloss: (P,).
    """

    at: tuple[NDArray[np.int64], NDArray[np.int64]]
    points: Floats
    normals: Floats
    colours: Floats
    gloss: Floats


def surface(solids: Solids, grid: Grid, depth: Floats, which: Ids) -> Surface:
    """Points, normals and colours at the samples of a pinhole view that hit something."""
    rows, columns = np.nonzero(which >= 0)
    ids = which[rows, columns]
    # Samples of one solid end to end: each solid is then shaded at once.
    order = np.argsort(ids, kind="stable")
    rows, columns, ids = rows[order], columns[order], ids[order]
    far = depth[rows, columns]
    points = np.stack([grid.xs[columns] * far, grid.ys[rows] * far, far], -1)
    normals, colours = np.empty_like(points), np.empty_like(points)
    gloss = np.empty_like(far)
    inverse = np.linalg.inv(solids.axes)
    edges = np.searchsorted(ids, np.arange(len(solids) + 1))
    for number, (first, last) in enumerate(pairwise(edges)):
        if first < last:
            part = slice(first, last)
            local = (points[part] - solids.origin[number].astype(np.float32)) @ inverse[
                number
            ].T.astype(np.float32)
            normals[part] = _normals(solids, number, local, inverse[number])
            colours[part] = _colours(solids, number, local)
            gloss[part] = solids.materials[number].gloss
    return Surface(at=(rows, columns), points=points, normals=normals, colours=colours, gloss=gloss)


def _normals(solids: Solids, number: int, local: Floats, inverse: Array) -> Floats:
    """Unit normals (P, 3) at local points: those of a round cone, with folds of cloth added.

    A round cone is the envelope of balls along its axis; the normal points away from the centre of
    the ball that touches the surface there.
    """
    length, radii = solids.length[number], solids.radii[number]
    normal = local.copy()
    if length > 0:
        sine, cosine = taper(length, radii[0], radii[1])
        from_axis = np.hypot(local[:, 0], local[:, 1])
        # Position along the axis of the centre of the touching ball.
        ball = np.clip(local[:, 2] + from_axis * float(-sine / cosine), 0, length)
        normal[:, 2] -= ball
    material = solids.materials[number]
    if material.wrinkle:
        x, y, z = (local * np.linalg.norm(solids.axes[number], axis=0)).T
        # Two waves in metres of the world, so that folds do not stretch with the solid.
        fold = np.sin(38 * z + 17 * x + 2 * np.sin(23 * y + number))
        fold += 0.6 * np.sin(71 * z - 29 * y + 3 * np.sin(31 * x))
        normal[:, 2] += (0.5 * material.wrinkle * radii[0] * fold).astype(np.float32)
    # Normals transform by the inverse transpose of the map.
    turned = normal @ inverse.astype(np.float32)
    return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), np.float32)


def _colours(solids: Solids, number: int, local: Floats) -> Floats:
    """Linear colours (P, 3): plain or striped, with the texture of cloth and hair."""
    material = solids.materials[number]
    colour = np.tile(np.array(material.colour, float), (len(local), 1))
    z = local[:, 2]
    if material.stripe is not None:
        phase = (z / material.stripe_m) % 1.0
        share = np.clip(0.5 + (material.stripe_share / 2 - np.abs(phase - 0.5)) / 0.06, 0, 1)
        colour += share[:, None] * (np.array(material.stripe) - colour)
    if material.weave:
        scaled = local * np.linalg.norm(solids.axes[number], axis=0)
        dots = np.sin(210 * scaled[:, 0] + 90 * z) * np.sin(190 * scaled[:, 1] - 130 * z)
        colour *= (1 + material.weave * dots)[:, None]
    # sRGB to linear light by the usual power law.
    return np.asarray(np.clip(colour, 0, 1) ** 2.2, np.float32)
