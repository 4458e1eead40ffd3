"""Options of the video renderer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from framework.options import Options, option


class OutputFormat(Enum):
    """File format of the rendered video."""

    mp4 = "mp4"
    gif = "gif"


class Floor(Enum):
    """How the height of the floor is found."""

    auto = "auto"
    clip = "clip"
    frame = "frame"


class Rate(Enum):
    """Which frames are drawn."""

    source = "source"
    interpolated = "interpolated"


class Preset(Enum):
    """Effort of the H.264 encoder: the slower, the smaller the file at the same quality."""

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
class VideoConfig(Options):
    """What is shown, from which viewpoint, and how it is encoded."""

    format: OutputFormat = option(OutputFormat.mp4, "mp4 (with sound) or gif")
    height_px: int | None = option(
        None,
        "height of both panels in pixels; null: the source's, 240 to 720",
        low=64,
        high=4320,
    )
    azimuth_deg: float = option(
        25.0, "azimuth of the viewpoint in degrees: 0 is the camera's, positive is to the right"
    )
    elevation_deg: float = option(
        12.0,
        "degrees by which the viewpoint looks down; 90 is from above",
        low=-10,
        high=90,
    )
    orbit_deg_per_s: float = option(
        0.0, "degrees per second by which the azimuth grows; 0: a fixed viewpoint"
    )
    camera_tilt_deg: float = option(
        0.0,
        "degrees by which the recording camera looked down; corrects people who lean",
        low=-90,
        high=90,
    )
    floor: Floor = option(
        Floor.auto,
        "clip: one height for the clip; frame: the lowest joint of each frame is on it; auto: the "
        "lowest height within a second where the root is known, else frame, smoothed",
    )
    skip_s: float = option(0.0, "seconds left out at the start", low=0)
    limit_s: float | None = option(
        None, "seconds drawn at most, after skip_s; null: to the end", above=0
    )
    downsample: int = option(1, "draw every Nth frame", low=1)
    rate: Rate = option(
        Rate.source, "source: the clip's frames; interpolated: also those of the interpolator"
    )
    speed: float = option(
        1.0,
        "playback speed relative to the clip; 0.25 is slow motion. Only 1 has sound",
        low=0.01,
        high=100,
    )
    crf: int = option(
        20, "H.264 quality, 0 (lossless) to 51; unused with bitrate_kbps", low=0, high=51
    )
    bitrate_kbps: int | None = option(
        None, "kilobits per second of the mp4; null: as crf needs", low=1
    )
    preset: Preset = option(Preset.ultrafast, "H.264 effort, ultrafast to veryslow")
