"""Options of the npz exporter."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class NpzConfig(Options):
    """How the archive is written."""

    compress: bool = option(
        True, "compress the arrays: about a third smaller, a little slower to write"
    )
