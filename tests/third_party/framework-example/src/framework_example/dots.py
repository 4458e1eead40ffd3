"""The clip with a dot on every joint, as an AVI of JPEG pictures."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import av
import numpy as np

from framework.stages import Renderer, Runtime
from framework.types import Bytes, FrameBatch, RunResult

from .config import DotsConfig


class Dots(Renderer):
    """``<target>_dots.avi``, as large as the clip."""

    def __init__(self, config: DotsConfig, runtime: Runtime) -> None:
        self._size = config.size_px
        self._out: av.container.OutputContainer | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of a file that was begun and not closed."""
        self._out = None

    def open(self, result: RunResult, target: Path) -> None:
        """Begin the file."""
        self._result, self._row = result, 0
        self._path = target.with_name(f"{target.name}_dots.avi")
        self._out = av.open(str(self._path), "w")
        self._stream = self._out.add_stream("mjpeg", rate=result.video.fps)
        self._stream.width, self._stream.height = result.video.size_wh
        self._stream.pix_fmt = "yuvj420p"

    def draw(self, frames: FrameBatch) -> None:
        """Draw these frames."""
        for image in frames.images:
            picture = av.VideoFrame.from_ndarray(self._dotted(image), format="rgb24")
            self._out.mux(self._stream.encode(picture))
            self._row += 1

    def close(self) -> Path | None:
        """Finish the file."""
        self._out.mux(self._stream.encode(None))
        self._out.close()
        self._out = None
        return self._path

    def _dotted(self, image: Bytes) -> Bytes:
        image = image.copy()
        for track in self._result.tracks:
            points = track.keypoints[self._row]
            for x, y in np.rint(points[np.isfinite(points).all(axis=1)]).astype(int).clip(0):
                image[y : y + self._size, x : x + self._size] = (255, 80, 0)
        return image
