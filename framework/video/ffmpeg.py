"""Where the ffmpeg program is."""

from __future__ import annotations

import shutil
from pathlib import Path

from framework.errors import BackendError


def find_ffmpeg(configured: Path | None = None) -> Path:
    """Return the configured program, else the one on PATH, else imageio-ffmpeg's.

    Raises:
        BackendError: the configured file cannot be run, or there is no ffmpeg at all.
    """
    if configured is not None:
        if found := shutil.which(configured):
            return Path(found)
        raise BackendError(
            f"the configured ffmpeg '{configured}' cannot be run",
            "Correct the path, or leave it out to use the ffmpeg of this system.",
        )
    if found := shutil.which("ffmpeg"):
        return Path(found)
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise BackendError(
            "there is no ffmpeg program to write videos with",
            "Install one: python -m pip install imageio-ffmpeg",
        ) from error
