"""Detections of rendered people beside the exact truth, as files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from framework.errors import InputError
from framework.results import BROKEN
from framework.types import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """N windows of T frames at 30 frames per second; the names of the fields are the npz keys.

    Attributes:
        keypoints: (N, T, 17, 2) float32 COCO-17 in units of the focal length, 0 where missing.
        scores: (N, T, 17) float32 in 0..1, on the scale of `framework.scores.calibrated`; 0 where
            missing.
        points: (N, T, 23, 3) float32, the truth: `BODY`, metres, camera space.
        own: (N, T, 17, 3) float32, the 3D pose of the detector itself, H36M-17, metres; NaN where
            it gives none.
    """

    keypoints: Floats
    scores: Floats
    points: Floats
    own: Floats

    def save(self, path: Path) -> None:
        """Write one npz, whole or not at all."""
        partial = path.with_name(f".{path.name}.partial")
        with partial.open("wb") as file:
            np.savez_compressed(
                file, **{item.name: getattr(self, item.name) for item in fields(self)}
            )
        # A rename in one folder is atomic on POSIX systems.
        partial.replace(path)

    @classmethod
    def load(cls, paths: list[Path]) -> Pairs:
        """Read files and put their windows one after the other.

        Raises:
            InputError: one of them is no such file.
        """
        names = [item.name for item in fields(cls)]
        parts = []
        for path in paths:
            try:
                with np.load(path, allow_pickle=False) as file:
                    parts.append({name: np.asarray(file[name], np.float32) for name in names})
            except BROKEN as error:
                raise InputError(f"{path} holds no simulated detections: {error}") from error
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in names})
