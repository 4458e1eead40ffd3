"""A video of people in; 2D keypoints, tracks, 3D poses, data files and a rendered video out.

The Python interface, loaded when first touched:

    from framework import Pipeline
    result = Pipeline.from_config(["lifter=detector3d"]).run("clip.mp4")
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framework.hookspecs import StageEntry, hookimpl
    from framework.pipeline import Pipeline
    from framework.types import (
        Detections,
        FrameBatch,
        Pose3D,
        RunResult,
        Track,
        VideoInfo,
    )

__all__ = [
    "Detections",
    "FrameBatch",
    "Pipeline",
    "Pose3D",
    "RunResult",
    "StageEntry",
    "Track",
    "VideoInfo",
    "hookimpl",
]

__version__ = "0.1.0"

_HOMES = {"Pipeline": "pipeline", "StageEntry": "hookspecs", "hookimpl": "hookspecs"}

# In a checkout that is not installed, framework.plugins and framework.conf lie beside this folder.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file() and (_checkout / "plugins").is_dir():
    __path__.append(str(_checkout))


def __getattr__(name: str) -> Any:
    """Import the home of a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'framework' has no attribute {name!r}")
    return getattr(import_module(f"framework.{_HOMES.get(name, 'types')}"), name)
