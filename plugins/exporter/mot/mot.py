"""Writes one OpenSim motion file per person, for the model of Rajagopal.

Coordinates, their order of rotation and their signs are those of the joints in Rajagopal2016.osim
(Rajagopal and others, "Full-body musculoskeletal model for muscle-driven simulation of human gait",
IEEE Transactions on Biomedical Engineering 63, 2016). Bodies of the model have x forwards, y up, z
to the right, and arms hang at zero; those of the rig have x to the left, y up, z forwards, and arms
point aside at rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from framework.animation import RIG, Animation, animations
from framework.geometry.camera import Array
from framework.geometry.rotations import about, euler_angles
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .config import MotConfig

_AXES = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
"""Columns are x, y, z of the model's bodies in axes of the rig's."""
_HIPS_IN_PELVIS = np.array([-0.056276, -0.07849, 0.0])
"""Middle of the hip joints from the origin of the model's pelvis, metres, of the unscaled model."""
_ORDER = "ZXY"
"""Every joint of three coordinates turns about z, then x, then y, each about the turned axes."""
_BONES = {bone.name: number for number, bone in enumerate(RIG)}
_BLOCK = 1024
"""Frames that are turned into text at once."""


class MotExporter(Exporter):
    """``<target>_person<id>.mot``: degrees, metres, y up, times of the frames."""

    def __init__(self, config: MotConfig, runtime: Runtime) -> None:
        self._fps = config.fps

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses lack joints of H36M-17.
        """
        paths = []
        for each in animations(result, self._fps):
            path = target.with_name(f"{target.name}_person{each.person}.mot")
            with path.open("w", encoding="ascii", newline="\n") as file:
                file.writelines(f"{line}\n" for line in _lines(each))
            paths.append(path)
        return paths


def _lines(animation: Animation) -> Iterator[str]:
    columns = {"time": animation.time_s, **coordinates(animation)}
    table = np.stack(list(columns.values()), axis=1)
    yield "Coordinates"
    yield "version=1"
    yield f"nRows={table.shape[0]}"
    yield f"nColumns={table.shape[1]}"
    yield "inDegrees=yes"
    yield ""
    yield "endheader"
    yield "\t".join(columns)
    for start in range(0, len(table), _BLOCK):
        # 0.0 is added because a rounded -0.0 would be written as -0.000000.
        for row in (np.round(table[start : start + _BLOCK], 6) + 0.0).tolist():
            yield "\t".join(f"{value:.6f}" for value in row)


def coordinates(animation: Animation) -> Mapping[str, Array]:
    """Coordinates of the model by name: (T,) degrees, of ``pelvis_tx`` to ``_tz`` metres.

    Ankles, toes, forearms about themselves and wrists are left out: no joint shows them.
    """
    local = {name: animation.rotations[:, number] for name, number in _BONES.items()}
    pelvis = local["hips"] @ _AXES
    placed = animation.hips - pelvis @ _HIPS_IN_PELVIS
    found = _angles(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), pelvis)
    found |= {f"pelvis_t{axis}": placed[:, number] for number, axis in enumerate("xyz")}
    for side in ("right", "left"):
        found |= _leg(local, side)
    trunk = _in_model(local["spine"] @ local["chest"])
    found |= _angles(("lumbar_extension", "lumbar_bending", "lumbar_rotation"), trunk)
    for side in ("right", "left"):
        found |= _arm(local, side)
    return found


def _leg(local: Mapping[str, Array], side: str) -> dict[str, Array]:
    end = side[0]
    names = f"hip_flexion_{end}", f"hip_adduction_{end}", f"hip_rotation_{end}"
    found = _angles(names, _in_model(local[f"{side}_upper_leg"]), side)
    return found | {f"knee_angle_{end}": _bend(local, f"{side}_lower_leg")}


def _arm(local: Mapping[str, Array], side: str) -> dict[str, Array]:
    end = side[0]
    names = f"arm_flex_{end}", f"arm_add_{end}", f"arm_rot_{end}"
    # The arm of the rig at rest, from the hanging arm of the model.
    aside = about(np.array([0.0, 0.0, 1.0]), np.radians(90.0 if side == "left" else -90.0))
    upper = local[f"{side}_shoulder"] @ local[f"{side}_upper_arm"] @ aside
    return _angles(names, _in_model(upper), side) | {
        f"elbow_flex_{end}": _bend(local, f"{side}_lower_arm")
    }


def _in_model(rotations: Array) -> Array:
    """Rotations (T, 3, 3) of one body in another, from the rig's axes to the model's."""
    return np.asarray(_AXES.T @ rotations @ _AXES)


def _angles(names: tuple[str, str, str], rotations: Array, side: str = "") -> dict[str, Array]:
    """Degrees (T,) by name; on the left, turns about x and y count the other way round."""
    degrees = np.degrees(euler_angles(rotations[:, None], _ORDER))[:, 0]
    signs = (1, -1, -1) if side == "left" else (1, 1, 1)
    return {name: degrees[:, n] * signs[n] for n, name in enumerate(names)}


def _bend(local: Mapping[str, Array], bone: str) -> Array:
    """Degrees (T,) between a bone and the one before it, which point the same way at rest."""
    rest = np.array(RIG[_BONES[bone]].rest)
    turned = local[bone] @ rest
    sine = np.linalg.norm(np.cross(rest, turned), axis=-1)
    return np.asarray(np.degrees(np.arctan2(sine, turned @ rest)))
