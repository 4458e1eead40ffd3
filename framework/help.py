"""What ``--help`` prints: every stage with its choices, every option with its value now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from importlib.resources import files
from textwrap import wrap
from typing import Any

from framework.config import CONFIG_MODULE, RunConfig, compose_config
from framework.record import plain
from framework.registry import registry
from framework.stages import CHAINS, STAGES

WIDTH = 100
_INTRODUCTION = """\
A video of people in; 2D keypoints, tracked people, 3D poses, data files and a rendered video out.

Usage: python -m framework input=VIDEO [STAGE=NAME] [STAGE.OPTION=VALUE] [experiment=NAME]

  python -m framework input=clip.mp4
  python -m framework input='clips/*.mp4' output=results workers=2 renderer=none
  python -m framework input=clip.mp4 tracker=largest renderer.format=gif exporter=[npz]
  python -m framework -m input=a.mp4,b.mp4 tracker=largest_complete,largest    (a sweep)

Any file name works; quote it for your shell only. STAGE=NAME --help shows that choice's options.
See also: python -m framework.list (what is installed), --cfg job (the configuration, not run),
--hydra-help (flags of Hydra).
"""


def help_text(overrides: Sequence[str] = ()) -> str:
    """Return the text for a command line.

    Raises:
        ConfigurationError: an override is not understood.
    """
    config = plain(compose_config(overrides))
    parts = [
        _INTRODUCTION,
        "Stages (* is chosen now; refiner and exporter take lists: exporter=[npz,csv])",
        *_stages(config),
        "",
        "Presets: several options at once; what else is on the command line still wins",
        *_presets(),
        "",
        "Options of the run",
        *_lines((o.name, config[o.name], o.metadata["help"]) for o in _run_options()),
        "",
        "Options of the chosen stages",
        *_lines(_stage_options(config)),
    ]
    return "\n".join(parts) + "\n"


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
        folder = files(package) / "experiment"
        presets = folder.iterdir() if folder.is_dir() else ()
        for file in sorted(presets, key=lambda file: file.name):
            name, dot, suffix = file.name.rpartition(".")
            if dot and suffix == "yaml":
                first, *rest = wrap(_sentence(file.read_text(encoding="utf-8")), WIDTH - 24)
                yield f"  {'experiment=' + name:21} {first}"
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
            for option in fields(registry().find(stage, name).entry.config):
                text = option.metadata.get("help", "")
                yield f"{prefix}.{option.name}", values[option.name], text


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
