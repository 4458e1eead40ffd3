"""The contract of `framework.stages.Interpolator`."""

from __future__ import annotations

import numpy as np

from framework.stages import Interpolator
from framework.testing.arrays import difference
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample, chunks
from framework.types import Bools, FrameBatch

_TOLERANCE = 1e-9


def play(interpolator: Interpolator, sample: Sample, size: int = 8) -> FrameBatch:
    """All frames that come out, in one batch."""
    made = [interpolator.expand(frames) for frames in chunks(sample.frames, size)]
    rest = interpolator.flush()
    return _joined([*made, *([] if rest is None else [rest])], sample)


def source_frames_come_out_unchanged(subject: Subject[Interpolator]) -> None:
    """Every source frame comes out once, in order, with its own image, index and time.

    Only these have ``is_source`` set. Hand on what was held back in ``flush``.
    """
    sample = subject.sample(rows=12)
    with subject.ready(sample.video) as interpolator:
        out = play(interpolator, sample)
    kept = _take(out, out.is_source)
    expect(
        np.array_equal(kept.index, sample.frames.index),
        f"source frames {kept.index.tolist()} instead of {sample.frames.index.tolist()}",
    )
    apart = difference(kept, sample.frames, _TOLERANCE)
    expect(not apart, f"source frames differ from the input in {apart}")


def made_frames_lie_between(subject: Subject[Interpolator]) -> None:
    """Times rise; an interpolated frame has the index of the source frame before it."""
    sample = subject.sample(rows=12)
    with subject.ready(sample.video) as interpolator:
        out = play(interpolator, sample)
    expect(np.all(np.diff(out.time_s) > 0), f"times do not rise: {out.time_s[:8].tolist()} ...")
    source_times, numbers = out.time_s[out.is_source], out.index[out.is_source]
    before = np.searchsorted(source_times, out.time_s, side="right") - 1
    wanted = numbers[before.clip(0)]
    wrong = np.flatnonzero((out.index != wanted) & ~out.is_source)
    expect(
        not wrong.size,
        f"interpolated frame at {out.time_s[wrong[:1]]} s has index {out.index[wrong[:1]]}",
    )


def chunks_do_not_matter(subject: Subject[Interpolator]) -> None:
    """The same frames come out whether they come in by ones, by fives or all at once.

    Keep the last frame of a chunk until the next one comes.
    """
    answers = []
    for size in (12, 5, 1):
        sample = subject.sample(rows=12)
        with subject.ready(sample.video) as interpolator:
            answers.append(play(interpolator, sample, size))
    for size, answer in zip((5, 1), answers[1:], strict=True):
        apart = difference(answers[0], answer)
        expect(not apart, f"in chunks of {size} frames another clip came out, in {apart}")


def one_frame_is_a_clip(subject: Subject[Interpolator]) -> None:
    """A clip of one frame comes out as this frame: there is nothing to put in between."""
    sample = subject.sample(rows=1)
    with subject.ready(sample.video) as interpolator:
        out = play(interpolator, sample)
    expect(len(out) == 1, f"{len(out)} frames came out of one")


def nothing_comes_from_nothing(subject: Subject[Interpolator]) -> None:
    """``flush`` without any frame before it is None, or a batch of no frames."""
    with subject.ready(subject.sample().video) as interpolator:
        rest = interpolator.flush()
    expect(rest is None or len(rest) == 0, f"{len(rest or ())} frames came out of none")


def _take(frames: FrameBatch, rows: Bools | slice) -> FrameBatch:
    return FrameBatch(
        images=frames.images[rows],
        index=frames.index[rows],
        time_s=frames.time_s[rows],
        is_source=frames.is_source[rows],
    )


def _joined(batches: list[FrameBatch], sample: Sample) -> FrameBatch:
    for batch in batches:
        expect(isinstance(batch, FrameBatch), f"{type(batch).__name__} instead of FrameBatch")
        expect(
            not len(batch) or batch.size_wh == sample.frames.size_wh,
            f"frames of {batch.size_wh} pixels instead of {sample.frames.size_wh}",
        )
    parts = [_take(sample.frames, slice(0)), *(batch for batch in batches if len(batch))]
    return FrameBatch(
        images=np.concatenate([each.images for each in parts]),
        index=np.concatenate([each.index for each in parts]),
        time_s=np.concatenate([each.time_s for each in parts]),
        is_source=np.concatenate([each.is_source for each in parts]),
    )


SUITE = Suite(
    play=play,
    checks=(
        source_frames_come_out_unchanged,
        made_frames_lie_between,
        chunks_do_not_matter,
        one_frame_is_a_clip,
        nothing_comes_from_nothing,
    ),
)
