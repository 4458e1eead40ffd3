"""Trackers on scenes whose identities are exact, scored by IDF1 as its paper defines it.

Computed here by counting, so that it runs where TrackEval is not installed, and compared with
figures that TrackEval 1.3 gave for the same tracks.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from framework.lab.evaluation.identities import sequence_of
from framework.lab.sample.crowd import project_people, simulated_detections
from framework.lab.sample.crowds import PLAYS, ten_people
from framework.plugins.tracker.all.all import All
from framework.plugins.tracker.all.config import AllConfig
from framework.plugins.tracker.largest.config import LargestConfig
from framework.plugins.tracker.largest.largest import Largest
from framework.plugins.tracker.largest_complete.config import LargestCompleteConfig
from framework.plugins.tracker.largest_complete.largest_complete import LargestComplete
from framework.stages import Runtime
from framework.types import VideoInfo


def followed(tracker, play):
    crowd = project_people(play.scene)
    tracker.start(VideoInfo(path=Path("none.mp4"), size_wh=crowd.size_wh, fps=Fraction(30)))
    for row, frame in enumerate(simulated_detections(crowd, play.flaws)[0]):
        tracker.update(row, float(crowd.time_s[row]), frame)
    return crowd, tracker.finish()


def idf1(boxes, seen, tracks):
    """2 IDTP / (true boxes + found boxes), for the pairs of person and track that share most.

    Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking.
    """
    clip = sequence_of(boxes, seen, tracks)
    together = np.zeros((clip["num_gt_ids"], clip["num_tracker_ids"]))
    for true, found, shared in zip(
        clip["gt_ids"], clip["tracker_ids"], clip["similarity_scores"], strict=True
    ):
        together[np.ix_(true, found)] += shared >= 0.5
    right = together[linear_sum_assignment(-together)].sum()
    return 2 * right / (clip["num_gt_dets"] + clip["num_tracker_dets"])


def score(tracker, play, people=slice(None)):
    crowd, tracks = followed(tracker, play)
    return idf1(crowd.boxes[people], crowd.seen[people], tracks)


def all_people():
    return All(AllConfig(), Runtime())


@pytest.mark.parametrize("name", PLAYS)
def test_all_people_keep_their_identities(name):
    assert score(all_people(), PLAYS[name]()) >= (0.90 if name == "ten_people" else 0.97)


@pytest.mark.parametrize("name", PLAYS)
def test_the_first_complete_person_is_followed_to_the_end(name):
    play = PLAYS[name]()
    tracker = LargestComplete(LargestCompleteConfig(), Runtime())
    assert score(tracker, play, [play.hero]) >= 0.97


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_ten_people_who_hide_each_other_keep_their_identities(seed):
    assert score(all_people(), ten_people(seed)) >= 0.85


def test_ten_people_keep_most_identities_with_a_detector_of_all_flaws():
    play = ten_people(34)
    flaws = replace(play.flaws, missed=0.05, false=0.2, jitter=0.02, swapped=0.1)
    assert score(all_people(), replace(play, flaws=flaws)) >= 0.75


@pytest.mark.parametrize(
    ("name", "by_trackeval"),
    [("occlusion", 0.366667), ("camera_pan", 0.465291), ("ten_people", 0.214511)],
)
def test_the_score_is_that_of_trackeval(name, by_trackeval):
    # Of all people against the one track that jumps from person to person.
    found = score(Largest(LargestConfig(), Runtime()), PLAYS[name]())
    assert found == pytest.approx(by_trackeval, abs=5e-7)
