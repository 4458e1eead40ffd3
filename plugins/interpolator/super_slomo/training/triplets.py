"""Training examples from videos: two frames and the true one between them.

As in the paper (Jiang et al., CVPR 2018, section 4): windows of a few frames, scaled, cropped at
random and flipped at random. Windows across a scene cut are left out, since no motion explains
what lies between their frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from framework.errors import InputError
from framework.types import Bytes, FrameBatch
from framework.video.decode import FrameReader
from framework.video.probe import probe

from ..._pairwise.scene_cuts import frame_difference

MAX_DIFFERENCE = 0.13
"""A first and a last frame that differ more belong to two shots; see `frame_difference`."""
BUFFER = 128
"""Size of the shuffle buffer, in examples; bounds memory."""


@dataclass(frozen=True, slots=True)
class Triplet:
    """One example.

    Attributes:
        images: (3, H, W, 3) uint8 RGB: first, middle, last.
        time: of the middle frame; the first is at 0, the last at 1.
    """

    images: Bytes
    time: float


def read_triplets(
    clips: Sequence[Path],
    *,
    span: int,
    side: int,
    crop: int,
    flips: float,
    random: np.random.Generator,
) -> Iterator[Triplet]:
    """Read examples of all clips without end, in random order, each time cropped anew.

    Args:
        clips: videos.
        span: frames from the first to the last of an example; 8 in the paper.
        side: pixels of the shorter side, to which every frame is scaled.
        crop: pixels of both sides of an example; a multiple of 32, at most ``side``.
        flips: probability that an example is mirrored, and that it is reversed in time.
        random: the random generator.

    Raises:
        InputError: no clip has an example, or one cannot be read.
    """
    while True:
        found = False
        order = [clips[number] for number in random.permutation(len(clips))]
        windows = (window for clip in order for window in _windows(clip, span, random))
        for window in _shuffled(windows, random):
            found = True
            images, time = _cropped(window, side, crop, random)
            yield _flipped(images, time, flips, random)
        if not found:
            raise InputError(
                f"no shot of the {len(clips)} clips is longer than {span} frames",
                "Give longer clips, or a smaller span.",
            )


def _windows(clip: Path, span: int, random: np.random.Generator) -> Iterator[tuple[Bytes, float]]:
    """First, middle and last frame of windows of a clip, (3, H, W, 3), and the middle's time."""
    video = probe(clip)
    # Windows do not overlap; a random start gives other windows in each pass.
    begin_s = float(random.uniform(0, span) / video.fps)
    length_s = video.duration_s or 0.0
    video = replace(video, start_s=begin_s if length_s > 3 * begin_s else 0.0)
    with FrameReader(video, batch_size=span + 1) as reader:
        for frames in reader:
            if len(frames) == span + 1:
                yield from _within_a_shot(frames, int(random.integers(1, span)))


def _within_a_shot(frames: FrameBatch, middle: int) -> Iterator[tuple[Bytes, float]]:
    """The window, unless there is a scene cut in it."""
    first, time_s, last = frames.time_s[[0, middle, -1]]
    if frame_difference(frames.images[0], frames.images[-1]) <= MAX_DIFFERENCE:
        yield frames.images[[0, middle, -1]], float((time_s - first) / (last - first))


def _shuffled(
    items: Iterator[tuple[Bytes, float]], random: np.random.Generator
) -> Iterator[tuple[Bytes, float]]:
    """Shuffle through a buffer: consecutive windows of one clip in a batch would be too alike."""
    held: list[tuple[Bytes, float]] = []
    for item in items:
        held.append(item)
        if len(held) == BUFFER:
            yield held.pop(int(random.integers(BUFFER)))
    yield from (held[number] for number in random.permutation(len(held)))


def _cropped(
    window: tuple[Bytes, float], side: int, crop: int, random: np.random.Generator
) -> tuple[Bytes, float]:
    """Scale the shorter side to ``side`` and take a random part."""
    images, time = window
    height, width = images.shape[1:3]
    scale = side / min(height, width)
    size_wh = max(crop, round(width * scale)), max(crop, round(height * scale))
    scaled = np.stack([cv2.resize(i, size_wh, interpolation=cv2.INTER_AREA) for i in images])
    x, y = (int(random.integers(0, length - crop + 1)) for length in size_wh)
    return scaled[:, y : y + crop, x : x + crop], time


def _flipped(images: Bytes, time: float, flips: float, random: np.random.Generator) -> Triplet:
    """Mirror and reverse at random, which makes four kinds of motion of one."""
    if random.random() < flips:
        images = images[:, :, ::-1]
    if random.random() < flips:
        images, time = images[::-1], 1 - time
    return Triplet(np.ascontiguousarray(images), time)
