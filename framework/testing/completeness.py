"""The contract of `framework.stages.CompletenessFilter`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import CompletenessFilter
from framework.testing.arrays import difference
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample
from framework.types import Detections


def play(judge: CompletenessFilter, sample: Sample) -> list[Detections]:
    """The judged people of every frame."""
    return [judge.judge(people, sample.video.size_wh) for people in sample.detections]


def drops_nobody(subject: Subject[CompletenessFilter]) -> None:
    """The answer holds the same people in the same order, also those who are not complete.

    Return ``dataclasses.replace(detections, complete=...)``.
    """
    sample = _with_somebody_hidden(subject)
    with subject.ready(sample.video) as judge:
        answers = play(judge, sample)
    for row, (given, answer) in enumerate(zip(sample.detections, answers, strict=True)):
        expect(isinstance(answer, Detections), f"{type(answer).__name__} instead of Detections")
        expect(len(answer) == len(given), f"{len(answer)} of {len(given)} people in row {row}")


def changes_nothing_else(subject: Subject[CompletenessFilter]) -> None:
    """Boxes, keypoints, scores, 3D and skeleton come back as they were; ``complete`` is new."""
    sample = _with_somebody_hidden(subject)
    with subject.ready(sample.video) as judge:
        answers = play(judge, sample)
    for given, answer in zip(sample.detections, answers, strict=True):
        blank = np.zeros(len(given), bool)
        if len(answer) == len(given):
            apart = difference(replace(given, complete=blank), replace(answer, complete=blank))
            expect(not apart, f"changed: {apart}")


def nobody_is_fine(subject: Subject[CompletenessFilter]) -> None:
    """A frame without people is answered by a `Detections` without people."""
    nobody = Detections.empty(subject.skeleton)
    with subject.ready(subject.sample().video) as judge:
        answer = judge.judge(nobody, subject.sample().video.size_wh)
    expect(len(answer) == 0, f"{len(answer)} people in a frame of nobody")


def _with_somebody_hidden(subject: Subject[CompletenessFilter]) -> Sample:
    """A clip with a person whose joints have low scores and lie far outside the frame."""
    sample = subject.sample()
    for people in sample.detections:
        people.keypoint_scores[1:] = 0.01
        people.keypoints[1:] += 500
    return sample


SUITE = Suite(play=play, checks=(drops_nobody, changes_nothing_else, nobody_is_fine))
