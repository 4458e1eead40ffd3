"""Body height from the lengths of bones.

The legs (mean of left and right), the trunk and the neck are added as in a body stretched out, so
that the height does not depend on the pose.
"""

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
# In the order of `_PARTS`: the legs are a mean of left and right.
_SHARES = np.array([0.5, 0.5, 0.5, 0.5, 1, 1, 1])
_ENDS = 0.086
"""Share of the body height that lies outside of these bones, half of it at each end.

From the sole to the ankle 4.3 % (Drillis and Contini, "Body segment parameters", 1966, have 3.9 %),
and as much from the joint "head" of H36M-17 to the crown.
"""


def has_body_height(skeleton: Skeleton) -> bool:
    """Whether a skeleton has the joints that `body_height` needs."""
    return not _lacking(skeleton)


def body_height(joints: NDArray[np.floating], skeleton: Skeleton) -> float:
    """Body height in metres, the median over the rows.

    Args:
        joints: (T, J, 3) metres, no NaN, T at least 1.
        skeleton: of the joints.

    Raises:
        ConfigurationError: it lacks a leg, the trunk or the head.
    """
    if lacking := _lacking(skeleton):
        raise ConfigurationError(
            f"the body height cannot be measured on skeleton {skeleton.name!r}, which lacks "
            + ", ".join(sorted(lacking)),
            "Leave person_height_m at []: people then have the size that the lifter gives.",
        )
    ends = np.array([[skeleton.index(name) for name in part] for part in _PARTS])
    lengths = np.linalg.norm(joints[:, ends[:, 0]] - joints[:, ends[:, 1]], axis=-1)
    # (T, 7) lengths; the median ignores single rows that are lifted badly.
    return float(np.median(lengths @ _SHARES)) / (1 - _ENDS)


def _lacking(skeleton: Skeleton) -> set[str]:
    return {name for part in _PARTS for name in part} - set(skeleton.joints)
