"""Options of the videopose3d lifter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import Options, option
from framework.skeletons import SKELETONS


class Confidence(Enum):
    """What the third input channel of a network holds, if it has one."""

    refuse = "refuse"
    constant = "constant"
    detector = "detector"


@dataclass(frozen=True, kw_only=True)
class VideoPose3DConfig(Options):
    """The network, its input, and how much is lifted at once."""

    checkpoint: Path | None = option(
        None, "safetensors or torch file; null: pretrained_h36m_detectron_coco.bin"
    )
    causal: bool = option(
        False, "the network uses no future frames; must match its training (not in the file)"
    )
    flip: bool = option(
        True, "flip test-time augmentation: averages with the mirrored input, at twice the cost"
    )
    input_skeleton: str = option(
        "coco17",
        "2D joints of the network's training: coco17; h36m17 for ..._cpn.bin",
        choices=tuple(SKELETONS),
    )
    confidence: Confidence = option(
        Confidence.refuse,
        "third channel of d-pt-243.bin, trained on Detectron's softmax (mean 0.005): refuse; "
        "constant: 0.005; detector: the keypoint scores, right for Detectron only",
    )
    chunk_frames: int = option(2048, "frames lifted in one window; bounds memory only", low=1)
    batch_size: int = option(2, "windows lifted at once; bounds memory only", low=1)
