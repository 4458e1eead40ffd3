"""A ball that flies past, and a shot of something else."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from framework.types import FrameBatch, VideoInfo

SIZE_WH = (192, 128)


_NOISE = cv2.GaussianBlur(np.random.default_rng(0).normal(size=(128, 400)), (0, 0), 2) * 150


def ball(x: float) -> np.ndarray:
    """(H, W, 3) image of a bright speckled ball on a dark speckled wall, centre at pixel x."""
    width, height = SIZE_WH
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    inside = np.clip(24 - np.hypot(columns - x, rows - 64), 0, 1)
    shift = np.float32([[1, 0, x - 120], [0, 1, 0]])
    speckles = cv2.warpAffine(_NOISE, shift, (width, height))
    grey = (70 + _NOISE[:, -width:]) * (1 - inside) + (180 + speckles) * inside
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, 2)


def centre(image: np.ndarray) -> float:
    """Column of the middle of the ball."""
    smooth = cv2.GaussianBlur(image[..., 0].astype(np.float32), (0, 0), 5)
    return float(np.nonzero(smooth > 125)[1].mean())


def flying(times: np.ndarray, speed: float = 100.0) -> FrameBatch:
    """The ball at some times in seconds, with so many pixels a second."""
    return FrameBatch(
        images=np.stack([ball(40 + speed * time) for time in times]),
        index=np.arange(len(times)),
        time_s=np.asarray(times, np.float64),
        is_source=np.ones(len(times), bool),
    )


def video(fps: int = 10) -> VideoInfo:
    return VideoInfo(path=Path("ball.mp4"), size_wh=SIZE_WH, fps=Fraction(fps))


def run_through(interpolator, frames: FrameBatch, size: int = 3) -> FrameBatch:
    """All that comes out of an interpolator that is open."""
    interpolator.start(video())
    parts = []
    for start in range(0, len(frames), size):
        rows = slice(start, start + size)
        parts.append(
            interpolator.expand(
                FrameBatch(
                    images=frames.images[rows],
                    index=frames.index[rows],
                    time_s=frames.time_s[rows],
                    is_source=frames.is_source[rows],
                )
            )
        )
    parts.append(interpolator.flush())
    keys = ("images", "index", "time_s", "is_source")
    return FrameBatch(**{key: np.concatenate([getattr(p, key) for p in parts]) for key in keys})


@pytest.fixture(name="flying", scope="session")
def _flying():
    return flying


@pytest.fixture(name="centre", scope="session")
def _centre():
    return centre


@pytest.fixture(name="run_through", scope="session")
def _run_through():
    return run_through


@pytest.fixture
def checkerboard() -> np.ndarray:
    """(H, W, 3) of another place."""
    width, height = SIZE_WH
    board = np.indices((4, 6)).sum(0) % 2 * 255
    return cv2.resize(
        np.repeat(board.astype(np.uint8)[..., None], 3, 2),
        (width, height),
        interpolation=cv2.INTER_NEAREST,
    )
