"""Writes the arrays of `framework.results` as an npz; equal results give equal bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from framework.results import to_arrays
from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .config import NpzConfig


class NpzExporter(Exporter):
    """Writes ``<target>.npz``: keys and shapes as in docs/outputs.md, no pickled objects."""

    def __init__(self, config: NpzConfig, runtime: Runtime) -> None:
        self._save = np.savez_compressed if config.compress else np.savez

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the archive; see `framework.stages.Exporter`."""
        path = target.with_name(f"{target.name}.npz")
        # NumPy gives the members of an archive a fixed date, so equal arrays give equal bytes.
        # Object arrays would be pickled, which numpy.load rejects by default: fail here instead.
        self._save(path, allow_pickle=False, **to_arrays(result))
        return [path]
