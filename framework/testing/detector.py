"""The contract of `framework.stages.Detector`."""

from __future__ import annotations

import numpy as np

from framework.stages import Detector
from framework.testing.arrays import difference
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample, chunks, part, plain_frames
from framework.types import Detections

_TOLERANCE = 1e-3
"""Pixels and scores: a batch of another size may be summed up in another order."""


def play(detector: Detector, sample: Sample, size: int = 8) -> list[Detections]:
    """One answer a frame."""
    return [found for frames in chunks(sample.frames, size) for found in detector.detect(frames)]


def one_answer_per_frame(subject: Subject[Detector]) -> None:
    """``detect`` returns a list with one `Detections` a frame, also for a frame without people."""
    sample = subject.sample(rows=7)
    with subject.ready(sample.video) as detector:
        answers = detector.detect(sample.frames)
    expect(isinstance(answers, list), f"{type(answers).__name__} instead of a list")
    rows = len(sample.frames)
    expect(len(answers) == rows, f"{len(answers)} answers for {rows} frames")
    kinds = {type(answer).__name__ for answer in answers if not isinstance(answer, Detections)}
    expect(not kinds, f"a list of {', '.join(kinds)}")


def no_frames_no_answers(subject: Subject[Detector]) -> None:
    """A batch of no frames is answered by an empty list."""
    sample = subject.sample()
    with subject.ready(sample.video) as detector:
        answers = detector.detect(part(sample.frames, 0, 0))
    expect(answers == [], f"{answers!r:.80} for no frames")


def answers_as_announced(subject: Subject[Detector]) -> None:
    """Every answer has the detector's own ``skeleton`` and ``score_threshold``.

    They are read before the first frame; ``batch_size`` is at least 1.
    """
    sample = subject.sample()
    with subject.ready(sample.video) as detector:
        expect(detector.batch_size >= 1, f"batch_size is {detector.batch_size}")
        for found in play(detector, sample):
            name = found.skeleton.name
            expect(found.skeleton == detector.skeleton, f"skeleton {name} in an answer")
            same = found.score_threshold == detector.score_threshold
            expect(same, f"score_threshold {found.score_threshold} in an answer")


def boxes_have_corners_in_order(subject: Subject[Detector]) -> None:
    """Boxes are x1 y1 x2 y2 in pixels of the frame, with x1 < x2 and y1 < y2, and finite."""
    for found in _answers(subject):
        boxes = found.boxes
        ordered = np.isfinite(boxes).all() and (boxes[:, :2] < boxes[:, 2:]).all()
        expect(ordered, f"boxes {boxes.round(1).tolist()}")


def scores_are_numbers(subject: Subject[Detector]) -> None:
    """Scores are finite, those of boxes from 0 to 1; a keypoint at NaN has no score to boast."""
    for found in _answers(subject):
        scores = found.box_scores
        expect(((scores >= 0) & (scores <= 1)).all(), f"box_scores {scores.tolist()}")
        expect(np.isfinite(found.keypoint_scores).all(), "a keypoint score is not finite")
        unknown = np.isnan(found.keypoints).any(-1)
        sure = found.keypoint_scores >= found.score_threshold
        expect(not (unknown & sure).any(), "a keypoint at NaN scores as seen")


def nobody_in_a_blank_frame(subject: Subject[Detector]) -> None:
    """A frame of one colour holds nobody: ``Detections.empty(skeleton, score_threshold)``.

    Where a model finds nothing, do not fall back to the whole image as a person.
    """
    for grey in (0, 127, 255):
        frames = plain_frames(grey)
        with subject.ready(subject.sample().video) as detector:
            people = [len(found) for found in detector.detect(frames)]
        expect(not any(people), f"{people} people in frames that are all {grey}")


def batches_do_not_matter(subject: Subject[Detector]) -> None:
    """A frame gets the same answer alone, in a small batch and in a large one."""
    answers = []
    for size in (12, 5, 1):
        sample = subject.sample(rows=12)
        with subject.ready(sample.video) as detector:
            answers.append(play(detector, sample, size))
    for size, answer in zip((5, 1), answers[1:], strict=True):
        apart = difference(answers[0], answer, _TOLERANCE)
        expect(not apart, f"in batches of {size} frames the answer is another, in {apart}")


def finds_the_people_shown(subject: Subject[Detector]) -> None:
    """Somebody is found in the frames that were given as ``stage_checks(..., frames=...)``."""
    if subject.frames is not None:
        expect(any(map(len, _answers(subject))), "nobody in any of them")


def _answers(subject: Subject[Detector]) -> list[Detections]:
    sample = subject.sample(rows=12)
    with subject.ready(sample.video) as detector:
        return play(detector, sample)


SUITE = Suite(
    play=play,
    checks=(
        one_answer_per_frame,
        no_frames_no_answers,
        answers_as_announced,
        boxes_have_corners_in_order,
        scores_are_numbers,
        nobody_in_a_blank_frame,
        batches_do_not_matter,
        finds_the_people_shown,
    ),
)
