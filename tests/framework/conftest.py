"""A small clip and the simplest real stages, to test the core without a model."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import BLAZEPOSE33
from framework.stages import Detector
from framework.types import Detections, FrameBatch
from framework.video.encode import VideoWriter

SIZE_WH = (160, 120)


class DiscDetector(Detector):
    """Finds one bright disc and calls it a person: a standing figure around its centre."""

    skeleton = BLAZEPOSE33

    def __init__(self, batch_size: int = 4) -> None:
        self.batch_size = batch_size

    def detect(self, frames: FrameBatch) -> list[Detections]:
        return [self._one(image) for image in frames.images]

    def _one(self, image: np.ndarray) -> Detections:
        rows, columns = np.nonzero(image[..., 0] > 128)
        if len(rows) == 0:
            return Detections.empty(self.skeleton)
        centre = np.array([columns.mean(), rows.mean()], np.float32)
        body = np.linspace(-1, 1, 33, dtype=np.float32)[:, None] * [3, 20]
        points = (centre + body).astype(np.float32)
        return Detections(
            skeleton=self.skeleton,
            boxes=np.concatenate([points.min(0), points.max(0)])[None],
            box_scores=np.ones(1, np.float32),
            keypoints=points[None],
            keypoint_scores=np.ones((1, 33), np.float32),
            keypoints_3d=np.pad(points / 100, ((0, 0), (0, 1)))[None].astype(np.float32),
        )


def disc_frame(frame: int) -> np.ndarray:
    """A disc that wanders to the right over a dark wall."""
    y, x = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    inside = (x - 40 - 2 * frame) ** 2 + (y - 60) ** 2 < 100
    return np.repeat(np.where(inside, 230, 20).astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "clip.mp4", frames: int = 12, empty: bool = False) -> Path:
        path = tmp_path / name
        with VideoWriter(path, size_wh=SIZE_WH, fps=Fraction(25)) as writer:
            for frame in range(frames):
                image = np.zeros_like(disc_frame(0)) if empty else disc_frame(frame)
                writer.write(image, frame / 25)
        return path

    return make


@pytest.fixture(scope="session")
def disc_detector() -> type[DiscDetector]:
    return DiscDetector
