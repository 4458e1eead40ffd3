"""The default configuration, composed without Hydra.

``--help`` without options is the first command of most users, and Hydra's parser and search path
take twice as long to import and run as everything else that it needs. The defaults list of
``conf/config.yaml`` is plain, so OmegaConf alone can compose it; a test compares the result with
that of Hydra.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf, open_dict

from framework.registry import registry
from framework.settings import CONFIG_MODULE, RunConfig
from framework.stages import CHAINS, STAGES, StageName


def default_config() -> DictConfig:
    """Return what ``framework.config.compose_config()`` returns, old names of options excepted."""
    config: DictConfig = OmegaConf.structured(RunConfig)
    page = _read("config.yaml")
    chosen = {
        key: value
        for part in page["defaults"]
        if isinstance(part, dict)
        for key, value in part.items()
    }
    for stage in STAGES:
        if stage in CHAINS:
            config[stage] = {name: _part(stage, name) for name in chosen[stage]}
        else:
            config[stage] = _part(stage, chosen[stage])
            with open_dict(config[stage]):
                config[stage].name = chosen[stage]
    return config


def _part(stage: StageName, name: str) -> DictConfig:
    """One entry's options: the defaults of its dataclass, then the values of its file."""
    part = OmegaConf.structured(registry().find(stage, name).entry.config)
    values = {
        key: value for key, value in _read(stage, f"{name}.yaml").items() if key != "defaults"
    }
    OmegaConf.set_readonly(part, False)  # as in `framework.schemas.stage_schema`
    merged = OmegaConf.merge(part, values)
    assert isinstance(merged, DictConfig)  # noqa: S101  (both are)
    return merged


def _read(*path: str) -> dict[str, Any]:
    """A YAML file of ``conf/``."""
    text = Path(import_module(CONFIG_MODULE).__path__[0], *path).read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(text)
    return values
