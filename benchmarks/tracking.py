"""IDF1, HOTA and MOTA of every tracker on scenes with exact identities, and ms per frame.

Trackers of one person are scored against the person they should follow, the others against all.
Run: python benchmarks/tracking.py (needs pip install "framework[scores]")
"""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np

from framework.appearance import COLOURS, PARTS
from framework.lab.evaluation.identities import IdentityScores, identity_scores
from framework.lab.sample.crowd import Crowd, project_people, simulated_detections
from framework.lab.sample.crowds import FPS, PLAYS, Play, ten_people
from framework.plugins.tracker._association.associate import Associator
from framework.plugins.tracker._association.config import AssociationConfig
from framework.plugins.tracker._association.history import DetectionHistory
from framework.plugins.tracker._association.linking import link_tracklets
from framework.registry import registry
from framework.stages import Runtime, Tracker
from framework.types import Detections, VideoInfo

OF_ONE = ("largest_complete", "largest")
OF_ALL = ("all", "bytetrack")
GOAL, GOAL_TEN, GOAL_MS = 0.97, 0.90, 0.5
SEEDS = 12


def main() -> None:
    """Print the table, the mean over other scenes of ten people, and the time of association."""
    names = [name for name in (*OF_ONE, *OF_ALL) if usable(name)]
    print(f"{'IDF1 / HOTA / MOTA':20s} {' '.join(f'{name:>21s}' for name in names)}   goal IDF1")
    for name, play in PLAYS.items():
        cells = [cell(scores(tracker, play())) for tracker in names]
        goal = GOAL_TEN if name == "ten_people" else GOAL
        print(f"{name:20s} {' '.join(f'{text:>21s}' for text in cells)}   {goal}")
    for tracker in (name for name in names if name in OF_ALL):
        many = [scores(tracker, ten_people(seed)).idf1 for seed in range(SEEDS)]
        mean = f"IDF1 {np.mean(many):.3f}, worst {min(many):.2f}"
        print(f"{tracker}: {mean} on {SEEDS} scenes of ten people")
    print(f"association of ten people: {association_ms():.2f} ms per frame (goal {GOAL_MS})")
    print(f"linking when the clip has been read: {linking_ms():.2f} ms per frame")


def usable(name: str) -> bool:
    """Whether the modules of the tracker are installed; print which are not."""
    missing = registry().find("tracker", name).missing()
    if missing:
        print(f"left out {name}: {missing[0]}")
    return not missing


def scores(name: str, play: Play) -> IdentityScores:
    """Scores of a tracker on one scene."""
    crowd = project_people(play.scene)
    frames, _ = simulated_detections(crowd, play.flaws)
    tracker = built(name)
    tracker.start(VideoInfo(path=Path("none"), size_wh=crowd.size_wh, fps=Fraction(FPS)))
    for row, frame in enumerate(frames):
        tracker.update(row, float(crowd.time_s[row]), frame)
    who = [play.hero] if name in OF_ONE else slice(None)
    return identity_scores(crowd.boxes[who], crowd.seen[who], tracker.finish())


def built(name: str) -> Tracker:
    """A tracker with its defaults."""
    item = registry().find("tracker", name)
    return cast(Tracker, item.create(item.entry.config(), Runtime()))


def cell(found: IdentityScores) -> str:
    """The three scores of a cell."""
    return f"{found.idf1:.3f} / {found.hota:.3f} / {found.mota:.2f}"


def association_ms() -> float:
    """CPU time per frame with all ten people in view and with colours, the best of five."""
    crowd = project_people(ten_people().scene)
    in_view = replace(crowd, shown=np.ones_like(crowd.shown))
    rng = np.random.default_rng(0)
    colours = rng.dirichlet(np.full(COLOURS, 0.1), (len(crowd.boxes), PARTS)).astype(np.float32)
    frames = [
        replace(frame, appearance=colours[: len(frame)])
        for frame in simulated_detections(in_view)[0]
    ]
    return 1e3 * min(seconds(in_view, frames) for _ in range(5)) / len(frames)


def linking_ms() -> float:
    """CPU time per frame of linking ten people who hide each other, the best of five."""
    crowd = project_people(ten_people().scene)
    associator, history = Associator(AssociationConfig(), crowd.size_wh), DetectionHistory()
    for row, frame in enumerate(simulated_detections(crowd)[0]):
        time_s = float(crowd.time_s[row])
        history.append(row, time_s, frame, associator.update(time_s, frame))

    def once() -> float:
        start = time.process_time()
        link_tracklets(history, AssociationConfig())
        return time.process_time() - start

    return 1e3 * min(once() for _ in range(5)) / len(history)


def seconds(crowd: Crowd, frames: list[Detections]) -> float:
    """CPU time of associating a clip."""
    associator = Associator(AssociationConfig(), crowd.size_wh)
    start = time.process_time()
    for time_s, frame in zip(crowd.time_s.tolist(), frames, strict=True):
        associator.update(time_s, frame)
    return time.process_time() - start


if __name__ == "__main__":
    main()
