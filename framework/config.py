"""Configuration: the settings of a run, the schema of every stage, and composing both by Hydra.

Default values live in dataclasses, those of a run here and those of a backend beside it;
``conf/`` chooses among them. A built-in's YAML starts from ``schema/<stage>/<name>``; an entry
without YAML (every third party's) is offered as ``<stage>/<name>`` directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, cast, get_type_hints

from hydra import compose, initialize_config_module
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.devices import torch_device
from framework.errors import ConfigurationError
from framework.options import OptionError, check_options
from framework.reading import Deinterlace, Reading
from framework.registry import Registered, did_you_mean, registry
from framework.schemas import has_yaml, old_names, rename_options, stage_schema, with_old_names
from framework.settings import CONFIG_MODULE, Device, RunConfig
from framework.stages import CHAINS, STAGES, Runtime, Stage, StageName

VALUED_FLAGS = "-c --cfg -p --package -cp --config-path -cn --config-name -cd --config-dir".split()
"""Flags of Hydra that the next argument belongs to."""

_UNKNOWN = re.compile(r"Could not (?:find|load) '(\w+)/([^']+)'")
_NAME = re.compile(r"(?!(?i:null|true|false|nan|inf|yes|no|on|off)$)[^\W\d]\w*|\$\{.*\}")
"""What Hydra's grammar takes for a name, and not for a number or a truth value."""
_LACKING = re.compile(r"Key '(\w+)' not in '(\w+)'")


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
    store.store(name="run_schema", node=with_old_names(RunConfig))
    for item in registry().all():
        package = f"{item.stage}.{item.entry.name}" if item.stage in CHAINS else None
        store.store(
            group=f"schema/{item.stage}" if has_yaml(item) else item.stage,
            name=item.entry.name,
            node=stage_schema(item),
            package=None if has_yaml(item) else package,
            provider=item.package,
        )
    Plugins.instance().register(_Presets)


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
        former = old_names(item.entry.config)
        for name, kind in get_type_hints(item.entry.config).items():
            if kind is Path or Path in getattr(kind, "__args__", ()):
                names = (name, *(old for old, new in former.items() if new == name))
                keys.update(f"{item.stage}{chain}.{each}" for each in names)
    return frozenset(keys)


def named_files(config: DictConfig, source: Path) -> dict[str, Path]:
    """Files and folders that options name and that exist, by the name of the option.

    Args:
        config: a composed configuration.
        source: the input; its names stand for ``{stem}`` and ``{name}`` in the options.
    """
    found = {}
    for key in sorted(path_keys() - {"input", "output"}):
        value = OmegaConf.select(config, key)
        if value is None:
            continue
        text = str(value).replace("{stem}", source.stem).replace("{name}", source.name)
        if Path(text).exists():
            found[key] = Path(text)
    return found


def compose_config(overrides: Sequence[str] = ()) -> DictConfig:
    """Compose ``conf/config.yaml`` with overrides as on the command line, without running.

    Raises:
        ConfigurationError: an override is not understood.
    """
    register_schemas()
    check_choices(overrides)
    try:
        with initialize_config_module(CONFIG_MODULE, version_base=None):
            config = compose("config", overrides=list(overrides))
        return rename_options(config)
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
    text = " ".join(dict.fromkeys(lines))
    if named := _UNKNOWN.search(text):
        group, name = named.groups()
        if group in STAGES:
            try:  # the registry's error says most: who was not loaded, and why
                registry().find(cast(StageName, group), name)
            except ConfigurationError as unknown:
                return unknown
        listed = text.partition("Available options in")[2].partition(":")[2].split()
        meant = did_you_mean(name, listed)
        return ConfigurationError(f"{group} {name!r} is not known{meant}", _known(listed))
    if "raised while composing" in text and (lacks := _options_of_class(text)):
        source = text.partition("'")[2].partition("'")[0]
        return ConfigurationError(
            f"{source} sets an option that is not there: {lacks.partition(';')[0]}",
            f"Leave the choice to {source}, or write a copy of it without that option.",
        )
    hint = _suggestion(_without_flags(overrides), text) or _options_of_class(text)
    return ConfigurationError(text, hint or "See all options: python -m framework --help")


