"""Settings that these interpolators share."""

from __future__ import annotations

from dataclasses import dataclass, field

from framework.errors import ConfigurationError

MAX_FACTOR = 64


@dataclass(frozen=True, kw_only=True)
class BetweenConfig:
    """How many frames are put where."""

    factor: int = field(
        default=2, metadata={"help": "times the frame rate: factor - 1 frames in every gap"}
    )
    target_fps: float | None = field(
        default=None,
        metadata={"help": "frames a second to come near to, in place of factor; null: factor"},
    )
    max_gap_s: float = field(
        default=0.5, metadata={"help": "seconds; nothing is put into a longer gap"}
    )
    max_difference: float = field(
        default=0.13,
        metadata={"help": "0..1; frames that differ more are a scene cut, left as it is"},
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        wrong = {
            "factor": not 1 <= self.factor <= MAX_FACTOR,
            "target_fps": self.target_fps is not None and not 0 < self.target_fps <= 1000,
            "max_gap_s": not 0 < self.max_gap_s <= 10,
            "max_difference": not 0 <= self.max_difference <= 1,
        }
        for key, bad in wrong.items():
            if bad:
                help_text = self.__dataclass_fields__[key].metadata["help"]
                raise ConfigurationError(
                    f"interpolator.{key} is {getattr(self, key)}, which is out of range",
                    f"{key}: {help_text}. Ranges: factor 1 to {MAX_FACTOR}, target_fps up to "
                    "1000, max_gap_s up to 10, max_difference 0 to 1.",
                )
