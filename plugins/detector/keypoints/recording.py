"""2D keypoints of a whole clip, frame by frame, whichever tool wrote them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self

from framework.skeletons import COCO17, SKELETONS, Skeleton
from framework.types import Detections, Floats, Ints, RunResult, State, Times

from .coordinates import SHARES_OF
from .parsed import Float64s

_MARGIN = 0.05
"""Body around the joints, as a share of the longer side of their box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypointRecording:
    """P detections of people in T frames, J joints each.

    Attributes:
        source: the tool that wrote it, for messages.
        skeleton: what the joints are.
        score_threshold: keypoint score from which a joint counts as seen.
        index: (T,) numbers of the frames that it covers, rising.
        time_s: (T,) their times in seconds, or None: evenly spaced.
        frame: (P,) number of the frame of each detection, not falling.
        keypoints: (P, J, 2) pixels, NaN where missing.
        keypoint_scores: (P, J), 0 where missing.
        boxes: (P, 4) x1 y1 x2 y2 pixels.
        box_scores: (P,) 0..1.
        ids: (P,) numbers of people, -1 where unknown; or None.
        size_wh: of the images, or None where the file does not say.
        shares: coordinates are shares of the image, times `SHARES_OF`; ``size_wh`` is None then.
        fps: frames per second, or None where the file does not say.
        focal: focal length in longer sides of the image, or None where the file does not say.
        notes: sentences for the user.
    """

    source: str
    skeleton: Skeleton
    score_threshold: float
    index: Ints
    time_s: Times | None = None
    frame: Ints
    keypoints: Floats
    keypoint_scores: Floats
    boxes: Floats
    box_scores: Floats
    ids: Ints | None = None
    size_wh: tuple[int, int] | None = None
    shares: bool = False
    fps: Fraction | None = None
    focal: float | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of_result(cls, result: RunResult) -> Self:
        """The detections of a run, without rows that its tracker filled: they are no measurements.

        Raises:
            ValueError: the numbers of its frames do not rise.
        """
        if (np.diff(result.frame_index) <= 0).any():
            raise ValueError("the numbers of its frames do not rise")
        observed = [track.take(track.state == State.OBSERVED) for track in result.tracks]
        stated = SKELETONS.get(str(result.meta.get("skeleton")), COCO17)
        skeleton = observed[0].skeleton if observed else stated
        joints = len(skeleton.joints)
        frame = np.concatenate([np.zeros(0, np.int64), *(track.frame_index for track in observed)])
        # Stable, so that people keep the order of the tracks within a frame.
        order = np.argsort(frame, kind="stable")

        def column(key: str, *shape: int) -> Floats:
            # The empty part keeps shape and type where there is nobody.
            parts = [
                np.zeros((0, *shape), np.float32),
                *(getattr(track, key) for track in observed),
            ]
            joined: Floats = np.concatenate(parts)[order]
            return joined

        ids = np.repeat([track.id for track in observed], [len(track) for track in observed])
        return cls(
            source="a run of this program",
            skeleton=skeleton,
            score_threshold=min((track.score_threshold for track in observed), default=0.5),
            index=result.frame_index,
            time_s=result.time_s,
            frame=frame[order],
            keypoints=column("keypoints", joints, 2),
            keypoint_scores=column("keypoint_scores", joints),
            boxes=column("boxes", 4),
            box_scores=np.ones(len(frame), np.float32),
            ids=ids.astype(np.int64)[order],
            size_wh=result.video.size_wh,
            fps=result.video.fps,
            focal=result.video.focal,
        )

    def people(self, frame: int) -> Detections:
        """The people of a frame, in the order of the file."""
        first, last = np.searchsorted(self.frame, [frame, frame + 1])
        rows = slice(int(first), int(last))
        return Detections(
            skeleton=self.skeleton,
            boxes=self.boxes[rows].copy(),
            box_scores=self.box_scores[rows].copy(),
            keypoints=self.keypoints[rows].copy(),
            keypoint_scores=self.keypoint_scores[rows].copy(),
            score_threshold=self.score_threshold,
            hint_ids=None if self.ids is None else self.ids[rows].copy(),
        )

    def in_pixels_of(self, size_wh: tuple[int, int]) -> Self:
        """The same with shares of the image as pixels of images of this size, and a note."""
        note = f"its coordinates are shares of the image, taken for {size_wh[0]}x{size_wh[1]}"
        unit = replace(self, shares=False, size_wh=(SHARES_OF, SHARES_OF))
        return replace(unit.scaled(size_wh), notes=(*self.notes, note))

    def scaled(self, size_wh: tuple[int, int]) -> Self:
        """The same in images of another size; scores are kept."""
        if self.size_wh is None or self.size_wh == size_wh:
            return replace(self, size_wh=size_wh)
        # One factor for each direction: sizes may differ by rounding.
        factor = np.divide(size_wh, self.size_wh, dtype=np.float32)
        return replace(
            self,
            size_wh=size_wh,
            keypoints=self.keypoints * factor,
            boxes=self.boxes * np.tile(factor, 2),
        )


def boxes_around(keypoints: Float64s, seen: NDArray[np.bool_]) -> Float64s:
    """(P, 4) boxes of the joints seen; of all that are known where fewer than three are.

    Args:
        keypoints: (P, J, 2) pixels, NaN where missing; everybody has a joint.
        seen: (P, J) whether a joint counts as seen.
    """
    known = np.isfinite(keypoints).all(-1)
    used = np.where((seen & known).sum(1, keepdims=True) >= 3, seen & known, known)[..., None]
    low = np.min(keypoints, axis=1, initial=np.inf, where=used)
    high = np.max(keypoints, axis=1, initial=-np.inf, where=used)
    margin = np.maximum(1.0, _MARGIN * (high - low).max(1, keepdims=True))
    return np.concatenate([low - margin, high + margin], axis=1)
