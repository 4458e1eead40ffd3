"""Options of the root refiner."""

from __future__ import annotations

from dataclasses import dataclass

from framework.focal import LONGEST, SHORTEST
from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class RootConfig(Options):
    """The camera that recorded the clip, and the body height of people."""

    focal: float | None = option(
        None,
        "focal length, in lengths of the image's longer side; follows lifter.focal",
        above=SHORTEST,
        below=LONGEST,
    )
    person_height_m: list[float] = option(
        lambda: [],
        "body height in metres: [1.75] of everybody, [1.8,1.6] by track; []: estimated",
        above=0.3,
        below=3,
    )
