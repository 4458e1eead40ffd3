"""Announces one implementation of every stage; each imports its module only when it is chosen."""

from __future__ import annotations

from framework.hookspecs import StageEntry, hookimpl

from .config import (
    BlendConfig,
    BrightConfig,
    DotsConfig,
    LinesConfig,
    NearestConfig,
    ReliefConfig,
    SmoothConfig,
    TallConfig,
)


def _entry(summary: str, config: type, factory: str) -> StageEntry:
    return StageEntry(
        name="example",
        summary=summary,
        config=config,
        factory=f"{__name__}.{factory}",
        licence="MIT",
        homepage="https://example.org/framework-example",
    )


@hookimpl
def register_interpolators() -> list[StageEntry]:
    """Offer ``interpolator=example``."""
    return [_entry("blends neighbouring frames", BlendConfig, "blend:Blend")]


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Offer ``detector=example``."""
    return [_entry("bright figures before a dark background", BrightConfig, "bright:Bright")]


@hookimpl
def register_completenesses() -> list[StageEntry]:
    """Offer ``completeness=example``."""
    return [_entry("whoever is tall enough is complete", TallConfig, "tall:Tall")]


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Offer ``tracker=example``."""
    return [_entry("everybody, by the nearest box", NearestConfig, "nearest:Nearest")]


@hookimpl
def register_lifters() -> list[StageEntry]:
    """Offer ``lifter=example``."""
    return [_entry("a flat relief, as tall as you say", ReliefConfig, "relief:Relief")]


@hookimpl
def register_refiners() -> list[StageEntry]:
    """Offer ``refiner=[example]``."""
    return [_entry("a moving average over time", SmoothConfig, "smooth:Smooth")]


@hookimpl
def register_renderers() -> list[StageEntry]:
    """Offer ``renderer=example``."""
    return [_entry("a dot on every joint", DotsConfig, "dots:Dots")]


@hookimpl
def register_exporters() -> list[StageEntry]:
    """Offer ``exporter=[example]``."""
    return [_entry("one line a person and frame", LinesConfig, "lines:Lines")]
