"""A check of a track's skeleton that lifters share."""

from __future__ import annotations

import numpy as np

from framework.errors import ConfigurationError
from framework.skeletons import Skeleton, mapping_matrix


def require_joints(lifter: str, source: Skeleton, target: Skeleton) -> None:
    """Check that every joint of ``target`` follows from joints of ``source``.

    Args:
        lifter: its name, for the message.
        source: skeleton of the track.
        target: the joints that the lifter needs.

    Raises:
        ConfigurationError: some do not; the message names them.
    """
    lacking = np.flatnonzero(~mapping_matrix(source, target).any(axis=1))
    if lacking.size:
        names = ", ".join(target.joints[joint] for joint in lacking)
        raise ConfigurationError(
            f"lifter {lifter!r} needs {names}, which skeleton {source.name!r} does not have",
            "Choose a detector whose skeleton has them: python -m framework.list",
        )
