"""Cost of the pipeline beside its detector: time, memory, and overhead per frame.

    python benchmarks/pipeline.py [clip.mp4 [tracker=all ...]]

Goals: a whole run takes at most 1.1 times the detector's loop alone over the decoded frames, 1.3
times with the rendered video; a clip repeated ten times needs less than 30 MB more memory.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from framework import Pipeline
from framework.lab.sample.scene import default_scene
from framework.skeletons import BLAZEPOSE33
from framework.stages import Detector
from framework.types import Detections, FrameBatch
from framework.video.decode import FrameReader
from framework.video.ffmpeg import find_ffmpeg
from framework.video.probe import probe

ROUNDS = 3
QUIET = ["progress=false"]


class Trivial(Detector):
    """One person at the same place in every frame, without computation."""

    skeleton = BLAZEPOSE33
    person = Detections(
        skeleton=BLAZEPOSE33,
        boxes=np.array([[10, 10, 60, 110]], np.float32),
        box_scores=np.ones(1, np.float32),
        keypoints=np.linspace(12, 58, 66, dtype=np.float32).reshape(1, 33, 2),
        keypoint_scores=np.ones((1, 33), np.float32),
        keypoints_3d=np.linspace(-1, 1, 99, dtype=np.float32).reshape(1, 33, 3),
    )

    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return the same person for every frame."""
        return [self.person] * len(frames)


def detector_alone(clip: Path, *overrides: str) -> float:
    """Seconds of the detector alone, over chunks of decoded frames."""
    pipeline = Pipeline.from_config([*QUIET, *overrides])
    video = probe(clip)
    with pipeline.detector as detector, FrameReader(video, batch_size=16) as reader:
        detector.start(video)
        seconds = 0.0
        for frames in reader:
            begun = perf_counter()
            detector.detect(frames)
            seconds += perf_counter() - begun
    return seconds


def whole_run(clip: Path, *overrides: str) -> float:
    """Seconds of a run that writes its files; models are open already."""
    with tempfile.TemporaryDirectory() as folder:
        with Pipeline.from_config([*QUIET, *overrides], output=folder) as pipeline:
            begun = perf_counter()
            pipeline.run(clip)
            return perf_counter() - begun


def peak_memory_mb(clip: Path, *overrides: str) -> float:
    """Peak resident memory of a run in a process of its own."""
    code = (
        "import resource, sys, tempfile\n"
        "from framework import Pipeline\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    settings = ['progress=false', *sys.argv[2:]]\n"
        "    Pipeline.from_config(settings, output=folder).run(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    call = [sys.executable, "-c", code, str(clip), *overrides]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def overhead_us(clip: Path) -> float:
    """Microseconds per frame that the pipeline adds to decoding, with a trivial detector."""
    video = probe(clip)
    with FrameReader(video, batch_size=16) as reader:
        begun = perf_counter()
        frames = sum(len(batch) for batch in reader)
        decoding = perf_counter() - begun
    pipeline = Pipeline.from_config(QUIET).config
    with Pipeline(pipeline, detector=Trivial()) as runner:
        begun = perf_counter()
        runner.run(clip)
        return (perf_counter() - begun - decoding) / frames * 1e6


def main() -> None:
    """Print every figure with its goal."""
    overrides = sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "sample.mp4"
        if not clip.exists():
            from framework.lab.sample.clip import render

            render(default_scene(), clip, folder / "truth.npz")
        rounds = [
            (
                detector_alone(clip, *overrides),
                whole_run(clip, "renderer=none", *overrides),
                whole_run(clip, *overrides),
            )
            for _ in range(ROUNDS)
        ]
        alone = statistics.median(seconds for seconds, _, _ in rounds)
        bare = statistics.median(whole / seconds for seconds, whole, _ in rounds)
        drawn = statistics.median(whole / seconds for seconds, _, whole in rounds)
        print(f"{clip.name}: detector alone {alone:.2f} s (median of {ROUNDS} rounds)")
        print(f"  whole run without a renderer / detector alone: {bare:.2f} (goal 1.1)")
        print(f"  whole run with the rendered video / detector alone: {drawn:.2f} (goal 1.3)")
        print(f"  overhead with a trivial detector: {overhead_us(clip):.0f} us a frame")
        repeated = folder / "ten.mp4"
        loop = ["-stream_loop", "9", "-i", str(clip), "-c", "copy", "-an", str(repeated)]
        subprocess.run([str(find_ffmpeg()), "-v", "error", *loop], check=True)
        once, ten = (peak_memory_mb(each, *overrides) for each in (clip, repeated))
        print(f"  peak memory {once:.0f} MB, ten times the clip {ten:.0f} MB: ", end="")
        print(f"{ten - once:+.0f} MB (goal below 30)")


if __name__ == "__main__":
    main()
