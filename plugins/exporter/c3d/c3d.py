"""Writes one C3D file per person (www.c3d.org), with ezc3d.

ezc3d: Michaud and Begon, "ezc3d: An easy C3D file I/O cross-platform solution for C++, Python and
MATLAB", Journal of Open Source Software 6(58), 2021.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import ezc3d
import numpy as np

from framework.errors import ConfigurationError
from framework.geometry.camera import Array
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .._markers import MARKERS, Markers, markers_of
from .config import C3dConfig

_MM = 1000.0
_MISSING = -1.0
_LARGEST_RESIDUAL_MM = 127.0
"""Residuals are whole units of one signed byte."""
_LAST_FRAME = 65535
"""Frame numbers have 16 bits."""
_BYTES_PER_POINT = 16
_SAME = 1e-3
"""Shares of a frame up to which a time is that of a frame."""


class C3dExporter(Exporter):
    """``<target>_person<id>.c3d``: millimetres, y up, a frame at every step of an even rate."""

    def __init__(self, config: C3dConfig, runtime: Runtime) -> None:
        self._markers = MARKERS[config.markers]

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the files; see `framework.stages.Exporter`.

        Raises:
            ConfigurationError: the poses have none of the markers' joints, or the clip is longer
                than the format allows.
            OSError: a file could not be written as a whole.
        """
        paths = []
        for pose in result.poses:
            if pose.valid.any():
                path = target.with_name(f"{target.name}_person{pose.track_id}.c3d")
                _write(path, markers_of(pose, self._markers, "C3D"), result)
                paths.append(path)
        return paths


def _write(path: Path, markers: Markers, result: RunResult) -> None:
    rate = float(result.video.fps_read)
    frames = _frames(result.time_s, rate)
    points = _at(frames / rate, result.time_s, markers.points, rate)
    sigmas = _at(frames / rate, result.time_s, markers.sigmas, rate)
    # (3 or 1, M, T), as ezc3d wants them.
    file = ezc3d.c3d()
    file["header"]["points"]["first_frame"] = int(frames[0])
    file["data"]["points"] = np.moveaxis(points * _MM, -1, 0).swapaxes(1, 2)
    file["data"]["meta_points"]["residuals"] = _residuals(points, sigmas).T[None]
    parameters = file["parameters"]["POINT"]
    parameters["RATE"]["value"] = [rate]
    parameters["UNITS"]["value"] = ["mm"]
    parameters["LABELS"]["value"] = markers.names
    # Which axes a screen shows to the right and upwards.
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file.write(str(path))
    # The library does not report a full disk.
    if path.stat().st_size < points[..., 0].size * _BYTES_PER_POINT:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _frames(time_s: Array, rate: float) -> Array:
    """Numbers of the frames within the clip, 0 at the start of the film."""
    first = int(np.ceil(time_s[0] * rate - _SAME))
    last = max(first, int(np.floor(time_s[-1] * rate + _SAME)))
    if last >= _LAST_FRAME:
        raise ConfigurationError(
            f"a C3D file ends at frame {_LAST_FRAME}, but the clip at frame {last + 1}",
            "Export a part: a run with start_s and end_s, or with stride.",
        )
    return np.arange(first, last + 1, dtype=np.float64)


def _at(wanted_s: Array, time_s: Array, values: Array, rate: float) -> Array:
    """Values (R, ...) at even times: those of a frame at that time, else between two frames.

    Args:
        wanted_s: (R,) seconds.
        time_s: (T,) of the values.
        values: (T, ...); what is NaN in one of two frames is NaN between them.
        rate: frames per second.
    """
    after = np.clip(np.searchsorted(time_s, wanted_s - _SAME / rate), 0, len(time_s) - 1)
    before = np.maximum(after - 1, 0)
    step = np.where(after > before, time_s[after] - time_s[before], 1.0)
    share = np.clip((wanted_s - time_s[before]) / step, 0, 1)
    share[np.abs(time_s[after] - wanted_s) < _SAME / rate] = 1.0
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    # NaN times 0 is NaN, so a frame at the very time is taken alone.
    mixed = (1 - share) * values[before] + share * values[after]
    return np.where(share == 1, values[after], mixed)


def _residuals(points: Array, sigmas: Array) -> Array:
    """(R, M) millimetres: uncertainties, 0 where none is stated, -1 where there is no point."""
    stated = np.clip(np.round(np.nan_to_num(sigmas) * _MM), 0, _LARGEST_RESIDUAL_MM)
    return np.where(np.isnan(points).any(axis=-1), _MISSING, stated)
