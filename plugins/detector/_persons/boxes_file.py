"""Person boxes from a file that another tool, or an earlier run, wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from framework.errors import BackendError, FrameworkError
from framework.geometry.boxes import Array
from framework.results import load
from framework.stages import Runtime
from framework.types import FrameBatch

_PERSON = 1
_EXPECTED = (
    "Give the results (npz) of another run on this clip, or COCO results (json): a list of "
    '{"image_id": number of the frame from 0, "category_id": 1, "bbox": [x, y, width, height], '
    '"score": 0.9}.'
)


class BoxesFile:
    """Implements `PersonDetector` with boxes by the number of the frame.

    Args:
        path: results of a run (npz), or COCO results (json) with ``image_id`` counting frames
            from 0.
        runtime: not used.
        threshold: lowest score of a box that is returned, 0..1.

    Raises:
        BackendError: the file is missing, or holds no boxes.
    """

    device = "cpu"

    def __init__(self, path: Path, runtime: Runtime, threshold: float) -> None:
        del runtime
        if not path.is_file():
            raise BackendError(f"there is no file {path}", _EXPECTED)
        frames, boxes = _of_run(path) if path.suffix == ".npz" else _of_coco(path)
        # Boxes without area would give crops of no size.
        kept = (boxes[:, 4] >= threshold) & np.isfinite(boxes).all(1)
        kept &= (boxes[:, :2] < boxes[:, 2:4]).all(1)
        # By frame, best first within each, so that `boxes` can find a frame by bisection.
        order = np.lexsort((-boxes[kept, 4], frames[kept]))
        self._frames, self._boxes = frames[kept][order], boxes[kept][order]

    def boxes(self, frames: FrameBatch) -> list[Array]:
        """See `PersonDetector.boxes`.

        An interpolated frame carries the number of the frame before it, and so gets its boxes.
        """
        low = np.searchsorted(self._frames, frames.index, "left")
        high = np.searchsorted(self._frames, frames.index, "right")
        return [self._boxes[a:b] for a, b in zip(low, high, strict=True)]


def _of_run(path: Path) -> tuple[Array, Array]:
    """Frame numbers (M,) and boxes (M, 5) of every row of every track."""
    try:
        result = load(path)
    except FrameworkError as error:
        raise BackendError(f"{path} holds no boxes: {error.message}", _EXPECTED) from error
    rows = [np.zeros((0, 6))]
    for track in result.tracks:
        present = track.present
        scores = np.ones(present.sum())  # tracks have no box scores
        rows.append(np.column_stack([track.frame_index[present], track.boxes[present], scores]))
    table = np.concatenate(rows)
    return table[:, 0], table[:, 1:]


def _of_coco(path: Path) -> tuple[Array, Array]:
    """Frame numbers (M,) and boxes (M, 5) of the people in COCO results."""
    try:
        entries = json.loads(path.read_bytes())
        if not isinstance(entries, list):
            raise TypeError("it is not a list")
        table = np.array(list(_rows(entries)), np.float64).reshape(-1, 6)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        cause = f"{type(error).__name__}: {error}"
        raise BackendError(f"{path} holds no boxes ({cause})", _EXPECTED) from error
    table[:, 3:5] += table[:, 1:3]  # width and height become the lower right corner
    return table[:, 0], table[:, 1:]


def _rows(entries: Iterable[object]) -> Iterable[list[float]]:
    for entry in entries:
        if not isinstance(entry, dict):
            raise TypeError(f"an entry reads {entry!r:.200}")
        if entry.get("category_id", _PERSON) == _PERSON:
            frame, box = entry["image_id"], entry["bbox"]
            if not isinstance(frame, int) or not isinstance(box, list) or len(box) != 4:
                raise TypeError(f"an entry reads {entry!r:.200}")
            score = entry.get("score", 1.0)
            yield [float(number) for number in (frame, *box, score)]
