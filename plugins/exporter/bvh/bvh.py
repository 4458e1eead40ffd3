"""Writes one BVH file per person (Biovision's hierarchy and motion format, 1999)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from framework.animation import RIG, Animation, animations
from framework.geometry.camera import Array
from framework.geometry.rotations import euler_angles
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._rig_names import RIG_NAMES
from .config import BvhConfig

_PER_METRE = {"m": 1.0, "cm": 100.0, "mm": 1000.0}
_BLOCK = 1024
"""Frames that are turned into text at once."""


class BvhExporter(Exporter):
    """``<target>_person<id>.bvh``: Y up, T-pose at rest, rotations in degrees, hips translate."""

    def __init__(self, config: BvhConfig, runtime: Runtime) -> None:
        self._config = config
        self._names = RIG_NAMES[config.rig]
        self._scale = _PER_METRE[config.unit]

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses lack joints of H36M-17.
        """
        # The format has one time per frame for the whole file, so times become even.
        rate = self._config.fps or float(result.video.fps_read)
        paths = []
        for each in animations(result, rate):
            path = target.with_name(f"{target.name}_person{each.person}.bvh")
            with path.open("w", encoding="ascii", newline="\n") as file:
                file.writelines(f"{line}\n" for line in self._lines(each, rate))
            paths.append(path)
        return paths

    def _lines(self, animation: Animation, rate: float) -> Iterator[str]:
        yield "HIERARCHY"
        yield from self._joint(animation, 0, 0)
        yield "MOTION"
        rest = int(self._config.rest_frame)
        yield f"Frames: {len(animation.time_s) + rest}"
        # Ten digits: with six, an hour of film would end a quarter of a second late.
        yield f"Frame Time: {1 / rate:.10f}"
        if rest:
            yield _row(np.zeros(3 + 3 * len(RIG)))
        order = self._config.order
        angles = np.degrees(euler_angles(animation.rotations, order))
        values = np.concatenate(
            [animation.hips * self._scale, angles.reshape(len(angles), -1)], axis=1
        )
        for start in range(0, len(values), _BLOCK):
            yield from map(_row, values[start : start + _BLOCK])

    def _joint(self, animation: Animation, number: int, depth: int) -> Iterator[str]:
        """A joint with its children, in the order of the motion's columns."""
        bone, indent = RIG[number], "\t" * depth
        channels = " ".join(f"{axis}rotation" for axis in self._config.order)
        yield f"{indent}{'JOINT' if depth else 'ROOT'} {self._names[bone.name]}"
        yield f"{indent}{{"
        yield f"{indent}\tOFFSET {self._vector(animation.offsets[number])}"
        if depth:
            yield f"{indent}\tCHANNELS 3 {channels}"
        else:
            yield f"{indent}\tCHANNELS 6 Xposition Yposition Zposition {channels}"
        children = [n for n, other in enumerate(RIG) if other.parent == number]
        for child in children:
            yield from self._joint(animation, child, depth + 1)
        if not children:
            yield f"{indent}\tEnd Site"
            yield f"{indent}\t{{"
            yield f"{indent}\t\tOFFSET {self._vector(animation.tips[number])}"
            yield f"{indent}\t}}"
        yield f"{indent}}}"

    def _vector(self, offset: Array) -> str:
        return _row(offset * self._scale)


def _row(values: Array) -> str:
    # 0.0 is added because a rounded -0.0 would be written as -0.000000.
    return " ".join(f"{value:.6f}" for value in np.round(values, 6) + 0.0)
