"""Joints as markers: their names in biomechanics and their places in the world of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from framework.animation import to_world
from framework.errors import ConfigurationError
from framework.geometry.camera import Array
from framework.skeletons import H36M17, map_joints
from framework.types import Pose3D

MARKERS: Mapping[str, Mapping[str, str]] = {
    "h36m": {joint: joint for joint in H36M17.joints},
    # spine and neck of H36M-17 are no markers of Pose2Sim's models.
    "pose2sim": {
        "pelvis": "Hip",
        "right_hip": "RHip",
        "right_knee": "RKnee",
        "right_ankle": "RAnkle",
        "left_hip": "LHip",
        "left_knee": "LKnee",
        "left_ankle": "LAnkle",
        "thorax": "Neck",
        "head": "Head",
        "right_shoulder": "RShoulder",
        "right_elbow": "RElbow",
        "right_wrist": "RWrist",
        "left_shoulder": "LShoulder",
        "left_elbow": "LElbow",
        "left_wrist": "LWrist",
    },
}


class Markers(NamedTuple):
    """Markers of one person over time; T rows, M markers.

    Attributes:
        names: of the markers.
        points: (T, M, 3) metres, y up, NaN where there is no pose.
        sigmas: (T, M) metres along each axis, NaN where none is stated.
    """

    names: list[str]
    points: Array
    sigmas: Array


def markers_of(pose: Pose3D, chosen: Mapping[str, str], file: str) -> Markers:
    """Those markers of which the joint is known in at least one row.

    Args:
        pose: of one person; at its root where that is known.
        chosen: names of markers by joint of H36M-17, such as ``MARKERS["h36m"]``.
        file: kind of file, for the error.

    Raises:
        ConfigurationError: the poses have none of the joints.
    """
    joints = map_joints(pose.joints, pose.skeleton, H36M17)
    known = [name for name in chosen if np.isfinite(joints[:, H36M17.index(name)]).any()]
    if not known:
        raise ConfigurationError(
            f"poses of skeleton {pose.skeleton.name!r} have no joint that {file} files name",
            "Choose a lifter that gives joints of H36M-17.",
        )
    points = joints[:, [H36M17.index(name) for name in known]].astype(np.float64)
    if pose.root is not None:
        points += pose.root[:, None]
    points[~pose.valid] = np.nan
    return Markers([chosen[name] for name in known], to_world(points), _sigmas(pose, known))


def _sigmas(pose: Pose3D, known: list[str]) -> Array:
    """(T, M); NaN of joints that are means of others, whose errors are alike to an unknown part."""
    sigmas = np.full((len(pose), len(known)), np.nan)
    if pose.joint_sigmas is not None:
        for column, name in enumerate(known):
            if name in pose.skeleton.joints:
                sigmas[:, column] = pose.joint_sigmas[:, pose.skeleton.index(name)]
    return sigmas
