"""Settings of the temporal lifter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from framework.focal import check_setting


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalConfig:
    """Settings of `Temporal`."""

    weights: Path | None = field(
        default=None,
        metadata={"help": "safetensors file of python -m framework.train; null: the one shipped"},
    )
    flip: bool = field(
        default=True,
        metadata={"help": "average with the lifted mirror image: better, at twice the cost"},
    )
    own_3d: bool = field(
        default=True,
        metadata={"help": "use the detector's own 3D, where it has one, as a second opinion"},
    )
    causal: bool = field(
        default=False,
        metadata={"help": "lift each frame without a look at later ones, as live use must"},
    )
    focal: float | None = field(
        default=None,
        metadata={
            "help": "focal length in longer sides of the picture; null: as the file says, else 0.95"
        },
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_setting("lifter.focal", self.focal)
