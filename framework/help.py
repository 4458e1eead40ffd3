"""What ``--help`` prints: every stage with its choices, every option with its value now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, fields
from importlib import import_module
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from framework.options import allowed_in_words
from framework.registry import registry
from framework.settings import CONFIG_MODULE, RunConfig, plain
from framework.stages import CHAINS, STAGES

if TYPE_CHECKING:
    from omegaconf import DictConfig

WIDTH = 100
_INTRODUCTION = """\
A video of people in; 2D keypoints, tracked people, 3D poses, data files and a rendered video out.

Usage: framework input=VIDEO [STAGE=NAME] [STAGE.OPTION=VALUE] [experiment=NAME]
       (or python -m framework, where the command is not on the path)

  framework input=clip.mp4
  framework input='clips/*.mp4' output=results workers=2 renderer=none
  framework input=clip.mp4 tracker=largest renderer.format=gif exporter=[npz]
  framework -m input=a.mp4,b.mp4 tracker=largest_complete,largest    (a sweep)

Any file name works; quote it for your shell only. STAGE=NAME --help shows that choice's options.
See also: python -m framework.list (what is installed), --cfg job (the configuration, not run),
--hydra-help (flags of Hydra). Completion in bash: eval "$(framework -sc install=bash)".
"""


def help_text(overrides: Sequence[str] = ()) -> str:
    """Return the text for a command line.

    Raises:
        ConfigurationError: an override is not understood.
    """
    config = plain(_composed(overrides))
    parts = [
        _INTRODUCTION,
        "Stages (* is chosen now; refiner and exporter take lists: exporter=[npz,csv])",
        *_stages(config),
        "",
        "Presets: several options at once; what else is on the command line still wins",
        *_presets(),
        "",
        "Options of the run",
        *_lines((o.name, config[o.name], _meaning(RunConfig, o)) for o in _run_options()),
        "",
        "Options of the chosen stages",
        *_lines(_stage_options(config)),
    ]
    return "\n".join(parts) + "\n"


def _composed(overrides: Sequence[str]) -> DictConfig:
    """The configuration of a command line; without options Hydra is not even imported."""
    if not overrides:
        from framework.defaults import default_config

        return default_config()
    from framework.arguments import quote_paths
    from framework.config import compose_config, path_keys

    return compose_config(quote_paths(overrides, path_keys()))


def _meaning(config: type[Any], option: Field[Any]) -> str:
    """What an option is for, and which values it may have."""
    text: str = option.metadata.get("help", "")
    allowed = allowed_in_words(config, option)
    return f"{text}; {allowed}" if allowed else text


def _run_options() -> Iterator[Any]:
    return (option for option in fields(RunConfig) if option.name not in STAGES)


def _chosen(config: Mapping[str, Any], stage: str) -> list[str]:
    node = config[stage]
    return list(node) if stage in CHAINS else [node["name"]]


def _stages(config: Mapping[str, Any]) -> Iterator[str]:
    for stage in STAGES:
        yield f"  {stage}="
        for name, item in registry().entries[stage].items():
            mark = "*" if name in _chosen(config, stage) else " "
            source = f"{item.package} {item.version}"
            licence = f", {item.entry.licence}" if item.entry.licence else ""
            text = f"{item.entry.summary} [{source}{licence}]"
            first, *rest = wrap(text, WIDTH - 24)
            yield f"   {mark} {name:18} {first}"
            yield from (f"{'':24}{line}" for line in rest)


def _presets() -> Iterator[str]:
    """Every experiment with the first sentence of the comment at the head of its file."""
    named = (item.entry.presets for item in registry().all())
    for package in dict.fromkeys((CONFIG_MODULE, *filter(None, named))):
        for folder in import_module(package).__path__:
            for file in sorted(Path(folder, "experiment").glob("*.yaml")):
                first, *rest = wrap(_sentence(file.read_text(encoding="utf-8")), WIDTH - 24)
                yield f"  {'experiment=' + file.stem:21} {first}"
                yield from (f"{'':24}{line}" for line in rest)


def _sentence(text: str) -> str:
    comments = (line[1:].strip() for line in text.splitlines() if line.startswith("#"))
    whole = " ".join(line for line in comments if not line.startswith("@package"))
    return whole.partition(". ")[0].rstrip(".") or "no comment in its file"


def _stage_options(config: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for stage in STAGES:
        for name in _chosen(config, stage):
            values = config[stage][name] if stage in CHAINS else config[stage]
            prefix = f"{stage}.{name}" if stage in CHAINS else stage
            options = registry().find(stage, name).entry.config
            for option in fields(options):
                yield f"{prefix}.{option.name}", values[option.name], _meaning(options, option)


def _lines(options: Iterator[tuple[str, Any, str]]) -> Iterator[str]:
    for name, value, text in options:
        setting = f"  {name}={_shown(value)}"
        first, *rest = wrap(text, WIDTH - 42) or [""]
        if len(setting) > 40:
            yield setting
            setting = ""
        yield f"{setting:41} {first}".rstrip()
        yield from (f"{'':42}{line}" for line in rest)


def _shown(value: Any) -> str:
    """Write a value as one would on the command line."""
    if isinstance(value, list):
        return f"[{','.join(_shown(part) for part in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
