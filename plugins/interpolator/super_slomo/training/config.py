"""Settings of a training run; ``conf/train/super_slomo.yaml`` fills them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from omegaconf import MISSING, DictConfig, OmegaConf

from framework.options import OptionError, Options, option

from ..config import MULTIPLE
from ..network import WIDTH


@dataclass(frozen=True, kw_only=True)
class SuperSloMoTrainConfig(Options):
    """How networks are trained; defaults are those of the paper where it states them."""

    clips: Path = option(MISSING, "folder of videos, searched with its subfolders")
    output: Path = option(MISSING, "checkpoint to write; replaced whenever a newer one is whole")
    initial: Path | None = option(
        None, "checkpoint to start from, which decides the width; null: random weights"
    )
    steps: int = option(100_000, "number of batches", low=1)
    batch_size: int = option(6, "examples in each batch", low=1)
    learning_rate: float = option(1e-4, "of Adam in the first step; falls evenly to 2 % of it")
    span: int = option(8, "frames from the first to the last of an example", low=2)
    side: int = option(360, "pixels to which the shorter side of every frame is scaled")
    crop: int = option(352, "pixels of both sides of an example, a multiple of 32", low=MULTIPLE)
    flips: float = option(
        0.5, "probability that an example is mirrored, and that it is reversed in time"
    )
    width: int = option(
        WIDTH, "channels of the first layers; the published networks have 32", low=1
    )
    seed: int = option(0, "of random weights and of the choice of examples")
    device: str = option(
        "auto", "auto, cpu or cuda; auto: the GPU if there is one", choices=("auto", "cpu", "cuda")
    )
    threads: int = option(lambda: os.cpu_count() or 1, "threads of PyTorch on the CPU", low=1)

    def __post_init__(self) -> None:
        """Check ranges, and that examples can be cropped from frames."""
        super().__post_init__()
        if self.crop % MULTIPLE:
            raise OptionError(
                "crop", f"is {self.crop}, but must be a multiple of {MULTIPLE}", "The paper has 352"
            )
        if self.crop > self.side:
            raise OptionError(
                "crop",
                f"is {self.crop}, but must be at most side, which is {self.side}",
                "The paper crops 352 pixels from 360",
            )


def schema() -> DictConfig:
    """`SuperSloMoTrainConfig` as a Hydra node; a frozen dataclass would refuse overrides."""
    node: DictConfig = OmegaConf.structured(SuperSloMoTrainConfig)
    OmegaConf.set_readonly(node, False)
    return node
