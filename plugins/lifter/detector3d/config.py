"""Settings of the detector3d lifter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Detector3DConfig:
    """It has none: what the detector says is taken as it is."""
