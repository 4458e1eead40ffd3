"""A scene as files: a video and its truth; either both are written or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from framework.errors import StageError
from framework.lab.sample.frame import Bytes, render_frame
from framework.lab.sample.ground_truth import truth
from framework.lab.sample.scene import Scene
from framework.video.encode import VideoWriter

THREADS = 2
BLOCK = 8
"""Frames rendered ahead of the encoder; this bounds the memory."""


def render(
    scene: Scene,
    video_path: Path,
    truth_path: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Render a scene as a video, and write its truth.

    Args:
        scene: people, camera, frame rate and length.
        video_path: the ``.mp4`` to write; its folder is made, an existing file is replaced.
        truth_path: the ``.npz`` to write, with the arrays of `ground_truth.truth`.
        progress: called after every frame with the number of frames done and of all frames.

    Raises:
        StageError: a file could not be written; no partial file is left.
    """
    total = len(scene.times)
    try:
        for path in (video_path, truth_path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=video_path.parent, prefix=".sample-") as folder:
            video, arrays = Path(folder) / video_path.name, Path(folder) / "truth.npz"
            with VideoWriter(video, size_wh=scene.size_wh, fps=scene.fps) as writer:
                for row, image in enumerate(_frames(scene)):
                    writer.write(image, float(scene.times[row]))
                    if progress is not None:
                        progress(row + 1, total)
            known: dict[str, Any] = dict(truth(scene))
            np.savez_compressed(arrays, **known)
            # Both files are complete before either gets its final name.
            arrays.replace(truth_path)
            video.replace(video_path)
    except OSError as error:
        raise StageError(
            f"the sample could not be written: {error}",
            "Check that the folder can be written to and the disk has room.",
        ) from error


def _frames(scene: Scene) -> Iterator[Bytes]:
    """The frames in order; NumPy and OpenCV release the GIL, so threads render in parallel."""
    times = scene.times.tolist()
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(times), BLOCK):
            block = times[first : first + BLOCK]
            yield from pool.map(lambda time: render_frame(scene, time), block)
