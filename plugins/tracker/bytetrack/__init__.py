"""Follows all people by their boxes, with ByteTrack."""

from __future__ import annotations

from framework.hookspecs import Module, StageEntry, hookimpl

from .config import ByteTrackConfig


@hookimpl
def register_trackers() -> list[StageEntry]:
    """Announce the tracker."""
    return [
        StageEntry(
            name="bytetrack",
            summary="every person, by ByteTrack of Roboflow's trackers library: boxes only",
            config=ByteTrackConfig,
            factory=f"{__name__}.bytetrack:ByteTrack",
            requires=(Module(name="trackers", install='pip install "framework[bytetrack]"'),),
            licence="Apache-2.0",
            homepage="https://github.com/roboflow/trackers",
        )
    ]
