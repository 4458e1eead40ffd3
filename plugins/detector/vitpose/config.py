"""Options of ``detector=vitpose``."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import option

from .._topdown.config import TopDownConfig


@dataclass(frozen=True, kw_only=True)
class VitPoseConfig(TopDownConfig):
    """Options; scores are 0..1."""

    model: str = option(
        "usyd-community/vitpose-base-simple",
        "a folder saved by transformers, or an id on the Hugging Face hub",
    )
