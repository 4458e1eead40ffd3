"""Settings of the keypoints filter."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError

_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def _both_sides() -> list[str]:
    return [f"{side}_{joint}" for joint in _LIMBS for side in ("left", "right")]


@dataclass(frozen=True, kw_only=True)
class KeypointsConfig:
    """Which joints must be in the frame, how far from its edge, and how many of them be seen.

    A body hides parts of itself: hands from behind, the far arm from the side. Where every joint
    had to be seen, people in plain view would hardly ever be complete; so two of twelve may hide.
    With ``max_hidden=0`` none may.
    """

    joints: list[str] = field(
        default_factory=_both_sides,
        metadata={"help": "names of the joints that make a person complete"},
    )
    max_hidden: float = field(
        default=0.2,
        metadata={"help": "share of them that may score low, hidden by the body, yet in the frame"},
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
        if not self.joints:
            raise ConfigurationError(
                "completeness.joints is empty",
                "name at least one joint, or choose completeness=none",
            )
        if not 0 <= self.max_hidden < 1:
            raise ConfigurationError(
                f"completeness.max_hidden must be 0 or more and below 1, but is {self.max_hidden}",
                "0 demands that every joint is seen",
            )
        if not 0 <= self.margin < 0.5:
            raise ConfigurationError(
                f"completeness.margin must be 0 or more and below 0.5, but is {self.margin}",
                "0.01 keeps joints 1 % of the shorter side away from the edge",
            )
