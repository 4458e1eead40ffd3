"""The candidates of an evaluation: every combination of detectors, lifters and refiners.

Options are Hydra overrides as everywhere; ``detector=a,b lifter=c,d`` are four combinations. What
combinations have in common is computed once: a video is decoded and detected once per detector.
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
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Transformer
from hydra.errors import HydraException
from omegaconf import DictConfig

from framework.config import build, compose_config, explain
from framework.errors import BackendError, ConfigurationError, FrameworkError
from framework.lab.evaluation.matching import PosePair
from framework.pipeline import Pipeline
from framework.stages import Lifter, Refiner
from framework.types import Pose3D, RunResult, Track, VideoInfo

_QUIET = ("renderer=none", "exporter=[]")
_LIFTING = ("lifter", "refiner")
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One combination (or a baseline) and its predictions.

    Attributes:
        name: the values in which it differs from the other candidates.
        pairs: its predictions beside the truth; empty when it could not run or found nobody.
        problem: why it could not run, or "".
    """

    name: str
    pairs: list[PosePair] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Combination:
    """One combination as overrides.

    Attributes:
        name: the values in which it differs from the others.
        tracking: overrides of everything before the lifter: combinations that share them share the
            tracks.
        lifting: overrides of lifter and refiners.
    """

    name: str
    tracking: tuple[str, ...]
    lifting: tuple[str, ...]

    def config(self) -> DictConfig:
        """Compose the configuration of a run that writes nothing.

        Raises:
            ConfigurationError: a name or an option is unknown.
        """
        return compose_config([*self.tracking, *self.lifting, *_QUIET])


def combinations(overrides: Sequence[str]) -> list[Combination]:
    """All combinations of overrides with several values, separated by commas.

    Raises:
        ConfigurationError: an override is not of Hydra's grammar.
    """
    options = [_values(override) for override in overrides]
    varied = [len(values) > 1 for values in options]
    found = []
    for combination in product(*options):
        lifting = tuple(o for o in combination if re.split("[.=]", o)[0] in _LIFTING)
        tracking = tuple(o for o in combination if o not in lifting)
        named = [o for o, vary in zip(combination, varied, strict=True) if vary]
        name = " ".join(o.partition("=")[2] for o in named) or _lifter_of(lifting)
        found.append(Combination(name, tracking, lifting))
    return found


def _values(override: str) -> list[str]:
    """One override for each value of a choice sweep, else the override itself."""
    try:
        parsed = OverridesParser.create().parse_override(override)
        if not parsed.is_sweep_override():
            return [override]
        # Encoded back to text, with quotes, because each value becomes an override again.
        values = list(parsed.sweep_iterator(transformer=Transformer.encode))
    except HydraException as error:
        raise explain(error, [override]) from error
    key = override.partition("=")[0]
    return [f"{key}={value}" for value in values]


def _lifter_of(lifting: Sequence[str]) -> str:
    chosen = [o.partition("=")[2] for o in lifting if o.startswith("lifter=")]
    # The last of repeated overrides counts.
    return chosen[-1] if chosen else str(compose_config().lifter.name)


def run_each(
    chosen: Sequence[Combination], run: Callable[[Combination], Output]
) -> Iterator[tuple[Combination, Output | BackendError | ConfigurationError]]:
    """Run every combination; one that lacks weights or libraries does not stop the others.

    Raises:
        FrameworkError: that of the first combination when none can run; or an error of the truth
            or the video.
    """
    for combination in chosen:
        combination.config()  # a misspelt name is an error at once, not a column of the table
    failed: list[FrameworkError] = []
    for combination in chosen:
        try:
            yield combination, run(combination)
        except (BackendError, ConfigurationError) as error:
            failed.append(error)
            if len(failed) == len(chosen):
                raise failed[0] from None
            yield combination, error


def lift(
    config: DictConfig, tracks: list[Track], video: VideoInfo, *, separately: bool = False
) -> list[Pose3D]:
    """Lift and refine tracks as a configuration says.

    Args:
        config: of a run.
        tracks: of one video; or, with ``separately``, each of a video of its own.
        video: the video they are from.
        separately: whether refiners get each person alone, instead of all people of a video.
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
            if separately:
                pairs = zip(poses, tracks, strict=True)
                poses = [refiner.refine([pose], [track], video)[0] for pose, track in pairs]
            else:
                poses = refiner.refine(poses, tracks, video)
    return poses


class TrackedVideo:
    """Tracks of a video: computed once per detector, lifted any number of times.

    Args:
        path: the video.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[str, ...], tuple[RunResult, list[Track]]] = {}

    def result(self, combination: Combination) -> RunResult:
        """Return the result of a run with this combination."""
        config = combination.config()
        tracked, tracks = self.tracks(combination, config)
        poses = lift(config, tracks, tracked.video)
        return with_poses(tracked, tracks, poses)

    def tracks(self, combination: Combination, config: DictConfig) -> tuple[RunResult, list[Track]]:
        """Return a result whose poses are empty, and the tracks that a lifter is given."""
        if combination.tracking not in self._known:
            recorder = _TrackRecorder()
            tracked = Pipeline(config, lifter=recorder, refiners=()).run(self._path)
            self._known[combination.tracking] = tracked, recorder.tracks
        return self._known[combination.tracking]


def with_poses(tracked: RunResult, tracks: list[Track], poses: list[Pose3D]) -> RunResult:
    """Put poses into a result; rows of interpolated frames are left out."""
    kept = [
        pose.take(np.isin(track.time_s, tracked.time_s))
        for track, pose in zip(tracks, poses, strict=True)
    ]
    return replace(tracked, poses=tuple(kept))


class _TrackRecorder(Lifter):
    """Stands in for a lifter in a run, and records the tracks that the lifter would get."""

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
