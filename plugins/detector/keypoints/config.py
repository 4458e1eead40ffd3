"""Settings of ``detector=keypoints``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from framework.errors import ConfigurationError
from framework.skeletons import SKELETONS

MAX_SIDE = 32768
"""Pixels; more is no picture."""


class Frames(Enum):
    """How the pictures that a file names become frames of the clip."""

    auto = "auto"
    number = "number"
    order = "order"


@dataclass(frozen=True, kw_only=True)
class KeypointsConfig:
    """Which file, and what it does not say itself."""

    file: Path | None = field(
        default=None,
        metadata={
            "help": "keypoints of the video, file or folder; {stem} and {name} are the video's; "
            "null: the input itself holds keypoints"
        },
    )
    image_size_wh: list[int] | None = field(
        default=None,
        metadata={"help": "[width,height] of the pictures, pixels; null: as the file or video"},
    )
    fps: float | None = field(
        default=None,
        metadata={"help": "frames a second where there is no video; null: as the file says"},
    )
    frames: Frames = field(
        default=Frames.auto,
        metadata={
            "help": "frames are known by the number in the names of the pictures, or by their "
            "order; auto: by number where the names have one"
        },
    )
    first_number: int = field(
        default=0, metadata={"help": "the number that the first frame of the clip has"}
    )
    skeleton: str | None = field(
        default=None,
        metadata={
            "help": f"order of the joints ({', '.join(SKELETONS)}); null: by their count, and "
            "where that does not tell, by where the heads are"
        },
    )
    entry: str | None = field(
        default=None,
        metadata={"help": "which of several videos in one npz; null: that of the input's name"},
    )
    score_threshold: float | None = field(
        default=None,
        metadata={"help": "score from which a joint counts as seen; null: as the format needs"},
    )

    def __post_init__(self) -> None:
        """Check ranges and names."""
        wrong = {
            "image_size_wh": self.image_size_wh is not None
            and (
                len(self.image_size_wh) != 2
                or not all(1 <= side <= MAX_SIDE for side in self.image_size_wh)
            ),
            "fps": self.fps is not None and not 0 < self.fps <= 10_000,
            "first_number": self.first_number < 0,
            "skeleton": self.skeleton is not None and self.skeleton not in SKELETONS,
            "score_threshold": self.score_threshold is not None and not self.score_threshold >= 0,
        }
        for key, bad in wrong.items():
            if bad:
                help_text = self.__dataclass_fields__[key].metadata["help"]
                raise ConfigurationError(
                    f"detector.{key} is {getattr(self, key)}, which makes no sense",
                    f"{key}: {help_text}.",
                )
