"""Settings of the npz exporter."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class NpzConfig:
    """How the archive is written."""

    compress: bool = field(
        default=True, metadata={"help": "pack the arrays: about a third smaller, a little slower"}
    )
