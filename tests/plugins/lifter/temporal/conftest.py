"""The shipped lifter, and people walking in front of a camera."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.plugins.lifter.temporal.config import TemporalConfig
from framework.plugins.lifter.temporal.temporal import Temporal
from framework.skeletons import COCO17, H36M17
from framework.stages import Runtime
from framework.testing.sample import walk
from framework.types import State, Track, VideoInfo

FOCAL_PX, CENTRE_PX, DISTANCE_M = 1000.0, (640.0, 360.0), 4.0


@pytest.fixture(scope="session")
def lifter():
    with Temporal(TemporalConfig(), Runtime(device="cpu", threads=1)) as opened:
        yield opened


@pytest.fixture
def video():
    return VideoInfo(path=Path("clip.mp4"), size_wh=(1280, 720), fps=Fraction(25))


def turned(points, degrees):
    """Turn about the vertical axis."""
    angle = np.deg2rad(degrees)
    sin, cos = np.sin(angle), np.cos(angle)
    return points @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]], np.float32)


def projected(points):
    """(T, J, 3) camera space about the pelvis to (T, J, 2) pixels."""
    placed = points + np.array([0, 0, DISTANCE_M], np.float32)
    return (FOCAL_PX * placed[..., :2] / placed[..., 2:] + CENTRE_PX).astype(np.float32)


def _track(keypoints, fps=30.0, scores=None, identity=1):
    rows = len(keypoints)
    seen = np.isfinite(keypoints).all(axis=-1)
    scores = np.full(seen.shape, 0.9, np.float32) if scores is None else scores
    return Track(
        id=identity,
        skeleton=COCO17,
        frame_index=np.arange(rows),
        time_s=np.arange(rows) / fps,
        boxes=np.zeros((rows, 4), np.float32),
        keypoints=keypoints,
        keypoint_scores=np.where(seen, scores, 0).astype(np.float32),
        state=np.where(seen.any(axis=1), State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=np.ones(rows, bool),
    )


@pytest.fixture(scope="session")
def track_of():
    """Make a track of (T, 17, 2) COCO-17 pixels."""
    return _track


@pytest.fixture(scope="session")
def walker():
    """A person who walks on the spot: the 2D track and the true poses."""

    def build(rows=120, degrees=0.0, raised=False):
        keypoints = projected(turned(walk(COCO17, rows, raised=raised), degrees))
        return _track(keypoints), turned(walk(H36M17, rows, raised=raised), degrees)

    return build
