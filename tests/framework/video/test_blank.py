"""A clip without a video is read like one."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError
from framework.types import BlankClip, VideoInfo
from framework.video.blank import BACKGROUND, BlankReader, part_of


@pytest.fixture
def clip():
    index = np.arange(10, dtype=np.int64)
    video = VideoInfo(path=Path("a.npz"), size_wh=(64, 48), fps=Fraction(10), has_frames=False)
    return BlankClip(video=video, index=index, time_s=index / 10)


@pytest.mark.parametrize("batch_size", [1, 3, 10, 64])
def test_every_frame_comes_once_with_its_number_and_time(clip, batch_size):
    with BlankReader(clip, batch_size=batch_size) as reader:
        batches = list(reader)
    assert reader.frames_read == 10
    np.testing.assert_array_equal(np.concatenate([b.index for b in batches]), clip.index)
    np.testing.assert_array_equal(np.concatenate([b.time_s for b in batches]), clip.time_s)
    for batch in batches:
        assert batch.size_wh == (64, 48)
        assert batch.is_source.all()
        assert (batch.images == BACKGROUND).all()


def test_a_part_is_cut_as_of_a_video(clip):
    part = part_of(clip, start_s=0.2, end_s=0.8, stride=2)
    assert part.index.tolist() == [2, 4, 6]
    assert part.time_s.tolist() == [0.2, 0.4, 0.6]
    assert (part.video.start_s, part.video.end_s, part.video.stride) == (0.2, 0.8, 2)


def test_a_part_with_no_frame_is_refused(clip):
    with pytest.raises(InputError, match=r"'a\.npz' has no frame between 5 s and the end"):
        part_of(clip, start_s=5)
    with pytest.raises(ConfigurationError, match="stride"):
        part_of(clip, stride=0)
