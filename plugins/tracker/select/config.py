"""Settings of the select tracker."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from framework.errors import ConfigurationError

from .._association.config import AssociationConfig


class Order(Enum):
    """How people are counted by ``index``."""

    left_to_right = "left_to_right"
    size = "size"


@dataclass(frozen=True, kw_only=True)
class SelectConfig(AssociationConfig):
    """Whom to follow: one of ``index``, ``at`` and ``box``; with none of them ``index=0``."""

    index: int | None = field(
        default=None,
        metadata={"help": "number of the person from 0, where at least so many are first in view"},
    )
    order: Order = field(
        default=Order.left_to_right,
        metadata={"help": "how index counts: left_to_right, or size (the largest is 0)"},
    )
    at: list[float] | None = field(
        default=None,
        metadata={"help": "[x, y, t]: whose box holds this point at this time, pixels, seconds"},
    )
    box: list[float] | None = field(
        default=None,
        metadata={"help": "[x1, y1, x2, y2, t]: whose box is most like this one, pixels, seconds"},
    )
    confirm_s: float = field(
        default=0.5,
        metadata={"help": "who is seen for less than this in all cannot be chosen, seconds"},
    )

    def __post_init__(self) -> None:
        """Check ranges, and that there is one choice."""
        AssociationConfig.__post_init__(self)
        given = [name for name in ("index", "at", "box") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ConfigurationError(
                f"tracker=select was told {' and '.join(f'tracker.{name}' for name in given)}",
                "name the person in one way only",
            )
        if self.index is not None and self.index < 0:
            raise ConfigurationError(
                f"tracker.index must not be negative, but is {self.index}",
                "0 is the first from the left (or the largest, with tracker.order=size)",
            )
        if self.confirm_s < 0:
            raise ConfigurationError(
                f"tracker.confirm_s must not be negative, but is {self.confirm_s}",
                "0 accepts a person who is seen in two frames",
            )
        _expect_numbers("at", self.at, "[x, y, t]")
        _expect_numbers("box", self.box, "[x1, y1, x2, y2, t]")


def _expect_numbers(name: str, values: list[float] | None, form: str) -> None:
    if values is not None and len(values) != len(form.split(",")):
        raise ConfigurationError(
            f"tracker.{name} has {len(values)} numbers",
            f"it must be {form}: pixels of the upright frame, and seconds",
        )
