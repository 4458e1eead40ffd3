"""How tall a body is, from its bones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framework.errors import ConfigurationError
from framework.skeletons import Skeleton

_PARTS = (
    ("left_hip", "left_knee"),
    ("right_hip", "right_knee"),
    ("left_knee", "left_ankle"),
    ("right_knee", "right_ankle"),
    ("pelvis", "spine"),
    ("spine", "thorax"),
    ("thorax", "head"),
)
_SHARES = np.array([0.5, 0.5, 0.5, 0.5, 1, 1, 1])
_ENDS = 0.086
"""Of stature: ankles lie as far above the sole as the joint "head" below the crown, 4.3 % each."""


def measurable(skeleton: Skeleton) -> bool:
    """Whether `stature` can be told of it."""
    return not _lacking(skeleton)


def stature(joints: NDArray[np.floating], skeleton: Skeleton) -> float:
    """Height in metres of the body stretched out, the median over the rows.

    Args:
        joints: (T, J, 3) metres, no NaN, T at least 1.
        skeleton: what the joints are.

    Raises:
        ConfigurationError: it lacks a leg, the trunk or the head.
    """
    if lacking := _lacking(skeleton):
        raise ConfigurationError(
            f"the height of a person of skeleton {skeleton.name!r} cannot be told: it has no "
            + ", ".join(sorted(lacking)),
            "Leave person_height_m at []: sizes are then as the lifter says.",
        )
    ends = np.array([[skeleton.index(name) for name in part] for part in _PARTS])
    lengths = np.linalg.norm(joints[:, ends[:, 0]] - joints[:, ends[:, 1]], axis=-1)
    return float(np.median(lengths @ _SHARES)) / (1 - _ENDS)


def _lacking(skeleton: Skeleton) -> set[str]:
    return {name for part in _PARTS for name in part} - set(skeleton.joints)
