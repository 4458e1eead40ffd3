"""The settings of a run, which belong to no stage, and where ``conf/`` is.

This module imports neither Hydra nor OmegaConf: ``--help`` needs it, and must be fast.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framework.arguments import ENVIRONMENT
from framework.options import option
from framework.reading import Deinterlace

if TYPE_CHECKING:
    from omegaconf import DictConfig

CONFIG_MODULE = "framework.conf"
MAX_THREADS = 1024
"""Model runtimes crash where the system grants them fewer threads than they were promised."""
MISSING: Any = "???"
"""How OmegaConf marks a value that must be given (`omegaconf.MISSING`)."""


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
    input_fps: float | None = option(
        None, "frames per second of a folder or pattern of pictures; null: 25", above=0, high=1e4
    )
    deinterlace: Deinterlace = option(
        Deinterlace.auto,
        "interlaced films. auto: a frame of two fields, fields: a frame of each, off: as coded",
    )
    playlists: bool = option(False, "let a playlist open the files and addresses that it names")
    timeout_s: float = option(30.0, "give up an input that yields no frame for so long", above=0)
    device: Device = option(
        Device.auto, "auto, cpu or cuda; auto: the GPU where a stage can use one"
    )
    threads: int = option(
        lambda: os.cpu_count() or 1, "threads of a model runtime", low=1, high=MAX_THREADS
    )
    find_cuts: bool = option(
        True, "end tracks and motion where the film is cut to another shot (docs/tracking.md)"
    )
    repair_sides: bool = option(
        True, "exchange left and right back where a detector exchanged them (docs/tracking.md)"
    )
    workers: int = option(1, "inputs processed at once, each in a process of its own", low=1)
    progress: bool = option(True, "show a bar on a terminal")
    resume: bool = option(False, "skip inputs whose results are there and whole")
    trust: bool = option(
        False, "let a configuration given with --config-dir build objects and read the environment"
    )
    overwrite: bool = option(
        False, "replace files of the output folder that are no earlier results of the same input"
    )
    debug: bool = option(False, "show the traceback of an error")
    interpolator: Any = MISSING
    detector: Any = MISSING
    completeness: Any = MISSING
    tracker: Any = MISSING
    lifter: Any = MISSING
    refiner: dict[str, Any] = field(default_factory=dict)
    renderer: Any = MISSING
    exporter: dict[str, Any] = field(default_factory=dict)


def plain(config: DictConfig, *, folders: bool = True, masked: bool = False) -> dict[str, Any]:
    """Return a configuration as JSON types, without Hydra's own part.

    Args:
        config: a composed configuration.
        folders: whether paths keep their folders, as a run that is repeated or a worker process
            needs them. Without, a path becomes the name of its file.
        masked: leave what reads the environment unresolved: its values may be secrets.
    """
    from omegaconf import OmegaConf

    def as_text(value: object) -> str:
        if isinstance(value, Enum) or (isinstance(value, Path) and not folders):
            return value.name
        return str(value)

    container = OmegaConf.to_container(config, resolve=True, throw_on_missing=False)
    raw = OmegaConf.to_container(config, resolve=False, throw_on_missing=False)
    values = json.loads(json.dumps(container, default=as_text))
    return _without_environment(values, raw) if masked else values  # type: ignore[no-any-return]


def _without_environment(values: Any, raw: Any) -> Any:
    """Values with those that were read from the environment as they were written."""
    if isinstance(values, dict) and isinstance(raw, dict):
        return {key: _without_environment(each, raw.get(key)) for key, each in values.items()}
    if isinstance(values, list) and isinstance(raw, list) and len(raw) == len(values):
        return [_without_environment(*pair) for pair in zip(values, raw, strict=True)]
    return raw if isinstance(raw, str) and ENVIRONMENT in raw else values
