"""Settings of a training run."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from framework.options import OptionError
from framework.plugins.interpolator.super_slomo.training.config import (
    SuperSloMoTrainConfig,
    schema,
)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crop": 100}, "crop is 100, but must be a multiple of 32"),
        ({"crop": 0}, "crop is 0, but must be at least 32"),
        ({"crop": 384}, "crop is 384, but must be at most side, which is 360"),
        ({"span": 1}, "span is 1, but must be at least 2"),
        ({"steps": 0}, "steps is 0, but must be at least 1"),
        ({"batch_size": 0}, "batch_size is 0, but must be at least 1"),
        ({"width": 0}, "width is 0, but must be at least 1"),
        ({"threads": 0}, "threads is 0, but must be at least 1"),
        ({"device": "gpu"}, "device is gpu, but must be one of auto, cpu, cuda"),
    ],
)
def test_a_value_out_of_range_is_named(options, message):
    with pytest.raises(OptionError) as error:
        SuperSloMoTrainConfig(clips=Path("clips"), output=Path("mine.ckpt"), **options)
    assert error.value.message == message


def test_the_schema_takes_overrides_and_becomes_the_dataclass():
    node = OmegaConf.merge(schema(), {"clips": "a", "output": "b.ckpt", "side": 64, "crop": 64})
    config = OmegaConf.to_object(node)
    assert isinstance(config, SuperSloMoTrainConfig)
    assert (config.clips, config.output, config.initial) == (Path("a"), Path("b.ckpt"), None)
    assert (config.side, config.steps, config.learning_rate) == (64, 100_000, 1e-4)
