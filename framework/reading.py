"""How the input of a run is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Deinterlace(Enum):
    """What becomes of the two fields of an interlaced frame."""

    auto = "auto"
    fields = "fields"
    off = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is read.

    Attributes:
        deinterlace: auto makes one whole frame of two fields, fields one of each.
        playlists: whether a playlist may open the files that it names.
        timeout_s: seconds without any frame after which a file is given up.
    """

    deinterlace: Deinterlace = Deinterlace.auto
    playlists: bool = False
    timeout_s: float = 30.0
