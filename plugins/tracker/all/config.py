"""Settings of the all tracker."""

from __future__ import annotations

from dataclasses import dataclass

from .._association.config import AssociationConfig, EverybodyConfig


@dataclass(frozen=True, kw_only=True)
class AllConfig(EverybodyConfig, AssociationConfig):
    """Whom to keep, and how to recognise people."""

    def __post_init__(self) -> None:
        """Check ranges."""
        AssociationConfig.__post_init__(self)
        EverybodyConfig.__post_init__(self)
