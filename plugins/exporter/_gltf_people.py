"""People in glTF: a skeleton at rest, a light figure that it moves, and the motion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from framework.animation import RIG, Animation
from framework.geometry.camera import Array
from framework.geometry.rotations import from_axes, quaternions

from ._gltf import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, Gltf

_COLOURS = ((0.35, 0.62, 0.86), (0.93, 0.6, 0.3), (0.5, 0.75, 0.4), (0.8, 0.5, 0.75))
_NUMBERS = {bone.name: number for number, bone in enumerate(RIG)}
_THICK = 0.12
"""Width of a bone of the figure, as a share of its length."""
# A slim octahedron from (0, 0, 0) to (0, 1, 0), as programs for animation draw bones.
_CORNERS = np.array(
    [[0, 0, 0], [1, 0.2, 0], [0, 0.2, 1], [-1, 0.2, 0], [0, 0.2, -1], [0, 1, 0]], float
)
_FACES = np.array(
    [[0, 2, 1], [0, 3, 2], [0, 4, 3], [0, 1, 4], [5, 1, 2], [5, 2, 3], [5, 3, 4], [5, 4, 1]]
)
_FACES = _FACES[:, ::-1]  # counter-clockwise from outside


def add_skeleton(gltf: Gltf, animation: Animation, names: Mapping[str, str]) -> list[int]:
    """Add the joints in the rest pose, standing on y = 0; return the node of each bone."""
    first = len(gltf.document.get("nodes", []))
    height = -_rest_positions(animation)[:, 1].min()
    for number, bone in enumerate(RIG):
        place = animation.offsets[number] + (0 if number else np.array([0, height, 0]))
        node = {"name": names[bone.name], "translation": place.tolist()}
        children = [first + n for n, other in enumerate(RIG) if other.parent == number]
        gltf.add("nodes", {**node, "children": children} if children else node)
    gltf.add_to_scene(first)
    return list(range(first, first + len(RIG)))


def add_motion(gltf: Gltf, animation: Animation, nodes: list[int]) -> None:
    """Add the animation of a skeleton: hips translate, all joints rotate."""
    # glTF allows no times below 0, and clips that start later begin there.
    times = gltf.array(animation.time_s.astype(np.float32), bounds=True)
    turned = quaternions(animation.rotations).astype(np.float32)
    tracks = [(nodes[0], "translation", animation.hips.astype(np.float32))]
    tracks += [(node, "rotation", turned[:, number]) for number, node in enumerate(nodes)]
    samplers: list[dict[str, object]] = []
    channels: list[dict[str, object]] = []
    for node, path, values in tracks:
        channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
        samplers.append({"input": times, "output": gltf.array(values), "interpolation": "LINEAR"})
    name = f"person{animation.person}"
    gltf.add("animations", {"name": name, "samplers": samplers, "channels": channels})


def add_figure(gltf: Gltf, animation: Animation, nodes: list[int]) -> None:
    """Add a figure that the skeleton moves, one slim body per bone."""
    corners, bones, faces = _figure(animation)
    joints = np.zeros((len(bones), 4), np.uint8)
    joints[:, 0] = bones
    weights = np.zeros((len(bones), 4), np.float32)
    weights[:, 0] = 1
    attributes = {
        "POSITION": gltf.array(corners.astype(np.float32), target=ARRAY_BUFFER, bounds=True),
        "NORMAL": gltf.array(_normals(corners), target=ARRAY_BUFFER),
        "JOINTS_0": gltf.array(joints, target=ARRAY_BUFFER),
        "WEIGHTS_0": gltf.array(weights, target=ARRAY_BUFFER),
    }
    colour = _COLOURS[animation.person % len(_COLOURS)]
    material = gltf.add(
        "materials",
        {
            "pbrMetallicRoughness": {
                "baseColorFactor": [*colour, 1],
                "metallicFactor": 0,
                "roughnessFactor": 0.8,
            }
        },
    )
    indices = gltf.array(faces.astype(np.uint16).ravel(), target=ELEMENT_ARRAY_BUFFER)
    primitive = {"attributes": attributes, "indices": indices, "material": material}
    mesh = gltf.add("meshes", {"primitives": [primitive]})
    inverse = np.tile(np.eye(4, dtype=np.float32), (len(RIG), 1, 1))
    # Column-major, so the translation is the last row.
    inverse[:, 3, :3] = -_standing(animation)
    skin = {
        "joints": nodes,
        "skeleton": nodes[0],
        "inverseBindMatrices": gltf.array(inverse.reshape(-1, 16)),
    }
    name = f"person{animation.person}"
    gltf.add_to_scene(
        gltf.add("nodes", {"name": name, "mesh": mesh, "skin": gltf.add("skins", skin)})
    )


def _rest_positions(animation: Animation) -> Array:
    """(B, 3) joints in the rest pose, hips at the origin."""
    placed = np.zeros((len(RIG), 3))
    for number, bone in enumerate(RIG):
        if bone.parent >= 0:
            placed[number] = placed[bone.parent] + animation.offsets[number]
    return placed


def _standing(animation: Animation) -> Array:
    """(B, 3) joints in the rest pose, the lowest at y = 0."""
    placed = _rest_positions(animation)
    return np.asarray(placed - [0, placed[:, 1].min(), 0])


def _figure(animation: Animation) -> tuple[Array, Array, Array]:
    """Corners (V, 3) in the rest pose, the bone (V,) of each, and triangles (F, 3)."""
    corners, bones = list[Array](), list[NDArray[np.int64]]()
    faces = list[NDArray[np.int64]]()
    standing = _standing(animation)
    left, right = (standing[_NUMBERS[f"{side}_upper_leg"]] for side in ("left", "right"))
    bodies = list(zip(standing, animation.tips, strict=True))
    # The hips have no bone of their own: theirs reaches from one leg to the other.
    bodies[0] = (left, right - left)
    for number, (start, tip) in enumerate(bodies):
        length = float(np.linalg.norm(tip))
        if length == 0:
            continue
        turn = from_axes(tip, np.array([0.0, 0.0, 1.0]), "yz")
        width = max(_THICK * length, 0.02)
        body = start + (_CORNERS * np.array([width, length, width])) @ turn.T
        # Each triangle has corners of its own, so that faces are flat.
        faces.append(np.arange(24).reshape(8, 3) + 24 * len(faces))
        corners.append(body[_FACES.ravel()])
        bones.append(np.full(24, number))
    return np.concatenate(corners), np.concatenate(bones), np.concatenate(faces)


def _normals(corners: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(V, 3) normals of triangles (V / 3 of them)."""
    a, b, c = np.moveaxis(corners.reshape(-1, 3, 3), 1, 0)
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal.repeat(3, axis=0).astype(np.float32)
