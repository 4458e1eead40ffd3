"""Entering a clip in the middle: the right frame gets the right number."""

import numpy as np
import pytest

from framework.video.decoder import open_decoder
from framework.video.timeline import Timeline


@pytest.fixture(scope="module")
def clip(clips):
    """30 frames at 25 frames/s, with a key frame every 8 and B frames between."""
    return clips.make("timeline.mp4")


@pytest.mark.parametrize("first", [1, 7, 8, 9, 16, 29])
def test_frames_before_a_part_are_counted_without_decoding(clip, first):
    timeline = Timeline.of(clip, first / 25)
    assert len(timeline.times) == first
    assert np.diff(timeline.times).min(initial=1) > 0


@pytest.mark.parametrize("first", [1, 8, 9, 20, 29])
def test_the_number_is_that_of_the_frame_at_the_entry(clips, clip, first):
    timeline = Timeline.of(clip, first / 25)
    with open_decoder(clip, 1) as decoder:
        begin, frames = timeline.enter(decoder)
        numbers = [clips.number(frame.to_ndarray(format="rgb24")) for frame in frames]
    assert begin <= first
    assert begin > first - 17  # from one of the two key frames before it, every 8 frames
    assert numbers == list(range(begin, 30))


def test_a_file_without_time_stamps_has_no_timeline(clips, clip):
    raw = clip.with_suffix(".h264")
    clips.ffmpeg("-i", clip, "-c", "copy", "-f", "h264", raw)
    assert Timeline.of(raw, 0.4) is None