def check_choices(overrides: Sequence[str]) -> None:
    """Refuse what is no choice of a stage and what Hydra would answer in words of its own.

    Raises:
        ConfigurationError: null, or a list for a stage that takes one name.
    """
    for override in overrides:
        stage, _, value = override.partition("=")
        owner, _, option = stage.partition(".")
        if owner in STAGES and owner not in CHAINS and option == "name":
            raise ConfigurationError(f"{override} chooses nothing", f"Write {owner}={value}")
        if value == "???" and stage not in path_keys():
            raise ConfigurationError(f"{override} sets nothing", "??? stands for a missing value.")
        if stage not in STAGES:
            continue
        names = [name.strip(" '\"") for name in value.strip("[]").split(",")]
        named = value == "[]" or all(_NAME.fullmatch(name) for name in names)
        if not named or (value.startswith("[") and stage not in CHAINS):
            takes = "a list of names, or []" if stage in CHAINS else "one name"
            raise ConfigurationError(
                f"{override} is not possible: {stage} takes {takes}",
                _known(registry().entries[stage]),
            )


def _known(names: Iterable[str]) -> str:
    return f"Known: {', '.join(sorted(names))}"


def _without_flags(arguments: Sequence[str]) -> list[str]:
    """The overrides among the arguments of a command line."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return [each for before, each in pairs if each[:1] != "-" and before not in VALUED_FLAGS]


def _options_of_class(text: str) -> str:
    """Where an option exists, but not in what is chosen: say what that has."""
    lacking = _LACKING.search(text)
    for item in registry().all() if lacking else ():
        if lacking and item.entry.config.__name__ == lacking[2]:
            owner = f"{item.stage}.{item.entry.name}" if item.stage in CHAINS else item.stage
            names = ", ".join(f"{owner}.{option.name}" for option in fields(item.entry.config))
            said = f"{item.stage}={item.entry.name} has no option {lacking[1]!r}"
            return f"{said}; its options: {names or 'none'}"
    return ""


def _chain_hint(key: str, text: str) -> str:
    """What is wrong with the key of an option of a stage that takes a list; "" if nothing is."""
    stage, name, *option = (*key.split(".", 2), "")[:3] if "." in key else (key, "", "")
    known = next((registry().entries[each] for each in CHAINS if each == stage), {})
    if name not in known or not any(option):
        meant = did_you_mean(name, known) if any(option) else ""
        return f"Write {stage}.NAME.OPTION=VALUE{meant}. {_known(known)}"
    return f"{stage} {name!r} is not chosen; {stage}=[{name}] chooses it" * ("in struct" in text)


def _suggestion(overrides: Sequence[str], text: str) -> str:
    """Return the nearest known option or implementation for the first override that has none."""
    roots = [option.name for option in fields(RunConfig)]
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        head, _, rest = key.partition(".")
        if "=" not in override and not override.startswith("~"):
            return "Options read NAME=VALUE, no spaces: input=clip.mp4 or input=[a.mp4,b.mp4]"
        if head.startswith("hydra") or "/" in head or head == "experiment":
            continue
        if head not in roots:
            return f"{head!r} is no option{did_you_mean(head, roots)}. See: --help"
        if head not in STAGES:
            continue
        known = registry().entries[head]
        if head in CHAINS and f"override '{key}'" in text and (hint := _chain_hint(key, text)):
            return hint
        option = rest.rpartition(".")[2]
        options = {o.name for item in known.values() for o in fields(item.entry.config)}
        former = {old for item in known.values() for old in old_names(item.entry.config)}
        if rest and option not in options | former:
            return f"{key!r} is no option{did_you_mean(option, sorted(options))}. See: --help"
        for name in [] if rest else value.strip("[]").split(","):
            if name and name not in known:
                return f"{head} {name!r} is not known{did_you_mean(name, known)}. {_known(known)}"
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


def reading(config: DictConfig) -> Reading:
    """How the input of a run is read."""
    return Reading(
        deinterlace=Deinterlace(config.deinterlace),
        playlists=config.playlists,
        timeout_s=config.timeout_s,
    )


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
