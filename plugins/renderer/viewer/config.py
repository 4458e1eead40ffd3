"""Options of the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import Options, option


class Film(Enum):
    """Where the page has the film from."""

    beside = "beside"
    inside = "inside"
    none = "none"


@dataclass(frozen=True, kw_only=True)
class ViewerConfig(Options):
    """What the page holds."""

    film: Film = option(
        Film.beside,
        "beside: found by its name from the page; inside: the page holds a copy, a third larger "
        "than the file; none: without film",
    )
