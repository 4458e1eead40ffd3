"""Settings of the videopose3d lifter."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError
from framework.skeletons import SKELETONS


class Confidence(Enum):
    """What a network with a third input channel is given there."""

    refuse = "refuse"
    constant = "constant"
    detector = "detector"


@dataclass(frozen=True, kw_only=True)
class VideoPose3DConfig:
    """Network, input and how much of it is lifted at once."""

    checkpoint: Path | None = field(
        default=None,
        metadata={"help": "safetensors or torch file; null: pretrained_h36m_detectron_coco.bin"},
    )
    causal: bool = field(
        default=False,
        metadata={"help": "network sees no future frames; must match its training (not in file)"},
    )
    flip: bool = field(
        default=True,
        metadata={"help": "average with the mirrored input: twice the work, some mm better"},
    )
    input_skeleton: str = field(
        default="coco17",
        metadata={"help": "2D joints the network was trained on: coco17; h36m17 for ..._cpn.bin"},
    )
    confidence: Confidence = field(
        default=Confidence.refuse,
        metadata={
            "help": "third channel of d-pt-243.bin, trained on Detectron's softmax (mean 0.005): "
            "refuse; constant 0.005; detector: the keypoint scores, right for Detectron only"
        },
    )
    chunk_frames: int = field(
        default=2048, metadata={"help": "frames lifted in one window; bounds memory only"}
    )
    batch_size: int = field(
        default=2, metadata={"help": "windows lifted at once; bounds memory only"}
    )

    def __post_init__(self) -> None:
        """Check ranges and names."""
        for key in ("chunk_frames", "batch_size"):
            if getattr(self, key) < 1:
                raise ConfigurationError(
                    f"lifter.{key}={getattr(self, key)} must be at least 1", "Leave it out."
                )
        if self.input_skeleton not in SKELETONS:
            raise ConfigurationError(
                f"lifter.input_skeleton={self.input_skeleton} is not known",
                f"Known: {', '.join(SKELETONS)}.",
            )
