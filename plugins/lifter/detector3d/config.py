"""Options of the detector3d lifter: it has none."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class Detector3DConfig(Options):
    """No options: the detector's 3D is taken as it is."""
