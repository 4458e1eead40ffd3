"""Options of the super_slomo interpolator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framework.options import OptionError, option

from .._pairwise.config import PairwiseConfig

MULTIPLE = 32
"""Height and width of an input are multiples of this: the networks halve them five times."""


@dataclass(frozen=True, kw_only=True)
class SuperSloMoConfig(PairwiseConfig):
    """Weights, and how much is computed at once."""

    checkpoint: Path | None = option(
        None, "file with the weights of both networks; null: the published SuperSloMo.ckpt"
    )
    tile_px: int = option(
        768,
        "longest side of the tiles in which frames are computed, a multiple of 32; bounds memory",
        low=256,
    )
    batch_size: int = option(
        1, "interpolated frames of a gap computed at once; bounds memory", low=1
    )

    def __post_init__(self) -> None:
        """Check ranges, and that tiles have a size that the networks take."""
        super().__post_init__()
        if self.tile_px % MULTIPLE:
            raise OptionError(
                "tile_px",
                f"is {self.tile_px}, but must be a multiple of {MULTIPLE}",
                "768 needs about 0.75 GB with interpolator.batch_size=1, 512 about 0.55 GB",
            )
