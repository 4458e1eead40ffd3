"""A sample video with exact truth: people made of smooth solids in a lit room.

    from framework.lab.sample import default_scene, render, render_frame, truth

World: metres, z up, floor at 0, a person of heading 0 faces along x. Camera and image axes are
those of `framework.geometry.camera`. Modules are imported when a name of theirs is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framework.lab.sample.clip import render
    from framework.lab.sample.frame import render_frame
    from framework.lab.sample.ground_truth import truth
    from framework.lab.sample.scene import Camera, Person, Scene, View, default_scene

__all__ = [
    "Camera",
    "Person",
    "Scene",
    "View",
    "default_scene",
    "render",
    "render_frame",
    "truth",
]

_MODULES = {"render": "clip", "render_frame": "frame", "truth": "ground_truth"}


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'framework.lab.sample' has no attribute {name!r}")
    return getattr(import_module(f"framework.lab.sample.{_MODULES.get(name, 'scene')}"), name)
