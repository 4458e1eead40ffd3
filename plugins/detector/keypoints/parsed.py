"""What a parser reads from a file, before joints have names and images are frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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


def table(rows: Sequence[Any], what: str) -> Float64s:
    """(P, K, 3) from flat lists ``x y score x y score ...``, (0, 0, 3) from none.

    Raises:
        ValueError: they differ in length, or are not numbers.
    """
    lengths = sorted({len(row) for row in rows})
    if not lengths:
        return np.zeros((0, 0, 3))
    if len(lengths) > 1 or lengths[0] % 3:
        counts = " and ".join(str(length) for length in lengths[:3])
        raise ValueError(f"people have {counts} numbers of {what}, not 3 a joint for everybody")
    points = np.array(rows, np.float64)
    if points.ndim != 2:
        raise ValueError(f"the {what} of a person are not a flat list of numbers")
    return points.reshape(len(rows), -1, 3)
