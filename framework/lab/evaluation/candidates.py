"""Who is judged: every combination of the detectors, lifters and refiners that were named.

Options are Hydra overrides as everywhere; ``detector=a,b lifter=c,d`` are four candidates. What
two candidates have in common is done once: a clip is watched once for each detector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import TypeVar

import numpy as np
from omegaconf import DictConfig

from framework.config import build, compose_config
from framework.errors import BackendError, ConfigurationError, FrameworkError
from framework.lab.evaluation.matching import Pair
from framework.pipeline import Pipeline
from framework.stages import STAGES, Lifter, Refiner
from framework.types import Pose3D, RunResult, Track, VideoInfo

_QUIET = ("renderer=none", "exporter=[]")
_LIFTING = ("lifter", "refiner")
Answers = TypeVar("Answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One combination and what came of it.

    Attributes:
        name: what tells it from the others.
        pairs: its answers beside the truth; empty when it could not answer.
        problem: why it could not, or "".
    """

    name: str
    pairs: list[Pair] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One combination as overrides: what is about watching, and what is about lifting."""

    name: str
    watching: tuple[str, ...]
    lifting: tuple[str, ...]

    def config(self) -> DictConfig:
        """Compose it.

        Raises:
            ConfigurationError: a name or an option is unknown.
        """
        return compose_config([*self.watching, *self.lifting, *_QUIET])


def choices(overrides: Sequence[str]) -> list[Choice]:
    """All combinations of stages that overrides name, separated by commas."""
    options = [_values(override) for override in overrides]
    varied = [len(values) > 1 for values in options]
    found = []
    for combination in product(*options):
        lifting = tuple(o for o in combination if re.split("[.=]", o)[0] in _LIFTING)
        watching = tuple(o for o in combination if o not in lifting)
        named = [o for o, vary in zip(combination, varied, strict=True) if vary]
        name = " ".join(o.partition("=")[2] for o in named) or _lifter_of(lifting)
        found.append(Choice(name, watching, lifting))
    return found


def _values(override: str) -> list[str]:
    key, _, values = override.partition("=")
    if key not in STAGES:
        return [override]
    return [f"{key}={value}" for value in re.split(r",(?![^\[]*\])", values)]


def _lifter_of(lifting: Sequence[str]) -> str:
    chosen = [o.partition("=")[2] for o in lifting if o.startswith("lifter=")]
    return chosen[-1] if chosen else str(compose_config().lifter.name)


def judge(
    chosen: Sequence[Choice], answer: Callable[[Choice], Answers]
) -> Iterator[tuple[Choice, Answers | BackendError | ConfigurationError]]:
    """Let every choice answer; one that lacks something does not stop the others.

    Raises:
        FrameworkError: of the first, when none can answer; or what is wrong with the truth or
            the clip.
    """
    for choice in chosen:
        choice.config()  # a misspelt name is an error at once, not a row of a table
    failed: list[FrameworkError] = []
    for choice in chosen:
        try:
            yield choice, answer(choice)
        except (BackendError, ConfigurationError) as error:
            failed.append(error)
            if len(failed) == len(chosen):
                raise failed[0] from None
            yield choice, error


def lift(
    config: DictConfig, tracks: list[Track], video: VideoInfo, *, strangers: bool = False
) -> list[Pose3D]:
    """Lift and refine tracks as a configuration says.

    Args:
        config: as a run has it.
        tracks: of one clip; or, of ``strangers``, each of a clip of its own.
        video: where they are from.
        strangers: whether refiners see each person alone.
    """
    ((_, lifter),) = build("lifter", config)
    refiners = [part for _, part in build("refiner", config)]
    with ExitStack() as stack:
        for part in (lifter, *refiners):
            stack.enter_context(part).start(video)
        assert isinstance(lifter, Lifter)  # noqa: S101  (the registry's entry makes it one)
        poses = lifter.lift(tracks, video) if tracks else []
        for refiner in refiners:
            assert isinstance(refiner, Refiner)  # noqa: S101
            if strangers:
                pairs = zip(poses, tracks, strict=True)
                poses = [refiner.refine([pose], [track], video)[0] for pose, track in pairs]
            else:
                poses = refiner.refine(poses, tracks, video)
    return poses


class Watcher:
    """Watches a clip once for each way of watching, and lifts what was seen any number of times.

    Args:
        clip: the video.
    """

    def __init__(self, clip: Path) -> None:
        self._clip = clip
        self._seen: dict[tuple[str, ...], tuple[RunResult, list[Track]]] = {}

    def answer(self, choice: Choice) -> RunResult:
        """Return the result that a run with this choice has."""
        config = choice.config()
        watched, tracks = self.watch(choice, config)
        poses = lift(config, tracks, watched.video)
        return with_poses(watched, tracks, poses)

    def watch(self, choice: Choice, config: DictConfig) -> tuple[RunResult, list[Track]]:
        """Return a result without poses that count, and the tracks a lifter is given."""
        if choice.watching not in self._seen:
            memory = _Memory()
            watched = Pipeline(config, lifter=memory, refiners=()).run(self._clip)
            self._seen[choice.watching] = watched, memory.tracks
        return self._seen[choice.watching]


def with_poses(watched: RunResult, tracks: list[Track], poses: list[Pose3D]) -> RunResult:
    """Put poses into a result; rows of frames that an interpolator made are left out."""
    kept = [
        pose.take(np.isin(track.time_s, watched.time_s))
        for track, pose in zip(tracks, poses, strict=True)
    ]
    return replace(watched, poses=tuple(kept))


class _Memory(Lifter):
    """Lifts nothing; remembers the tracks, so that others can lift them."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []

    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        self.tracks = tracks
        return [_no_pose(track) for track in tracks]


def _no_pose(track: Track) -> Pose3D:
    return Pose3D(
        track_id=track.id,
        skeleton=track.skeleton,
        joints=np.full((len(track), len(track.skeleton.joints), 3), np.nan, np.float32),
        valid=np.zeros(len(track), bool),
    )
