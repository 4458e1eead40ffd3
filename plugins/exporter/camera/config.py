"""Options of the camera exporter: it has none."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options


@dataclass(frozen=True, kw_only=True)
class CameraConfig(Options):
    """No options."""
