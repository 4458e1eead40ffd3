"""Interpolates no frames."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import NoInterpolationConfig


@hookimpl
def register_interpolators() -> list[StageEntry]:
    """Announce the interpolator."""
    return [
        StageEntry(
            name="none",
            summary="only the frames of the clip",
            config=NoInterpolationConfig,
            factory=f"{__name__}.none:NoInterpolation",
        )
    ]
