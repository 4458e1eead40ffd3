"""Options of the temporal lifter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framework.focal import LONGEST, SHORTEST
from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class TemporalConfig(Options):
    """The weights, and how they are used."""

    weights: Path | None = option(
        None, "safetensors file of python -m framework.train; null: the one shipped"
    )
    flip: bool = option(
        True,
        "flip test-time augmentation: averages with the lifted mirror image; better, at twice the "
        "cost",
    )
    detector_3d: bool = option(
        True,
        "use the detector's 3D, where it has one, as additional input",
        formerly=("own_3d",),
    )
    causal: bool = option(
        False, "lift each frame without using later ones, as live applications must"
    )
    focal: float | None = option(
        None,
        "focal length, in lengths of the image's longer side; null: from the file's metadata, else "
        "0.95",
        above=SHORTEST,
        below=LONGEST,
    )
