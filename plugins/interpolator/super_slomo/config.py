"""Settings of the super_slomo interpolator."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from framework.errors import ConfigurationError

from .._between.config import BetweenConfig


@dataclass(frozen=True, kw_only=True)
class SuperSloMoConfig(BetweenConfig):
    """Weights, and how much is computed at once."""

    checkpoint: Path | None = field(
        default=None,
        metadata={"help": "file of the two networks; null: the published SuperSloMo.ckpt"},
    )
    tile_px: int = field(
        default=768,
        metadata={"help": "longest side computed at once, a multiple of 32; bounds memory"},
    )
    batch_size: int = field(
        default=1, metadata={"help": "made frames of a gap computed at once; bounds memory"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        super().__post_init__()
        if self.tile_px < 256 or self.tile_px % 32:
            raise ConfigurationError(
                f"interpolator.tile_px is {self.tile_px}, not a multiple of 32 from 256 up",
                "768 needs about 0.75 GB with interpolator.batch_size=1, 512 about 0.55 GB.",
            )
        if self.batch_size < 1:
            raise ConfigurationError(
                f"interpolator.batch_size is {self.batch_size}, but at least 1 is computed",
                "Leave it out.",
            )
