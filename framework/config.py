"""Configuration: the settings of a run, the schema of every stage, and composing both by Hydra.

Default values live in dataclasses, those of a run here and those of a backend beside it;
``conf/`` chooses among them. A built-in's YAML starts from ``schema/<stage>/<name>``; an entry
without YAML (every third party's) is offered as ``<stage>/<name>`` directly.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, make_dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_type_hints

from hydra import compose, initialize_config_module
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.devices import torch_device
from framework.errors import ConfigurationError
from framework.options import OptionError, check_options, option
from framework.registry import Registered, did_you_mean, registry
from framework.stages import CHAINS, STAGES, Runtime, Stage, StageName

CONFIG_MODULE = "framework.conf"
MAX_THREADS = 1024
"""Model runtimes crash where the system grants them fewer than they were promised."""


class Device(Enum):
    """Where stages compute."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


@dataclass(kw_only=True)
class RunConfig:
    """Settings of a run; everything that belongs to a stage sits under that stage."""

    input: Any = option(
        MISSING,
        "a video, a list of them, or a glob: clips/*.mp4; keypoints instead of a video where the "
        "detector reads such files",
    )
    output: str | None = option(
        None, "folder of the results; null: Hydra's; with -m one a job in it"
    )
    start_s: float = option(0.0, "begin here, seconds of the clip", low=0)
    end_s: float | None = option(None, "stop here, seconds of the clip; null: its end", above=0)
    stride: int = option(1, "read every Nth frame", low=1)
    device: Device = option(
        Device.auto, "auto, cpu or cuda; auto: the GPU where a stage can use one"
    )
    threads: int = option(
        lambda: os.cpu_count() or 1, "threads of a model runtime", low=1, high=MAX_THREADS
    )
    workers: int = option(1, "inputs processed at once, each in a process of its own", low=1)
    progress: bool = option(True, "show a bar on a terminal")
    resume: bool = option(False, "skip inputs whose results are there and whole")
    debug: bool = option(False, "show the traceback of an error")
    interpolator: Any = MISSING
    detector: Any = MISSING
    completeness: Any = MISSING
    tracker: Any = MISSING
    lifter: Any = MISSING
    refiner: dict[str, Any] = field(default_factory=dict)
    renderer: Any = MISSING
    exporter: dict[str, Any] = field(default_factory=dict)


class _Presets(SearchPathPlugin):
    """Adds the folders of YAML presets that third-party entries name."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        named = {item.entry.presets: item.package for item in registry().all()}
        for presets, package in named.items():
            if presets:
                search_path.append(provider=package, path=f"pkg://{presets}")


@cache
def register_schemas() -> None:
    """Hand every schema to Hydra's ConfigStore, once per process."""
    OmegaConf.register_new_resolver("first_ready", first_ready, replace=True)
    store = ConfigStore.instance()
    store.store(name="run_schema", node=RunConfig)
    for item in registry().all():
        package = f"{item.stage}.{item.entry.name}" if item.stage in CHAINS else None
        has_yaml = (
            item.builtin
            and (files(CONFIG_MODULE) / item.stage / f"{item.entry.name}.yaml").is_file()
        )
        store.store(
            group=f"schema/{item.stage}" if has_yaml else item.stage,
            name=item.entry.name,
            node=_schema(item),
            package=None if has_yaml else package,
            provider=item.package,
        )
    Plugins.instance().register(_Presets)


def _schema(item: Registered) -> DictConfig:
    """Return the entry's dataclass as a Hydra node; a single stage also carries its name."""
    config = item.entry.config
    if item.stage not in CHAINS:
        frozen = config.__dataclass_params__.frozen
        config = make_dataclass(
            config.__name__,
            [("name", str, field(default=item.entry.name))],
            bases=(config,),
            frozen=frozen,
            kw_only=True,
        )
    node: DictConfig = OmegaConf.structured(config)
    OmegaConf.set_readonly(node, False)  # a frozen dataclass is read-only, overrides are not
    return node


def first_ready(stage: StageName, *names: str) -> str:
    """Return the first implementation whose libraries and weights are all here, else the last.

    For defaults lists: ``override /detector: ${first_ready:detector,one,other}``.
    """
    known = registry().entries[stage]
    for name in names[:-1]:
        item = known.get(name)
        if item and not item.missing() and not item.to_fetch():
            return name
    return names[-1]


@cache
def path_keys() -> frozenset[str]:
    """Keys whose values are paths: ``input``, ``output`` and every field of type Path."""
    keys = {"input", "output"}
    for item in registry().all():
        chain = f".{item.entry.name}" if item.stage in CHAINS else ""
        for name, kind in get_type_hints(item.entry.config).items():
            if kind is Path or Path in getattr(kind, "__args__", ()):
                keys.add(f"{item.stage}{chain}.{name}")
    return frozenset(keys)


