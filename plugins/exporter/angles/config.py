"""Options of the angles exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class AnglesConfig(Options):
    """How joint angles are written."""

    plots: str = option("png", "format of the plots", choices=("png", "svg"))
