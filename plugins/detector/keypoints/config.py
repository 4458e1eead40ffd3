"""Options of ``detector=keypoints``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from framework.options import OptionError, Options, option
from framework.skeletons import SKELETONS

MAX_SIDE = 32768
"""Pixels; a larger number is a mistake."""

MIN_FPS = 0.01
MAX_FPS = 10_000
"""Frames per second: from a picture every minute or two to high-speed cameras."""

_MAX_NUMBER = 10**9


class FrameNumbering(Enum):
    """How the images that a file names become frames of the clip."""

    auto = "auto"
    number = "number"
    order = "order"


@dataclass(frozen=True, kw_only=True)
class KeypointFilesConfig(Options):
    """Which file, and what the file does not say itself."""

    file: Path | None = option(
        None,
        "keypoints of the video, file or folder; {stem} and {name} are the video's; null: the "
        "input itself holds keypoints",
    )
    image_size_wh: list[int] | None = option(
        None,
        "[width,height] of the images, pixels; null: as in the file or the video",
        low=1,
        high=MAX_SIDE,
        length=2,
    )
    fps: float | None = option(
        None,
        "frames per second where there is no video; null: as in the file",
        low=MIN_FPS,
        high=MAX_FPS,
    )
    frames: FrameNumbering = option(
        FrameNumbering.auto,
        "frames are known by the number in the names of the images, or by their order; auto: by "
        "number where the names have one",
    )
    first_number: int | None = option(
        None,
        "number of the first frame of the clip; null: 1 for tools that always count from it, else "
        "0",
        low=0,
        high=_MAX_NUMBER,
    )
    skeleton: str | None = option(
        None,
        f"order of the joints ({', '.join(SKELETONS)}); null: by their count, and where that is "
        "ambiguous, by the positions of the heads",
    )
    joints: list[str] | None = option(
        None,
        "names of the joints in the order of the file, such as [nose,left_hip,...]; null: as in "
        "the file",
    )
    entry: str | None = option(
        None,
        "which of several videos or cameras in one file; null: the one with the input's name",
    )
    score_threshold: float | None = option(
        None, "score from which a joint counts as seen; null: the usual one of the format", low=0
    )

    def __post_init__(self) -> None:
        """Check the values, and that the skeleton is known: plugins may add skeletons later."""
        super().__post_init__()
        if self.skeleton is not None and self.skeleton not in SKELETONS:
            known = ", ".join(SKELETONS)
            raise OptionError("skeleton", f"is {self.skeleton}, but must be one of {known}")
