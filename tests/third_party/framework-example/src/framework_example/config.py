"""Settings of the stages; ranges are checked before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class BlendConfig:
    """How many frames come between."""

    between: int = field(default=1, metadata={"help": "frames put between any two"})


@dataclass(frozen=True, kw_only=True)
class BrightConfig:
    """What counts as bright."""

    contrast: int = field(
        default=60, metadata={"help": "grey levels (0..255) above the background"}
    )
    height_m: float = field(default=1.7, metadata={"help": "height of everybody, metres"})

    def __post_init__(self) -> None:
        """Check ranges."""
        if not 1 <= self.contrast <= 255:
            raise ConfigurationError(
                f"detector.contrast must be from 1 to 255, but is {self.contrast}"
            )


@dataclass(frozen=True, kw_only=True)
class TallConfig:
    """Who is tall."""

    height: float = field(
        default=0.2, metadata={"help": "least height of a box, as a share of the frame's height"}
    )


@dataclass(frozen=True, kw_only=True)
class NearestConfig:
    """Who is the same."""

    reach: float = field(
        default=0.5, metadata={"help": "how far somebody gets in a frame, in heights of the box"}
    )


@dataclass(frozen=True, kw_only=True)
class ReliefConfig:
    """How tall people are."""

    height_m: float = field(default=1.7, metadata={"help": "head to ankles, metres"})


@dataclass(frozen=True, kw_only=True)
class SmoothConfig:
    """Over how long."""

    radius: int = field(default=1, metadata={"help": "rows before and after that are averaged"})


@dataclass(frozen=True, kw_only=True)
class DotsConfig:
    """How dots look."""

    size_px: int = field(default=3, metadata={"help": "side of a dot, pixels"})


@dataclass(frozen=True, kw_only=True)
class LinesConfig:
    """What is written."""

    missing: bool = field(default=True, metadata={"help": "also a line where somebody is missing"})
