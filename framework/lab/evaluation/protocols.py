"""What can be evaluated: a video, a results file, and packed motion capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from framework import results
from framework.errors import FrameworkError
from framework.lab.evaluation.candidates import (
    Candidate,
    Combination,
    TrackedVideo,
    combinations,
    lift,
    run_each,
    with_poses,
)
from framework.lab.evaluation.matching import PosePair, clock_notes, pair_up
from framework.lab.evaluation.measures import ALL
from framework.lab.evaluation.report import Report, Section, section
from framework.lab.evaluation.truth import load_truth

if TYPE_CHECKING:
    from framework.lab.evaluation.baselines import MeanPose, NearestNeighbour
    from framework.lab.motion.noise import Noise


def evaluate_clip(
    clip: Path,
    truth: Path,
    overrides: Sequence[str] = (),
    *,
    joints: Sequence[str] = ALL,
    training: Path | None = None,
    seed: int = 0,
) -> Report:
    """Run every candidate on a video and compare with the truth.

    Args:
        clip: the video; it is decoded and detected once for each detector.
        truth: see `framework.lab.evaluation.truth.load_truth`.
        overrides: as on the command line; ``lifter=a,b`` are two candidates.
        joints: names of H36M-17; those that the truth or a candidate lacks are left out.
        training: folder of packed motion capture to make the baselines from, or None.
        seed: of the baselines.

    Raises:
        FrameworkError: the truth or the clip cannot be read, an option is unknown, or no
            candidate can run.
    """
    # The truth is read first: a wrong file must not cost a run.
    true, video = load_truth(truth), TrackedVideo(clip)
    chosen = combinations(overrides)
    matched: list[str] = []

    def pairs(combination: Combination) -> list[PosePair]:
        result = video.result(combination)
        matched.extend(note for note in clock_notes(result, true) if note not in matched)
        return pair_up(result, true)

    evaluated = _candidates(chosen, pairs)
    rows = []
    for name, baseline in _baselines(training, seed).items():
        tracked, tracks = video.tracks(chosen[0], chosen[0].config())
        result = with_poses(tracked, tracks, baseline.lift(tracks))
        rows.append(Candidate(name=name, pairs=pair_up(result, true)))
    return Report(
        title=f"{clip.name} against {true.name}",
        notes=(*_notes(true.in_camera_axes), *true.notes, *matched),
        sections=(section("", [*rows, *evaluated], joints),),
    )


def evaluate_result(result: Path, truth: Path, *, joints: Sequence[str] = ALL) -> Report:
    """Compare a results file with the truth."""
    true = load_truth(truth)
    loaded = results.load(result)
    row = Candidate(name=result.name, pairs=pair_up(loaded, true))
    return Report(
        title=f"{result.name} against {true.name}",
        notes=(*_notes(true.in_camera_axes), *true.notes, *clock_notes(loaded, true)),
        sections=(section("", [row], joints),),
    )


def evaluate_mocap(
    folder: Path, overrides: Sequence[str] = (), *, joints: Sequence[str] = ALL, seed: int = 0
) -> Report:
    """Compare lifters on held-out people: from clean 2D, then from 2D with detector noise.

    Args:
        folder: see `framework.lab.evaluation.mocap.read_people`.
        overrides: as on the command line; only those of lifter and refiner matter.
        joints: names of H36M-17.
        seed: of cameras and noise.

    Raises:
        FrameworkError: the folder cannot be read, an option is unknown, or no candidate can run.
    """
    from framework.lab.evaluation import mocap

    # Baselines see the training people only, as the lifters did.
    people, baselines = mocap.read_people(folder, "test"), _baselines(folder, seed)
    chosen = combinations(overrides)

    def under(condition: str, noise: Noise) -> Section:
        excerpts = mocap.excerpts(people, noise, seed)
        tracks = [excerpt.track for excerpt in excerpts]
        rows = [
            Candidate(name=name, pairs=mocap.pairs(excerpts, baseline.lift(tracks)))
            for name, baseline in baselines.items()
        ]
        rows += _candidates(
            chosen,
            lambda c: mocap.pairs(excerpts, lift(c.config(), tracks, mocap.VIDEO, separately=True)),
        )
        return section(condition, rows, joints)

    return Report(
        title=f"held-out people in {folder.name}, synthetic cameras, seed {seed}",
        notes=_notes(True),
        sections=tuple(under(*condition) for condition in mocap.CONDITIONS.items()),
    )


def _candidates(
    chosen: Sequence[Combination], predict: Callable[[Combination], list[PosePair]]
) -> list[Candidate]:
    return [
        Candidate(name=combination.name, problem=str(output).splitlines()[0])
        if isinstance(output, FrameworkError)
        else Candidate(name=combination.name, pairs=output)
        for combination, output in run_each(chosen, predict)
    ]


def _baselines(training: Path | None, seed: int) -> dict[str, MeanPose | NearestNeighbour]:
    if training is None:
        return {}
    from framework.lab.evaluation.baselines import Examples, MeanPose, NearestNeighbour
    from framework.lab.evaluation.mocap import library

    examples = Examples(library(training), seed)
    return {"mean pose": MeanPose(examples), "nearest neighbour": NearestNeighbour(examples)}


def _notes(in_camera_axes: bool) -> tuple[str, ...]:
    if in_camera_axes:
        return ()
    return (
        "The truth is not in camera axes, so MPJPE, N-MPJPE, PCK, AUC and calibration are empty; "
        "velocity and acceleration are those of poses aligned to the truth one by one.",
    )
