"""Options of a training run; ``conf/train/temporal.yaml`` starts from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any, cast

from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.errors import ConfigurationError
from framework.lab.motion.sources import MotionSource
from framework.options import Options, option
from framework.train import with_new_names

from .loop import Schedule
from .recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Options):
    """Options of ``python -m framework.train``."""

    motion_root: str = option(MISSING, "folder of the recordings")
    output: str = option(MISSING, "folder of checkpoint, log, weights and model card")
    motion: list[MotionSource] = option(MISSING, "recordings to train on")
    split: str = option(MISSING, "JSON file with people by part: train, validation, test")
    tensorboard: bool = option(False, "also log for TensorBoard, into output/tensorboard")
    simulation: str | None = option(
        None,
        "folder of python -m framework.simulate: errors of a real detector",
        formerly=("rehearsal",),
    )
    initial: str | None = option(None, "weight file to start from; null: random weights")
    network: Any = option(MISSING, "class of the network (_target_) and its arguments")
    recipe: Recipe = field(default_factory=Recipe, metadata={"help": "how batches are made"})
    schedule: Schedule = field(default_factory=Schedule, metadata={"help": "steps and rates"})
    seed: int = option(0, "seed of all random numbers")
    device: str = option("cpu", "device of PyTorch: cpu, cuda, or cuda:1 of several GPUs")
    threads: int = option(2, "threads of PyTorch", low=1)


def schema() -> DictConfig:
    """`TrainConfig` as a Hydra node that can be overridden: frozen dataclasses are read-only."""
    node: DictConfig = OmegaConf.structured(TrainConfig)
    for part in _nodes(node):
        OmegaConf.set_readonly(part, False)
    return node


def _nodes(node: DictConfig) -> Iterator[DictConfig]:
    """The node and those of the dataclasses in it."""
    yield node
    for key in node:
        if not OmegaConf.is_missing(node, key) and isinstance(node[key], DictConfig):
            if is_dataclass(OmegaConf.get_type(node[key])):
                yield from _nodes(node[key])


def compose_train(overrides: Sequence[str]) -> TrainConfig:
    """Compose ``conf/train/temporal.yaml`` with overrides as on the command line.

    Raises:
        ConfigurationError: an override is not understood, or a value is not allowed.
    """
    ConfigStore.instance().store(name="train_schema", node=schema())
    try:
        with initialize_config_module("framework.conf", version_base=None):
            settings = compose("train/temporal", with_new_names(overrides, TrainConfig))
            return cast(TrainConfig, OmegaConf.to_object(settings))
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigurationError(
            str(error), "Options are those of conf/train/temporal.yaml."
        ) from error
