"""A video of people in; 2D keypoints, tracks, 3D poses, data files and a rendered video out.

The Python interface, loaded when first touched:

    from framework import Pipeline
    result = Pipeline.from_config(["lifter=detector3d"]).run("clip.mp4")
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import MetaPathFinder

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

_FOLDERS = ("plugins", "conf", "checkpoint")
_checkout = Path(__file__).resolve().parent.parent


class _Checkout:
    """Finds ``framework.plugins`` and its like beside this folder, where they lie in a checkout.

    In a wheel they lie inside it, and Python finds them by itself. It has the one method of an
    `importlib.abc.MetaPathFinder`; importing that module would double the time of this one.
    """

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Answer for exactly these folders; what is below them Python finds by itself."""
        project, _, name = fullname.partition(".")
        if project != __name__ or name not in _FOLDERS:
            return None
        folder = _checkout / name
        return spec_from_file_location(
            fullname, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


if (_checkout / "pyproject.toml").is_file() and (_checkout / "plugins").is_dir():
    _finder: MetaPathFinder = _Checkout()  # type: ignore[assignment]
    sys.meta_path.append(_finder)


def __getattr__(name: str) -> Any:
    """Import the home of a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'framework' has no attribute {name!r}")
    return getattr(import_module(f"framework.{_HOMES.get(name, 'types')}"), name)
