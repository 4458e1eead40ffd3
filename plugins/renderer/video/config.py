"""Settings of the video renderer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from framework.errors import ConfigurationError


class Format(Enum):
    """What kind of file is written."""

    mp4 = "mp4"
    gif = "gif"


class Floor(Enum):
    """Where the floor is."""

    auto = "auto"
    clip = "clip"
    frame = "frame"


class Rate(Enum):
    """Which frames are drawn."""

    source = "source"
    interpolated = "interpolated"


class Preset(Enum):
    """How long the H.264 encoder may think, from quick to thorough."""

    ultrafast = "ultrafast"
    superfast = "superfast"
    veryfast = "veryfast"
    faster = "faster"
    fast = "fast"
    medium = "medium"
    slow = "slow"
    slower = "slower"
    veryslow = "veryslow"


@dataclass(frozen=True, kw_only=True)
class VideoConfig:
    """What is shown, from where, and how it is encoded."""

    format: Format = field(default=Format.mp4, metadata={"help": "mp4 (with sound) or gif"})
    height_px: int | None = field(
        default=None,
        metadata={"help": "height of both panels in pixels; null: the source's, 240 to 720"},
    )
    azimuth_deg: float = field(
        default=25.0,
        metadata={"help": "degrees that the viewer walks to the right; 0 is the camera's side"},
    )
    elevation_deg: float = field(
        default=12.0, metadata={"help": "degrees that the viewer looks down; 90 is from above"}
    )
    orbit_deg_per_s: float = field(
        default=0.0,
        metadata={"help": "degrees per second that the viewer walks on; 0 stands still"},
    )
    camera_tilt_deg: float = field(
        default=0.0,
        metadata={"help": "degrees that the filming camera looked down; cures leaning people"},
    )
    floor: Floor = field(
        default=Floor.auto,
        metadata={
            "help": "clip: one height for the clip; frame: the lowest joint stands on it; "
            "auto: what was lowest within a second where the root is known, else frame, smoothed"
        },
    )
    skip_s: float = field(default=0.0, metadata={"help": "seconds left out at the start"})
    limit_s: float | None = field(
        default=None, metadata={"help": "seconds drawn at most, after skip_s; null: to the end"}
    )
    downsample: int = field(default=1, metadata={"help": "draw every Nth frame"})
    rate: Rate = field(
        default=Rate.source,
        metadata={
            "help": "source: the clip's own frames; interpolated: those of the interpolator too"
        },
    )
    speed: float = field(
        default=1.0,
        metadata={"help": "times the speed of the clip; 0.25 is slow motion. Only 1 has sound"},
    )
    crf: int = field(
        default=20, metadata={"help": "H.264 quality, 0 (perfect) to 51; unused with bitrate_kbps"}
    )
    bitrate_kbps: int | None = field(
        default=None, metadata={"help": "kilobits per second of the mp4; null: as crf needs"}
    )
    preset: Preset = field(
        default=Preset.ultrafast, metadata={"help": "H.264 effort, ultrafast to veryslow"}
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        wrong = {
            "height_px": self.height_px is not None and not 64 <= self.height_px <= 4320,
            "elevation_deg": not -10 <= self.elevation_deg <= 90,
            "camera_tilt_deg": not -90 <= self.camera_tilt_deg <= 90,
            "skip_s": not self.skip_s >= 0,
            "limit_s": self.limit_s is not None and not self.limit_s > 0,
            "downsample": self.downsample < 1,
            "speed": not 0.01 <= self.speed <= 100,
            "crf": not 0 <= self.crf <= 51,
            "bitrate_kbps": self.bitrate_kbps is not None and self.bitrate_kbps < 1,
        }
        for key, bad in wrong.items():
            if bad:
                help_text = self.__dataclass_fields__[key].metadata["help"]
                raise ConfigurationError(
                    f"renderer.{key} is {getattr(self, key)}, which is out of range",
                    f"{key}: {help_text}.",
                )
