"""Settings of a training run; ``conf/train/temporal.yaml`` fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.errors import ConfigurationError
from framework.lab.motion.sources import Source

from .loop import Schedule
from .recipe import Recipe


@dataclass(kw_only=True)
class TrainConfig:
    """Settings of ``python -m framework.train``.

    Attributes:
        tensorboard: also log for TensorBoard, into ``output/tensorboard``.
        rehearsal: folder of ``python -m framework.rehearse``: errors of a real detector; or None.
        initial: weight file to begin with; None begins by chance.
    """

    motion_root: str = MISSING
    output: str = MISSING
    motion: list[Source] = MISSING
    split: str = MISSING
    tensorboard: bool = False
    rehearsal: str | None = None
    initial: str | None = None
    network: Any = MISSING
    recipe: Recipe = field(default_factory=Recipe)
    schedule: Schedule = field(default_factory=Schedule)
    seed: int = 0
    device: str = "cpu"
    threads: int = 2


def schema() -> DictConfig:
    """`TrainConfig` as a Hydra node; frozen parts would otherwise refuse overrides."""
    node: DictConfig = OmegaConf.structured(TrainConfig)
    for part in (node.recipe, node.recipe.bodies, node.recipe.cameras, node.recipe.noise):
        OmegaConf.set_readonly(part, False)
    OmegaConf.set_readonly(node.schedule, False)
    return node


def compose_train(overrides: Sequence[str]) -> TrainConfig:
    """Compose ``conf/train/temporal.yaml`` with overrides as on the command line.

    Raises:
        ConfigurationError: an override is not understood.
    """
    ConfigStore.instance().store(name="train_schema", node=schema())
    try:
        with initialize_config_module("framework.conf", version_base=None):
            return cast(
                TrainConfig, OmegaConf.to_object(compose("train/temporal", list(overrides)))
            )
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigurationError(
            str(error), "Options are those of conf/train/temporal.yaml."
        ) from error
