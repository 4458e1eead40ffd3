"""The source of frames: a file that the detector reads, else a video."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.errors import InputError
from framework.skeletons import COCO17
from framework.stages import Detector, FileDetector
from framework.types import BlankClip, Detections, VideoInfo
from framework.video.blank import BlankReader
from framework.video.decode import FrameReader
from framework.video.source import open_source


class Seeing(Detector):
    skeleton = COCO17

    def detect(self, frames):
        return [Detections.empty(COCO17)] * len(frames)


class Reading(Seeing, FileDetector):
    """Reads files named .txt."""

    def open_clip(self, path: Path) -> BlankClip | None:
        if path.suffix != ".txt":
            return None
        video = VideoInfo(path=path, size_wh=(8, 6), fps=Fraction(10), has_frames=False)
        index = np.arange(10, dtype=np.int64)
        return BlankClip(video=video, index=index, time_s=index / 10)


def test_a_file_of_keypoints_gives_blank_frames_at_its_times():
    source = open_source(Path("keypoints.txt"), Reading(), start_s=0.2, end_s=0.8, stride=2)
    assert not source.video.has_frames
    assert (source.video.start_s, source.video.stride) == (0.2, 2)
    for _ in range(2):  # it can be read again
        with source.frames(2) as reader:
            assert isinstance(reader, BlankReader)
            batches = list(reader)
        assert [batch.index.tolist() for batch in batches] == [[2, 4], [6]]
        assert batches[0].images.shape == (2, 6, 8, 3)


def test_any_other_file_is_a_video(clips):
    path = clips.make("source.mp4")
    source = open_source(path, Reading(), end_s=0.2)
    with source.frames(3) as reader:
        assert isinstance(reader, FrameReader)
        assert [batch.index.tolist() for batch in reader] == [[0, 1, 2], [3, 4]]


def test_a_detector_that_needs_frames_gets_no_file_of_keypoints(tmp_path):
    path = tmp_path / "keypoints.txt"
    path.write_text("1 2 3")
    with pytest.raises(InputError, match=r"keypoints\.txt' (holds no video|cannot be read)"):
        open_source(path, Seeing())
