"""People per second of a top-down detector, and of rtmlib's own loop where that is installed.

``python benchmarks/people.py CLIP POSE.onnx YOLOX.onnx [FRAMES]``: POSE has RTMPose's inputs and
outputs, YOLOX is a COCO file. A CPU second is one of the whole process, waiting threads included.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

from framework.plugins.detector.rtmpose.config import RtmPoseConfig
from framework.plugins.detector.rtmpose.rtmpose import RtmPose
from framework.stages import Runtime
from framework.types import FrameBatch, VideoInfo
from framework.video.decode import FrameReader
from framework.video.probe import probe

THRESHOLD = 0.45
"""rtmlib applies this threshold to raw YOLOX boxes, whatever its argument is."""

THREADS = 2


def read(video: VideoInfo, count: int) -> list[FrameBatch]:
    """The first frames, decoded beforehand."""
    chunks: list[FrameBatch] = []
    with FrameReader(video, batch_size=16) as reader:
        for frames in reader:
            chunks.append(frames)
            if sum(map(len, chunks)) >= count:
                break
    return chunks


def ours(video: VideoInfo, chunks: Sequence[FrameBatch], config: RtmPoseConfig) -> None:
    """Time our detector after one chunk to warm up."""
    name = f"ours, redetect_s={config.redetect_s}"
    with RtmPose(config, Runtime(device="cpu", threads=THREADS)) as detector:
        detector.start(video)
        detector.detect(chunks[0])
        detector.start(video)
        measure(name, lambda: sum(len(d) for frames in chunks for d in detector.detect(frames)))


def rtmlib(chunks: Sequence[FrameBatch], pose: Path, persons: Path) -> None:
    """Time rtmlib's loop: person detection in every frame, then one pose inference per person."""
    from rtmlib import YOLOX, RTMPose

    with redirect_stdout(StringIO()):  # it prints what it loads
        finder = YOLOX(str(persons), (416, 416), det_mode="multiclass", score_thr=THRESHOLD)
        model = RTMPose(str(pose), (192, 256))
    images = [image[..., ::-1].copy() for frames in chunks for image in frames.images]

    def loop() -> int:
        found = 0
        for image in images:
            boxes, classes = finder(image)
            people = [box for box, kind in zip(boxes, classes, strict=True) if kind == 0]
            found += len(model(image, bboxes=people)[0]) if people else 0
        return found

    measure("rtmlib", loop)


def measure(name: str, work: Callable[[], int]) -> None:
    """Print how many people per second ``work`` found."""
    wall, cpu = time.perf_counter(), time.process_time()
    people = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rates = f"{people / wall:6.1f} per second, {people / cpu:6.1f} per CPU second"
    print(f"{name:24} {people:5} people  {rates}")


def main() -> None:
    """Measure twice in alternation, as the machine may be busy."""
    if len(sys.argv) < 4:
        print(__doc__)
        return
    clip, pose, persons = map(Path, sys.argv[1:4])
    video = probe(clip)
    chunks = read(video, int(sys.argv[4]) if len(sys.argv) > 4 else 32)
    settings = {"path": pose, "person_path": persons, "detection_threshold": THRESHOLD}
    for _ in range(2):
        if find_spec("rtmlib"):
            rtmlib(chunks, pose, persons)
        for seconds in (0.0, 0.3):
            ours(video, chunks, RtmPoseConfig(**settings, redetect_s=seconds, max_people=100))


if __name__ == "__main__":
    main()
