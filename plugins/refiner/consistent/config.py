"""Options of the consistent refiner."""

from __future__ import annotations

from dataclasses import dataclass

from framework.focal import LONGEST, SHORTEST
from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class ConsistentConfig(Options):
    """The camera that recorded the clip."""

    focal: float | None = option(
        None,
        "focal length, in lengths of the image's longer side; follows lifter.focal",
        above=SHORTEST,
        below=LONGEST,
    )
