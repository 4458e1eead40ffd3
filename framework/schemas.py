"""Schemas: what OmegaConf checks a configuration against, old names of options included.

An option that was renamed (``option(..., formerly=("old",))``) keeps its old name in the schema, so
Hydra accepts it wherever it is written: on the command line, in a preset, in a saved
``clip_config.yaml``. `rename_options` then moves the value to the new name, once, before anything
else reads the configuration.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import field, fields, make_dataclass
from importlib.resources import files
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from framework.errors import ConfigurationError
from framework.options import allowed_of
from framework.registry import Registered, registry
from framework.settings import CONFIG_MODULE, MISSING, RunConfig
from framework.stages import CHAINS, STAGES

log = logging.getLogger(__name__)


def old_names(config: type[Any]) -> dict[str, str]:
    """Return the present name of each option of a config dataclass by its former ones."""
    return {
        old: declared.name for declared in fields(config) for old in allowed_of(declared).formerly
    }


def with_old_names(config: type[Any], **more: Any) -> type[Any]:
    """Return a config dataclass that also has fields for old names, which nobody needs to set.

    Args:
        config: the dataclass.
        more: further fields of type str, and their defaults.
    """
    old = [(name, Any, field(default=MISSING)) for name in old_names(config)]
    if not old and not more:
        return config
    return make_dataclass(
        config.__name__,
        [*((name, str, field(default=value)) for name, value in more.items()), *old],
        bases=(config,),
        frozen=config.__dataclass_params__.frozen,
        kw_only=True,
    )


def stage_schema(item: Registered) -> DictConfig:
    """Return an entry's dataclass as a Hydra node; that of a single stage also holds its name."""
    name = {} if item.stage in CHAINS else {"name": item.entry.name}
    node: DictConfig = OmegaConf.structured(with_old_names(item.entry.config, **name))
    OmegaConf.set_readonly(node, False)  # a frozen dataclass is read-only, overrides are not
    return node


def has_yaml(item: Registered) -> bool:
    """Whether an entry is chosen through a file of ``conf/``, as every built-in is."""
    file = files(CONFIG_MODULE) / item.stage / f"{item.entry.name}.yaml"
    return item.builtin and file.is_file()


def rename_options(config: DictConfig) -> DictConfig:
    """Move values from old names of options to the present ones, in place, and say so.

    Args:
        config: a composed configuration; one without old names stays as it is.

    Returns:
        The same configuration. A value under an old name replaces one under the present name.

    Raises:
        ConfigurationError: a value is of another type than the option.
    """
    for owner, node, declared in _parts(config):
        for old, new in old_names(declared).items():
            if old not in node.keys():
                continue
            with open_dict(node):
                if not OmegaConf.is_missing(node, old):
                    value = OmegaConf.to_container(node)[old]  # type: ignore[call-overload,index]
                    try:
                        node[new] = value
                    except OmegaConfBaseException as error:
                        reason = str(error).splitlines()[0]
                        hint = f"{owner}{old} is called {owner}{new} now."
                        raise ConfigurationError(f"{owner}{old}: {reason}", hint) from error
                    log.warning(
                        "%s%s is called %s%s now; the old name will not work in the next version",
                        *(owner, old, owner, new),
                    )
                del node[old]
    return config


def _parts(config: DictConfig) -> Iterator[tuple[str, DictConfig, type[Any]]]:
    """The run's own options and those of each chosen stage: prefix, node and dataclass."""
    yield "", config, RunConfig
    for stage in STAGES:
        node = config.get(stage) if stage in config else None
        known: Mapping[str, Registered] = registry().entries[stage]
        if not isinstance(node, DictConfig):
            continue
        names = list(node) if stage in CHAINS else [node.get("name")]
        for name in filter(known.__contains__, names):
            part = node[name] if stage in CHAINS else node
            if isinstance(part, DictConfig):
                prefix = f"{stage}.{name}." if stage in CHAINS else f"{stage}."
                yield prefix, part, known[str(name)].entry.config
