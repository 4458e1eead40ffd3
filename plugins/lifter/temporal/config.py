"""Settings of the temporal lifter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


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