def compose_config(overrides: Sequence[str] = ()) -> DictConfig:
    """Compose ``conf/config.yaml`` with overrides as on the command line, without running.

    Raises:
        ConfigurationError: an override is not understood.
    """
    register_schemas()
    try:
        with initialize_config_module(CONFIG_MODULE, version_base=None):
            return compose("config", overrides=list(overrides))
    except (HydraException, OmegaConfBaseException) as error:
        raise explain(error, overrides) from error


def explain(error: Exception, overrides: Sequence[str]) -> ConfigurationError:
    """Turn an error of Hydra into one of ours, with the option that was probably meant."""
    lines = str(error).splitlines() or [type(error).__name__]
    if error.__cause__ is not None and isinstance(error, HydraException):
        lines += str(error.__cause__).splitlines()
    wanted = (
        "full_key",
        "object_type",
        "reference_type",
        "To append to your",
        "Config search",
        "See https://hydra",
    )
    lines = [line.strip() for line in lines if line.strip()]
    lines = [line for line in lines if not line.startswith((*wanted, "provider="))]
    hint = _suggestion(overrides) or "See all options: python -m framework --help"
    return ConfigurationError(" ".join(dict.fromkeys(lines)), hint)


def _suggestion(overrides: Sequence[str]) -> str:
    """Return the nearest known option or implementation for the first override that has none."""
    roots = [option.name for option in fields(RunConfig)]
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        head, _, rest = key.partition(".")
        if "=" not in override and not override.startswith(("~", "-")):
            return "Options read NAME=VALUE, no spaces: input=clip.mp4 or input=[a.mp4,b.mp4]"
        if head.startswith(("hydra", "-")) or "/" in head or head == "experiment":
            continue
        if head not in roots:
            return f"{head!r} is no option{did_you_mean(head, roots)}. See: --help"
        if head not in STAGES:
            continue
        known = registry().entries[head]
        option = rest.rpartition(".")[2]
        options = {o.name for item in known.values() for o in fields(item.entry.config)}
        if rest and option not in options:
            return f"{key!r} is no option{did_you_mean(option, sorted(options))}. See: --help"
        for name in [] if rest else value.strip("[]").split(","):
            if name and name not in known:
                return f"{head} {name!r} is not known{did_you_mean(name, known)}. " + (
                    f"Known: {', '.join(sorted(known))}"
                )
    return ""


def runtime(config: DictConfig) -> Runtime:
    """What the run grants its stages.

    Raises:
        ConfigurationError: a setting of the run is out of range.
        BackendError: a GPU is demanded and there is none.
    """
    check_options(RunConfig, config)
    device = Device(config.device)
    if device is Device.cuda:  # also for stages that would compute on the CPU anyway
        torch_device(device.value)
    return Runtime(device=device.value, threads=config.threads)


def build(stage: StageName, config: DictConfig) -> list[tuple[Registered, Stage]]:
    """Build what the configuration chose for a stage: one object, or those of a chain in order.

    Raises:
        ConfigurationError: a name is unknown or a value is out of range.
        BackendError: something that the implementation needs is missing.
    """
    granted = runtime(config)
    return [(item, item.create(settings, granted)) for item, settings in chosen(stage, config)]


def chosen(stage: StageName, config: DictConfig) -> list[tuple[Registered, object]]:
    """Who is chosen for a stage, with the settings: one, or those of a chain in order.

    Raises:
        ConfigurationError: a name is unknown or a value is out of range.
    """
    node = config[stage]
    if stage in CHAINS:
        named = [(str(name), values) for name, values in node.items()]
    else:
        values = OmegaConf.to_container(node)
        assert isinstance(values, dict)  # noqa: S101  (the schema makes it one)
        named = [(str(values.pop("name")), values)]
    return [_settings(registry().find(stage, name), values or {}, config) for name, values in named]


def _settings(
    item: Registered, values: Mapping[str, Any], config: DictConfig
) -> tuple[Registered, object]:
    try:
        typed = OmegaConf.merge(
            OmegaConf.structured(item.entry.config, flags={"readonly": False}), values
        )
        # Among the others, as a value may point to that of another stage.
        whole: dict[str, Any] = {"settings": typed}
        known = (key for key in STAGES if key in config and not OmegaConf.is_missing(config, key))
        whole.update((key, config[key]) for key in known)
        settings = OmegaConf.to_object(OmegaConf.create(whole).settings)
    except OptionError as error:
        owner = f"{item.stage}.{item.entry.name}" if item.stage in CHAINS else item.stage
        raise error.of(owner) from error
    except OmegaConfBaseException as error:
        raise explain(error, ()) from error
    return item, settings
