"""A sample clip with exact truth: people made of smooth solids in a lit room.

    from framework.lab.sample import default_scene, render, render_frame, truth

World: metres, z up, floor at 0, a person of heading 0 looks along x. Camera and image axes as
everywhere (see `framework.geometry.camera`). Names are loaded when first touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framework.lab.sample.clip import render
    from framework.lab.sample.ground_truth import truth
    from framework.lab.sample.picture import render_frame
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

_HOMES = {"render": "clip", "render_frame": "picture", "truth": "ground_truth"}


def __getattr__(name: str) -> Any:
    """Import the home of a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'framework.lab.sample' has no attribute {name!r}")
    return getattr(import_module(f"framework.lab.sample.{_HOMES.get(name, 'scene')}"), name)
