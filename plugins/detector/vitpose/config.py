"""Settings of ``detector=vitpose``."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._topdown.config import TopDownConfig


@dataclass(frozen=True, kw_only=True)
class VitPoseConfig(TopDownConfig):
    """Settings; scores are 0..1."""

    model: str = field(
        default="usyd-community/vitpose-base-simple",
        metadata={"help": "a folder saved by transformers, or an id on the Hugging Face hub"},
    )
