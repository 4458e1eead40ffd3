"""The exact truth of a scene: joints in world, camera and image, and occlusion between people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework.geometry.camera import camera_from_world, project
from framework.lab.sample.body import joints
from framework.lab.sample.figure import person_solids
from framework.lab.sample.scene import Scene
from framework.lab.sample.solids import Array, Solids, first_hit
from framework.skeletons import COCO17, H36M17, Skeleton

Truth: TypeAlias = Mapping[str, NDArray[Any]]

SCHEMA_VERSION = 1


def truth(scene: Scene) -> Truth:
    """Return arrays that describe every frame of a scene; N people, T frames, no pickled objects.

    Returns:
        ``schema_version``, ``fps``, ``image_size_wh`` (2,), ``time_s`` (T,) seconds;
        ``joint_names`` (17,) of H36M-17 with ``joints_world`` (z up), ``joints_camera`` (both
        (N, T, 17, 3) metres) and ``joints_2d`` (N, T, 17, 2) pixels; ``coco_names``,
        ``coco_world``, ``coco_camera``, ``coco_2d`` likewise; ``visible`` (N, T, 17): the COCO
        joint is inside the image and not behind another person (self-occlusion is ignored);
        ``boxes`` (N, T, 4) x1 y1 x2 y2 pixels around everything drawn of a person, occluded parts
        and parts outside the image included, NaN for a person not wholly in front of the camera;
        ``camera_K`` (3, 3), ``camera_R`` (T, 3, 3), ``camera_t`` (T, 3) from world to camera.
    """
    times = scene.times
    cameras = [scene.camera.pose(time) for time in times]
    rotation, translation = (np.array(part) for part in zip(*cameras, strict=True))
    h36m, coco = (_joints(scene, times, skeleton) for skeleton in (H36M17, COCO17))
    solids = _solids(scene, times, rotation, translation)
    in_camera = {
        name: camera_from_world(points, rotation[:, None], translation[:, None])
        for name, points in (("joints", h36m), ("coco", coco))
    }
    pixels = {name: project(points, scene.matrix) for name, points in in_camera.items()}
    arrays: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "fps": float(scene.fps),
        "image_size_wh": np.array(scene.size_wh, np.int64),
        "time_s": times,
        "joint_names": np.array(H36M17.joints),
        "joints_world": h36m,
        "joints_camera": in_camera["joints"],
        "joints_2d": pixels["joints"],
        "coco_names": np.array(COCO17.joints),
        "coco_world": coco,
        "coco_camera": in_camera["coco"],
        "coco_2d": pixels["coco"],
        "visible": _inside(pixels["coco"], scene.size_wh) & ~_occluded(in_camera["coco"], solids),
        "boxes": np.reshape(
            [_box(one, scene.matrix) for row in solids for one in row], (len(solids), len(times), 4)
        ),
        "camera_K": scene.matrix,
        "camera_R": rotation,
        "camera_t": translation,
    }
    return {name: np.asarray(array) for name, array in arrays.items()}


def _joints(scene: Scene, times: Array, skeleton: Skeleton) -> Array:
    """(N, T, J, 3) in the world."""
    people = zip(scene.poses(times), scene.people, strict=True)
    found = [joints(pose, person.body.size, skeleton) for pose, person in people]
    return np.reshape(found, (len(scene.people), len(times), len(skeleton.joints), 3))


def _solids(scene: Scene, times: Array, rotation: Array, translation: Array) -> list[list[Solids]]:
    """Solids in camera axes, per person and frame."""
    return [
        [
            person_solids(pose.at(row), person.body.size, person.outfit).moved(
                rotation[row], translation[row]
            )
            for row in range(len(times))
        ]
        for pose, person in zip(scene.poses(times), scene.people, strict=True)
    ]


def _inside(pixels: Array, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    return np.asarray(((pixels >= 0) & (pixels < np.array(size_wh))).all(-1))


def _occluded(points: Array, solids: list[list[Solids]]) -> NDArray[np.bool_]:
    """(N, T, J) whether another person is between the camera and a joint."""
    occluded = np.zeros(points.shape[:3], bool)
    # A person's own body is not tested: every joint is inside it.
    for one, two in ((a, b) for a in range(len(solids)) for b in range(len(solids)) if a != b):
        for row, other in enumerate(solids[two]):
            occluded[one, row] |= _blocked(points[one, row], other)
    return occluded


def _blocked(points: Array, solids: Solids) -> NDArray[np.bool_]:
    """(J,) whether solids block the line from the camera to points (J, 3), both camera axes."""
    inverse = np.linalg.inv(solids.axes)
    # The camera in the local axes of each solid.
    # (S, 3, 1)
    start = -np.einsum("sij,sj->si", inverse, solids.origin)[..., None]
    # (S, 3, J)
    direction = np.einsum("sij,kj->sik", inverse, points)
    wide, narrow = solids.radii.T[..., None]
    entry = first_hit(
        (start[:, 0], start[:, 1], start[:, 2]),
        (direction[:, 0], direction[:, 1], direction[:, 2]),
        solids.length[:, None],
        (wide, narrow),
    )
    # Parameter 0 is the camera, 1 the joint: only solids between them block it.
    return np.asarray(((entry > 0) & (entry < 1)).any(0))


def _box(solids: Solids, matrix: Array) -> Array:
    """(4,) pixels around solids in camera axes."""
    if (solids.nearest <= 0).any():
        return np.full(4, np.nan)
    low, high = np.split(solids.bounds(pinhole=True), 2, axis=1)
    corners = np.stack([low.min(0), high.max(0)])
    return np.asarray((corners * matrix[0, 0] + matrix[:2, 2]).ravel())
