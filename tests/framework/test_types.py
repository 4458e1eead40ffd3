"""Data types refuse what does not fit, and say what they expected."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.skeletons import COCO17
from framework.types import Detections, FrameBatch, Pose3D, RunResult, VideoInfo

VIDEO = VideoInfo(path=Path("x.mp4"), size_wh=(64, 48), fps=Fraction(30000, 1001), n_frames=300)


def test_a_wrong_shape_is_named_with_both_shapes() -> None:
    with pytest.raises(ValueError, match=r"Detections.boxes must have shape \(1, 4\).*\(1, 5\)"):
        Detections(
            skeleton=COCO17,
            boxes=np.zeros((1, 5), np.float32),
            box_scores=np.zeros(1, np.float32),
            keypoints=np.zeros((1, 17, 2), np.float32),
            keypoint_scores=np.zeros((1, 17), np.float32),
        )


def test_a_wrong_dtype_is_named() -> None:
    with pytest.raises(ValueError, match=r"FrameBatch.images must be an array of uint8"):
        FrameBatch(
            images=np.zeros((1, 4, 4, 3), np.float32),
            index=np.zeros(1, np.int64),
            time_s=np.zeros(1),
            is_source=np.ones(1, bool),
        )


def test_nobody_is_an_empty_detection_that_can_be_selected_from() -> None:
    nobody = Detections.empty(COCO17)
    assert len(nobody) == 0
    assert len(nobody.take(np.zeros(0, bool))) == 0


def test_a_result_insists_on_one_row_per_frame() -> None:
    pose = Pose3D(
        track_id=0,
        skeleton=COCO17,
        joints=np.zeros((3, 17, 3), np.float32),
        valid=np.ones(3, bool),
    )
    with pytest.raises(ValueError, match="a clip of 2 rows"):
        RunResult(
            video=VIDEO,
            frame_index=np.arange(2),
            time_s=np.arange(2.0),
            tracks=(),
            poses=(pose,),
        )


@pytest.mark.parametrize(
    ("part", "expected"),
    [({}, 300), ({"stride": 7}, 43), ({"start_s": 1.0, "end_s": 2.0, "duration_s": 10.01}, 30)],
)
def test_the_expected_number_of_frames_follows_the_selected_part(
    part: dict[str, float], expected: int
) -> None:
    info = VideoInfo(path=VIDEO.path, size_wh=(64, 48), fps=VIDEO.fps, n_frames=300, **part)
    assert info.expected_frames == expected
