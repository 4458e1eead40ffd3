"""Options of the all tracker."""

from __future__ import annotations

from dataclasses import dataclass

from .._association.config import AssociationConfig, MultiPersonConfig


@dataclass(frozen=True, kw_only=True)
class AllConfig(MultiPersonConfig, AssociationConfig):
    """Which people get a track, and how they are recognised."""
