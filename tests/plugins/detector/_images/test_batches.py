"""Batches of one frame keep index, time and kind."""

import numpy as np

from framework.plugins.detector._images.batches import each_frame, one_frame
from framework.types import FrameBatch


def test_the_frames_of_a_batch_one_by_one_are_the_batch():
    frames = FrameBatch(
        images=np.arange(3 * 2 * 2 * 3, dtype=np.uint8).reshape(3, 2, 2, 3),
        index=np.array([4, 4, 5]),
        time_s=np.array([0.1, 0.15, 0.2]),
        is_source=np.array([True, False, True]),
    )
    singles = list(each_frame(frames))
    assert [len(one) for one in singles] == [1, 1, 1]
    for name in ("images", "index", "time_s", "is_source"):
        joined = np.concatenate([getattr(one, name) for one in singles])
        np.testing.assert_array_equal(joined, getattr(frames, name))


def test_an_image_is_the_first_frame_of_a_clip():
    image = np.full((4, 6, 3), 9, np.uint8)
    frame = one_frame(image)
    assert (len(frame), frame.size_wh, frame.index.tolist()) == (1, (6, 4), [0])
    assert frame.is_source.all()
    np.testing.assert_array_equal(frame.images[0], image)
