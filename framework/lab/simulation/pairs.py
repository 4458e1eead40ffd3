"""What a detector said of drawn people, beside where they were."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from framework.errors import InputError
from framework.types import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """N windows of T frames at 30 frames/s.

    Attributes:
        keypoints: (N, T, 17, 2) float32 COCO-17 in units of the focal length, 0 where missing.
        scores: (N, T, 17) float32 as lifters are shown them; 0 where missing.
        points: (N, T, 23, 3) float32, the truth: `BODY`, metres, camera space.
        own: (N, T, 17, 3) float32, the detector's own 3D, H36M-17, metres; NaN where there is none.
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
        partial.replace(path)

    @classmethod
    def load(cls, paths: list[Path]) -> Pairs:
        """Read files one after the other.

        Raises:
            InputError: one of them is no such file.
        """
        names = [item.name for item in fields(cls)]
        parts = []
        for path in paths:
            try:
                with np.load(path, allow_pickle=False) as file:
                    parts.append({name: np.asarray(file[name], np.float32) for name in names})
            except (OSError, ValueError, KeyError) as error:
                raise InputError(f"{path} holds no rehearsal: {error}") from error
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in names})
