"""Options of the select tracker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import OptionError, option

from .._association.config import AssociationConfig


class Order(Enum):
    """In which order ``index`` counts people."""

    left_to_right = "left_to_right"
    size = "size"


@dataclass(frozen=True, kw_only=True)
class SelectConfig(AssociationConfig):
    """Whom to follow: one of ``index``, ``at`` and ``box``; with none of them ``index=0``."""

    index: int | None = option(
        None,
        "number of the person, from 0, in the first frame with enough people",
        low=0,
    )
    order: Order = option(
        Order.left_to_right, "how index counts: left_to_right, or size (the largest is 0)"
    )
    at: list[float] | None = option(
        None,
        "[x, y, t]: the person whose box contains this point at this time, pixels, seconds",
        length=3,
    )
    box: list[float] | None = option(
        None,
        "[x1, y1, x2, y2, t]: the person whose box overlaps this one most, pixels, seconds",
        length=5,
    )
    confirm_s: float = option(
        0.5, "people who are seen for less than this in total cannot be chosen, seconds", low=0
    )

    def __post_init__(self) -> None:
        """Check ranges, and that the person is selected in one way."""
        super().__post_init__()
        given = [name for name in ("index", "at", "box") if getattr(self, name) is not None]
        if len(given) > 1:
            raise OptionError(
                given[0],
                f"is given together with {' and '.join(given[1:])}",
                "Select the person in one way only",
            )
