"""Cuts are found where the picture jumps, and nowhere else; nothing goes on over them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.shots import CutFinder, by_shot, shots_of, without_fills_over
from framework.skeletons import COCO17, H36M17
from framework.types import FrameBatch, Pose3D, State, Track

SIZE = (90, 160)


def scene(seed):
    """A picture with structure at all scales, larger than a frame."""
    random = np.random.default_rng(seed)
    total = np.zeros((240, 320), np.float32)
    for cells in (3, 6, 12, 24):
        noise = random.normal(size=(cells, cells)).astype(np.float32)
        total += cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)
    grey = np.clip(128 + 50 * total, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def views(seed, count, speed=2, zoom=1.0):
    """The scene seen by a camera that pans."""
    image = scene(seed)
    height, width = (round(side / zoom) for side in SIZE)
    frames = []
    for number in range(count):
        left = 10 + speed * number
        part = image[40 : 40 + height, left : left + width]
        frames.append(cv2.resize(part, SIZE[::-1], interpolation=cv2.INTER_AREA))
    return frames


def batches(images, size=5, times=None):
    images = np.stack(images)
    times = np.arange(len(images)) / 25 if times is None else times
    for begin in range(0, len(images), size):
        rows = np.arange(begin, min(begin + size, len(images)))
        yield FrameBatch(images=images[rows], index=rows, time_s=times[rows],
                         is_source=np.ones(len(rows), bool))  # fmt: skip


def cuts_of(images, size=5, times=None):
    finder = CutFinder()
    for frames in batches(images, size, times):
        finder.add(frames)
    finder.finish()
    return finder.cuts


@pytest.mark.parametrize("speed", [0, 1, 4])
@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_cut_is_the_first_frame_of_the_new_shot(speed, size):
    images = views(1, 12, speed) + views(2, 9, speed) + views(3, 7, speed)
    assert cuts_of(images, size) == [12, 21]


@pytest.mark.parametrize("zoom", [1.3, 1.6, 2.0])
def test_a_punch_in_is_a_cut(zoom):
    assert cuts_of(views(4, 10) + views(4, 10, zoom=zoom)) == [10]


def test_a_cut_right_before_the_end_is_found():
    assert cuts_of(views(1, 10) + views(2, 1)) == [10]


def test_a_flash_is_no_cut():
    images = views(1, 20)
    images[9] = np.full_like(images[9], 255)
    images[14] = np.clip(images[14].astype(int) + 120, 0, 255).astype(np.uint8)
    assert cuts_of(images) == []


def test_a_fade_to_black_and_stills_are_no_cuts():
    still = views(1, 1) * 10
    fade = [(still[0] * share).astype(np.uint8) for share in np.linspace(1, 0.2, 10)]
    assert cuts_of(still + fade) == []
    assert cuts_of([np.zeros((*SIZE, 3), np.uint8)] * 6) == []


def test_a_pause_in_the_recording_is_no_cut():
    times = np.concatenate([np.arange(10) / 25, 1.5 + np.arange(10) / 25])
    assert cuts_of(views(1, 10) + views(1, 20)[10:], times=times) == []


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), speed=st.floats(0, 6), noise=st.floats(0, 12))
def test_moving_and_noisy_shots_have_no_cut(seed, speed, noise):
    random = np.random.default_rng(seed)
    images = [
        np.clip(image + random.normal(0, noise, image.shape), 0, 255).astype(np.uint8)
        for image in views(seed, 14, speed=round(speed))
    ]
    assert cuts_of(images) == []


@pytest.mark.parametrize("size", [1, 3, 8, 50])
def test_batches_lie_within_shots_and_lose_nothing(size):
    images = views(1, 12) + views(2, 9) + views(3, 7)
    parts = list(shots_of(batches(images, size), CutFinder()))
    np.testing.assert_array_equal(np.concatenate([p.images for p, _ in parts]), np.stack(images))
    assert np.concatenate([p.index for p, _ in parts]).tolist() == list(range(28))
    assert [int(p.index[0]) for p, begins in parts if begins] == [12, 21]
    assert not parts[0][1]


def test_real_clips_have_no_cuts(shared_data):
    from framework.video.decode import FrameReader
    from framework.video.probe import probe

    for name in ("dance_480p.mp4", "one_by_one_gaps.mp4", "runner_panning.mp4", "crowd_street.avi"):
        for stride in (1, 4):
            finder = CutFinder()
            with FrameReader(
                probe(shared_data / "videos" / name, stride=stride), batch_size=16
            ) as r:
                for frames in r:
                    finder.add(frames)
            finder.finish()
            assert finder.cuts == [], (name, stride)


def track(states):
    rows = len(states)
    here = np.array(states) != State.MISSING
    points = np.where(here[:, None, None], 5.0, np.nan) * np.ones((1, 17, 2))
    return Track(
        id=1,
        skeleton=COCO17,
        frame_index=np.arange(rows),
        time_s=np.arange(rows) / 25,
        boxes=(np.where(here[:, None], 5.0, np.nan) * np.ones((1, 4))).astype(np.float32),
        keypoints=points.astype(np.float32),
        keypoint_scores=np.where(here[:, None], 0.9, 0).astype(np.float32) * np.ones((1, 17), "f4"),
        state=np.array(states, np.uint8),
        complete=here,
    )


def test_rows_filled_from_both_sides_of_a_cut_are_emptied():
    before = track([1, 1, 2, 2, 2, 1, 2, 1])
    after = without_fills_over(before, np.array([3]))
    assert after.state.tolist() == [1, 1, 0, 0, 0, 1, 2, 1]
    assert np.isnan(after.keypoints[2:5]).all() and np.isfinite(after.keypoints[5:]).all()
    assert not after.keypoint_scores[2:5].any() and not after.complete[2:5].any()
    assert without_fills_over(before, np.array([6])) is before
    assert without_fills_over(before, np.array([5])) is before


def test_each_shot_is_worked_on_for_itself():
    one, other = track([1] * 4 + [0] * 6), track([0] * 2 + [1] * 5 + [0] * 3)
    seen = []

    def work(parts, numbers, rows):
        seen.append((numbers, rows.start, rows.stop, [len(part) for part in parts]))
        return [
            Pose3D(track_id=part.id, skeleton=H36M17, valid=part.present,
                   joints=np.full((len(part), 17, 3), rows.start, np.float32),
                   root=np.zeros((len(part), 3), np.float32) if rows.start else None)
            for part in parts
        ]  # fmt: skip

    first, second = by_shot([one, replace(other, id=2)], np.array([4, 8]), work)
    assert seen == [([0, 1], 0, 4, [4, 4]), ([1], 4, 8, [4]), ([], 8, 10, [])]
    assert first.joints[:4].max() == 0 and np.isnan(first.joints[4:]).all()
    assert first.root is None
    assert second.joints[4:8].min() == 4
    assert np.isnan(second.root[:4]).all() and np.isfinite(second.root[4:8]).all()
    assert second.valid.tolist() == [False] * 2 + [True] * 5 + [False] * 3
