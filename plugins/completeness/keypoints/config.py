"""Options of the keypoints filter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import OptionError, Options, option

_UPPER = ("shoulder", "elbow", "wrist", "hip")
_LOWER = ("hip", "knee", "ankle")


class Profile(Enum):
    """Which part of the body must be in the frame."""

    full = "full"
    upper = "upper"
    lower = "lower"


_LIMBS = {
    Profile.full: (*_UPPER, *_LOWER[1:]),
    Profile.upper: _UPPER,
    Profile.lower: _LOWER,
}


@dataclass(frozen=True, kw_only=True)
class KeypointCompletenessConfig(Options):
    """Which joints must be in the frame, how far from its edge, and how many must be visible.

    A body hides parts of itself: hands from behind, the far arm from the side. If every joint had
    to be visible, people in plain view would hardly ever be complete; so two of twelve may be
    hidden. With ``max_hidden=0`` none may.
    """

    profile: Profile = option(
        Profile.full, "required joints: full (shoulders to ankles), upper (to hips), lower"
    )
    joints: list[str] | None = option(
        None, "names of the required joints, instead of those of a profile"
    )
    max_hidden: float = option(
        0.2,
        "share of the required joints that may have a low score, yet lie in the frame",
        low=0,
        below=1,
    )
    hysteresis: float = option(
        0.1,
        "further share that may be hidden of a person who was complete a frame ago; 0: none",
        low=0,
        below=1,
    )
    score_threshold: float | None = option(
        None, "keypoint score from which a joint is visible; null: the detector's own"
    )
    margin: float = option(
        0.01,
        "least distance of a joint from the edge, as a share of the frame's shorter side",
        low=0,
        below=0.5,
    )

    def __post_init__(self) -> None:
        """Check ranges, and that a list of joints has some."""
        super().__post_init__()
        if self.joints is not None and not self.joints:
            raise OptionError(
                "joints", "is empty", "Name at least one joint, or choose completeness=none"
            )

    @property
    def required(self) -> list[str]:
        """Names of the joints that make a person complete."""
        if self.joints is not None:
            return self.joints
        sides = ("left", "right")
        return [f"{side}_{joint}" for joint in _LIMBS[self.profile] for side in sides]
