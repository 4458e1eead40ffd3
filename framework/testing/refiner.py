"""The contract of `framework.stages.Refiner`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framework.stages import Refiner
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample
from framework.types import Pose3D


def play(refiner: Refiner, sample: Sample) -> list[Pose3D]:
    """The refined poses of a clip."""
    return refiner.refine(sample.poses, sample.tracks, sample.video)


def refine(subject: Subject[Refiner], sample: Sample) -> list[Pose3D]:
    """The same with a new refiner."""
    with subject.ready(sample.video) as refiner:
        return play(refiner, sample)


def keeps_people(subject: Subject[Refiner]) -> None:
    """As many poses come back, in order, with the same ids and the same skeleton."""
    sample = subject.sample()
    poses = refine(subject, sample)
    expect(isinstance(poses, list), f"{type(poses).__name__} instead of a list")
    ids, wanted = ([pose.track_id for pose in each] for each in (poses, sample.poses))
    expect(ids == wanted, f"poses of tracks {ids} instead of {wanted}")
    for pose, given in zip(poses, sample.poses, strict=True):
        expect(pose.skeleton == given.skeleton, f"skeleton {pose.skeleton.name}")


def keeps_rows(subject: Subject[Refiner]) -> None:
    """A pose keeps its number of rows; rows that cannot be improved stay or become invalid."""
    for pose in refine(subject, subject.sample()):
        expect(len(pose) == 24, f"{len(pose)} rows instead of 24")


def no_row_becomes_valid(subject: Subject[Refiner]) -> None:
    """A row that was not valid stays so: filling gaps is the task of trackers."""
    sample = subject.sample()
    for pose, given in zip(refine(subject, sample), sample.poses, strict=False):
        if len(pose) == len(given):
            made_up = np.flatnonzero(pose.valid & ~given.valid)
            expect(not made_up.size, f"rows {made_up.tolist()} became valid")


def valid_rows_are_whole(subject: Subject[Refiner]) -> None:
    """Joints are finite where a row is valid and NaN where it is not.

    A filter that runs over a gap spreads its NaN: treat each stretch of valid rows by itself.
    """
    for pose in refine(subject, subject.sample()):
        expect(np.isfinite(pose.joints[pose.valid]).all(), "a valid row has joints at NaN")
        expect(np.isnan(pose.joints[~pose.valid]).all(), "a row that is not valid has joints")


def nobody_is_an_empty_list(subject: Subject[Refiner]) -> None:
    """``refine([], [], video)`` is ``[]``."""
    poses = refine(subject, subject.sample(people=0))
    expect(poses == [], f"{len(poses)} poses of nobody")


def one_frame_is_a_clip(subject: Subject[Refiner]) -> None:
    """A pose of one row gives a pose of one row."""
    lengths = [len(pose) for pose in refine(subject, subject.sample(rows=1))]
    expect(set(lengths) <= {1}, f"poses of {lengths} rows for one frame")


def roots_belong_to_poses(subject: Subject[Refiner]) -> None:
    """A root is None, or finite in rows that are valid and NaN in those that are not.

    Renderers place people by their root, or side by side as soon as a row has none.
    """
    sample = subject.sample()
    for pose, given in zip(refine(subject, sample), sample.poses, strict=False):
        if pose.root is not None and len(pose) == len(given):
            valid, empty = pose.valid & given.valid, ~pose.valid
            expect(np.isfinite(pose.root[valid]).all(), "a valid row has a root at NaN")
            expect(np.isnan(pose.root[empty]).all(), "a row that is not valid has a root")


def uncertainties_stay(subject: Subject[Refiner]) -> None:
    """Poses that came with ``joint_sigmas`` have them: positive in valid rows, NaN in others."""
    sample = subject.sample()
    poses = [_with_sigmas(pose) for pose in sample.poses]
    refined = refine(subject, replace(sample, poses=poses))
    for pose, given in zip(refined, poses, strict=False):
        expect(pose.joint_sigmas is not None, "joint_sigmas were given, and None came back")
        if pose.joint_sigmas is not None and len(pose) == len(given):
            valid, empty = pose.valid & given.valid, ~pose.valid
            expect(
                (pose.joint_sigmas[valid] > 0).all(),
                "a valid row has joint_sigmas that are not positive",
            )
            expect(
                np.isnan(pose.joint_sigmas[empty]).all(), "a row that is not valid has joint_sigmas"
            )


def _with_sigmas(pose: Pose3D) -> Pose3D:
    joint_sigmas = np.where(pose.valid[:, None], np.float32(0.05), np.float32(np.nan))
    return replace(pose, joint_sigmas=np.repeat(joint_sigmas, len(pose.skeleton.joints), axis=1))


SUITE = Suite(
    play=play,
    checks=(
        keeps_people,
        keeps_rows,
        no_row_becomes_valid,
        valid_rows_are_whole,
        roots_belong_to_poses,
        uncertainties_stay,
        nobody_is_an_empty_list,
        one_frame_is_a_clip,
    ),
)
