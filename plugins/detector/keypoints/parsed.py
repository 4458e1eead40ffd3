"""What a parser reads from a file, before joints have names and images are frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float64s = NDArray[np.float64]
ImageName = str | int
"""The name of an image, or its number."""


class KeypointFormat(NamedTuple):
    """What distinguishes the files of a tool.

    Attributes:
        name: for messages.
        score_threshold: keypoint score from which its joints count as seen.
        skips_empty: whether images without people are left out of its files.
    """

    name: str
    score_threshold: float
    skips_empty: bool = False


# AlphaPose draws joints from 0.4, detectron2 from 0.05. OpenPose writes all joints that it
# connected, from 0.05 up, hidden ones too; Pose2Sim uses its joints from 0.3. Detectron's softmax
# is 0.005 on average, and 0.0003 where it is spread evenly.
ALPHAPOSE = KeypointFormat("AlphaPose", 0.4, skips_empty=True)
OPENPOSE = KeypointFormat("OpenPose", 0.3)
COCO = KeypointFormat("COCO", 0.3, skips_empty=True)
COCO_FLAGS = KeypointFormat("COCO with visibility flags", 0.5, skips_empty=True)
DETECTRON2 = KeypointFormat("detectron2 by VideoPose3D", 0.05)
DETECTRON = KeypointFormat("Detectron", 0.001)
NO_SCORES = KeypointFormat("VideoPose3D", 0.5)
# MMPose draws joints from 0.3, ultralytics from 0.25, DeepLabCut from 0.6 (pcutoff); SLEAP writes
# only peaks above 0.2; MediaPipe's score is a probability of being visible.
MMPOSE = KeypointFormat("MMPose", 0.3)
ULTRALYTICS = KeypointFormat("ultralytics", 0.25)
ULTRALYTICS_LABELS = KeypointFormat("ultralytics' labels", 0.25, skips_empty=True)
DEEPLABCUT = KeypointFormat("DeepLabCut", 0.6)
SLEAP = KeypointFormat("SLEAP", 0.2)
MEDIAPIPE = KeypointFormat("MediaPipe", 0.5)
POSE_FORMAT = KeypointFormat("pose-format", 0.3)
PEOPLE_LISTS = KeypointFormat("OpenPifPaf or TensorFlow.js", 0.3)
TRC = KeypointFormat("a TRC file in pixels", 0.5)
TABLE = KeypointFormat("a table", 0.3)
ARRAY = KeypointFormat("a plain array", 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedKeypoints:
    """P detections of people, K joints each.

    Attributes:
        format: the tool that wrote it.
        images: all that the file names, each once, in its order.
        of: (P,) index of each detection's image in ``images``.
        points: (P, K, 3) x, y in pixels, and the tool's score.
        boxes: (P, 4) x1 y1 x2 y2 pixels, NaN where there is none; or None.
        box_scores: (P,) 0..1, NaN where unknown; or None.
        ids: (P,) numbers of people, -1 where unknown; or None.
        skeletons: names of those that the joints may have, the likeliest first; () is by count.
        size_wh: of the images, or None.
        joints: names of the K joints as the file has them; () where it has none.
        fps: frames per second, or None.
        first: number of the first image where the tool always counts from it.
    """

    format: KeypointFormat
    images: Sequence[ImageName]
    of: NDArray[np.int64]
    points: Float64s
    boxes: Float64s | None = None
    box_scores: Float64s | None = None
    ids: NDArray[np.int64] | None = None
    skeletons: tuple[str, ...] = ()
    size_wh: tuple[int, int] | None = None
    joints: tuple[str, ...] = ()
    fps: float | None = None
    first: int = 0


def of_slots(
    format: KeypointFormat,
    points: Float64s,
    *,
    images: Sequence[ImageName] | None = None,
    tracked: bool = True,
    joints: Sequence[str] = (),
    size_wh: tuple[int, int] | None = None,
    fps: float | None = None,
) -> ParsedKeypoints:
    """Keypoints of files that have a fixed number of places for people in each frame.

    Args:
        format: the tool that wrote it.
        points: (T, N, K, 2 or 3) x, y and perhaps a score; NaN where there is nothing.
        images: names or numbers of the T frames; None: 0 to T - 1.
        tracked: whether a place is one person throughout.
        joints: names of the K joints.
        size_wh: of the images.
        fps: frames per second.
    """
    frames, people, count, width = points.shape
    if width == 2:
        points = np.insert(points, 2, 0.0, axis=3)
    return ParsedKeypoints(
        format=format,
        images=range(frames) if images is None else images,
        of=np.repeat(np.arange(frames), people),
        # A place without a score is one whose tool gives none.
        points=np.concatenate([points[..., :2], np.nan_to_num(points[..., 2:])], axis=3).reshape(
            frames * people, count, 3
        ),
        ids=np.tile(np.arange(people), frames) if tracked and people > 1 else None,
        joints=tuple(joints),
        size_wh=size_wh,
        fps=fps,
    )
