"""Settings of the keypoints filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from framework.errors import ConfigurationError

_UPPER = ("shoulder", "elbow", "wrist", "hip")
_LOWER = ("hip", "knee", "ankle")


class Profile(Enum):
    """Which part of the body must be in view."""

    full = "full"
    upper = "upper"
    lower = "lower"


_LIMBS = {
    Profile.full: (*_UPPER, *_LOWER[1:]),
    Profile.upper: _UPPER,
    Profile.lower: _LOWER,
}


@dataclass(frozen=True, kw_only=True)
class KeypointsConfig:
    """Which joints must be in the frame, how far from its edge, and how many of them be seen.

    A body hides parts of itself: hands from behind, the far arm from the side. Where every joint
    had to be seen, people in plain view would hardly ever be complete; so two of twelve may hide.
    With ``max_hidden=0`` none may.
    """

    profile: Profile = field(
        default=Profile.full,
        metadata={"help": "joints required: full (shoulders to ankles), upper (to hips), lower"},
    )
    joints: list[str] | None = field(
        default=None,
        metadata={"help": "names of the joints required, in place of a profile's"},
    )
    max_hidden: float = field(
        default=0.2,
        metadata={"help": "share of them that may score low, hidden by the body, yet in the frame"},
    )
    hysteresis: float = field(
        default=0.1,
        metadata={"help": "further share that may hide of who was complete a frame ago; 0: none"},
    )
    score_threshold: float | None = field(
        default=None,
        metadata={"help": "keypoint score from which a joint is seen; null: the detector's own"},
    )
    margin: float = field(
        default=0.01,
        metadata={"help": "distance to keep from the edge, as a share of the frame's shorter side"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        if self.joints is not None and not self.joints:
            raise ConfigurationError(
                "completeness.joints is empty",
                "name at least one joint, or choose completeness=none",
            )
        if not 0 <= self.max_hidden < 1:
            raise ConfigurationError(
                f"completeness.max_hidden must be 0 or more and below 1, but is {self.max_hidden}",
                "0 demands that every joint is seen",
            )
        if not 0 <= self.hysteresis < 1:
            raise ConfigurationError(
                f"completeness.hysteresis must be 0 or more and below 1, but is {self.hysteresis}",
                "0 judges every frame by itself",
            )
        if not 0 <= self.margin < 0.5:
            raise ConfigurationError(
                f"completeness.margin must be 0 or more and below 0.5, but is {self.margin}",
                "0.01 keeps joints 1 % of the shorter side away from the edge",
            )

    @property
    def required(self) -> list[str]:
        """Names of the joints that make a person complete."""
        if self.joints is not None:
            return self.joints
        sides = ("left", "right")
        return [f"{side}_{joint}" for joint in _LIMBS[self.profile] for side in sides]
