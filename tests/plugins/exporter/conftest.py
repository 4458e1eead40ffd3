"""A small result to export."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import COCO17, H36M17
from framework.types import Pose3D, RunResult, State, Track, VideoInfo


def clip(people: int = 2, rows: int = 5) -> RunResult:
    """People with different numbers in every cell; all are missing in row 1."""
    rng = np.random.default_rng(people * 1000 + rows)
    frame_index = np.arange(rows, dtype=np.int64) * 2
    time_s = np.arange(rows) / 25 + 1 / 3
    there = np.arange(rows) != 1

    def cells(*shape: int) -> np.ndarray:
        numbers = rng.normal(100, 30, (rows, *shape)).astype(np.float32)
        numbers[~there] = np.nan
        return numbers

    tracks = tuple(
        Track(
            id=7 + person,
            skeleton=COCO17,
            frame_index=frame_index,
            time_s=time_s,
            boxes=cells(4),
            keypoints=cells(17, 2),
            keypoint_scores=np.where(there[:, None], 0.87654321, 0).repeat(17, 1).astype("f4"),
            state=np.where(there, State.OBSERVED, State.MISSING).astype(np.uint8),
            complete=there.copy(),
            score_threshold=0.4,
        )
        for person in range(people)
    )
    poses = tuple(
        Pose3D(track_id=track.id, skeleton=H36M17, joints=cells(17, 3) / 100, valid=there.copy())
        for track in tracks
    )
    return RunResult(
        video=VideoInfo(path=Path("/home/me/a clip.mp4"), size_wh=(640, 480), fps=Fraction(25)),
        frame_index=frame_index,
        time_s=time_s,
        tracks=tracks,
        poses=poses,
        counts={"frames": rows},
        meta={"skeleton": "coco17", "input": {"name": "a clip.mp4", "digest": "00ff"}},
        warnings=("nobody — was «complete»",),
    )


@pytest.fixture
def make_clip() -> Callable[..., RunResult]:
    """The function above, since test files cannot import each other."""
    return clip
