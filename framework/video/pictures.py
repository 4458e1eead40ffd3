"""A folder or numbered series of pictures as one clip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from av import VideoFrame
from av.error import FFmpegError

from framework.errors import InputError
from framework.picture_names import NAMED, Series, picture_files
from framework.reading import Reading
from framework.types import Ints, Pictures, VideoInfo
from framework.video.container import open_video
from framework.video.probe import check_part, check_start, probe

PICTURE_FPS = Fraction(25)
_MOST_HOLES = 10
"""Frames that are missing for each one that is there; beyond it, numbers are no frame numbers."""
_NAMED_HOLES = 5


def open_pictures(
    path: Path,
    *,
    fps: float | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    stride: int = 1,
    reading: Reading = Reading(),
) -> VideoInfo | None:
    """Describe a folder or pattern of pictures; None where the path is neither.

    Args:
        path: a folder with pictures, or a name with the place of the number: ``frame_%04d.png``.
        fps: frames per second; None: 25.
        start_s: see `framework.video.probe.probe`, as for the rest.
        end_s: ...
        stride: ...
        reading: ...

    Raises:
        InputError: no picture has such a name, or there are several series in the folder.
        ConfigurationError: ``start_s``, ``end_s`` or ``stride`` make no sense.
    """
    series = picture_files(path)
    if series is None:
        return None
    check_part(start_s, end_s, stride)
    index, notes = _index(series)
    rate = PICTURE_FPS if fps is None else Fraction(fps).limit_denominator(1001)
    if fps is None:
        notes.append(f"pictures have no times: {PICTURE_FPS} a second are taken (input_fps)")
    first = probe(series.files[0], reading=reading)
    video = replace(
        first,
        path=path,
        fps=rate,
        n_frames=len(index),
        duration_s=float((index[-1] + 1) / rate),
        has_audio=False,
        notes=(
            *notes,
            *(
                note
                for note in first.notes
                if "frame rate" not in note and "per second" not in note
            ),
        ),
        start_s=start_s,
        end_s=end_s,
        stride=stride,
        reading=reading,
        pictures=Pictures(files=series.files, index=index),
    )
    check_start(video)
    return video


def _index(series: Series) -> tuple[Ints, list[str]]:
    """Frame numbers from 0, and what the user should know about them."""
    numbers = series.numbers
    rows = np.arange(len(series.files))
    if numbers is None:
        return rows, [] if len(rows) == 1 else ["pictures are taken in the order of their names"]
    steps = Counter(after - before for before, after in pairwise(numbers))
    step = steps.most_common(1)[0][0] if steps else 1
    index = np.array([(number - numbers[0]) // step for number in numbers], np.int64)
    uneven = any(each % step for each in steps)
    if uneven or index[-1] + 1 > _MOST_HOLES * len(index) + _MOST_HOLES:
        return rows, ["the numbers of the pictures have no even step: only their order is taken"]
    missing = sorted(set(range(index[-1] + 1)) - set(index.tolist()))
    if not missing:
        return index, []
    named = ", ".join(str(numbers[0] + each * step) for each in missing[:_NAMED_HOLES])
    more = " ..." if len(missing) > _NAMED_HOLES else ""
    return index, [f"{len(missing)} of {index[-1] + 1} pictures are missing: {named}{more}"]


def picture_frames(video: VideoInfo) -> Iterator[tuple[int, float, VideoFrame]]:
    """Number, time in seconds and frame of each picture.

    Raises:
        InputError: one cannot be read, or has another size than the first.
    """
    assert video.pictures is not None  # noqa: S101
    size = None
    for number, file in zip(video.pictures.index.tolist(), video.pictures.files, strict=True):
        time_s = float(number / video.fps)
        if time_s < video.start_s - float(1 / video.fps):
            continue
        frame = _picture(file, video.reading)
        size = size or (frame.width, frame.height)
        if (frame.width, frame.height) != size:
            raise InputError(
                f"'{file}' has {frame.width}x{frame.height} pixels, but the pictures before it "
                f"{size[0]}x{size[1]}",
                f"Give pictures of one size, or {NAMED} for one series of several.",
            )
        yield number, time_s, frame


def _picture(file: Path, reading: Reading) -> VideoFrame:
    try:
        with open_video(file, reading) as (container, stream):
            for frame in container.decode(stream):
                return frame
    except FFmpegError as error:
        raise InputError(f"the picture '{file}' cannot be decoded ({error})") from error
    raise InputError(f"the picture '{file}' holds no frame")
