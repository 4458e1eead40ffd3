"""The 2D skeleton and the box over the source picture."""

from __future__ import annotations

import cv2
import numpy as np

from framework.types import Bytes, Floats, Ints, Track

from .figure import SHIFT, person_colour
from .palette import INK, QUIET, mix, shades, sides
from .text import Text

_ONE = 1 << SHIFT
_TURN = np.linspace(0, 2 * np.pi, 14, endpoint=False)
_DISC = np.stack([np.cos(_TURN), np.sin(_TURN)], -1)
_FINE = {"nose", "eye", "ear", "mouth", "pinky", "thumb", "index"}
"""Parts of faces and hands: so close together that large marks would hide them."""


class Overlay:
    """Draws one track into pictures of a fixed size; its pixels are computed once per clip."""

    def __init__(
        self, track: Track, scale: tuple[float, float], person: int, people: int, text: Text
    ) -> None:
        self._text, self._label = text, str(track.id) if people > 1 else ""
        self.colour = person_colour(person, people)
        palette = shades(person, people)
        side = sides(track.skeleton)
        self._bones = np.array(track.skeleton.bones, np.int64).reshape(-1, 2)
        # A bone that crosses from one side to the other belongs to the middle.
        pairs = side[self._bones]
        self._sides = np.where(pairs[:, 0] == pairs[:, 1], pairs[:, 0], 0)
        self._colours = [tuple(colour) for colour in palette[self._sides].tolist()]
        self._joint_colours = [mix(colour, (255, 255, 255), 0.55) for colour in palette[side]]
        fine = [bool(_FINE & {*joint.split("_")}) for joint in track.skeleton.joints]
        self._fine = np.where(fine, 0.62, 1.0)
        self._track = track
        self._factor = np.array(scale, np.float32)
        boxes = _drawable(track.boxes)
        heights = (boxes[:, 3] - boxes[:, 1]) * scale[1]
        known = heights[np.isfinite(heights)]
        tall = float(np.median(known)) if len(known) else 0.0
        self._width = int(np.clip(round(tall / 90), 2, 7))

    def draw(self, picture: Bytes, row: int) -> None:
        """Draw this row's person, if there is one."""
        if not self._track.state[row]:
            return
        self._box(picture, row)
        self._skeleton(picture, row)

    def _skeleton(self, picture: Bytes, row: int) -> None:
        keypoints = _drawable(self._track.keypoints[row]) * self._factor
        seen = self._track.keypoint_scores[row] >= self._track.score_threshold
        seen &= np.isfinite(keypoints).all(-1)
        points = np.rint(np.where(seen[:, None], keypoints, 0) * _ONE).astype(int).tolist()
        shown = np.flatnonzero(seen[self._bones].all(1)).tolist()
        lines = [(points[a], points[b]) for a, b in self._bones[shown].tolist()]
        for start, end in lines:  # a dark edge makes the lines stand off any picture
            cv2.line(picture, start, end, INK, self._width + 2, cv2.LINE_AA, SHIFT)
        for bone, (start, end) in zip(shown, lines, strict=True):
            cv2.line(picture, start, end, self._colours[bone], self._width, cv2.LINE_AA, SHIFT)
        self._joints(picture, keypoints, np.flatnonzero(seen))

    def _joints(self, picture: Bytes, keypoints: Floats, seen: Ints) -> None:
        """Discs of the seen joints, with a dark rim."""
        radii = (self._width * 0.5 + 1.8) * self._fine[seen]
        rims = np.stack([radii + 1, radii], 1)[..., None, None] * _DISC
        outlines = np.rint((keypoints[seen, None, None] + rims) * _ONE).astype(np.int32)
        for joint, (rim, disc) in zip(seen.tolist(), outlines, strict=True):
            cv2.fillConvexPoly(picture, rim, INK, cv2.LINE_AA, SHIFT)
            cv2.fillConvexPoly(picture, disc, self._joint_colours[joint], cv2.LINE_AA, SHIFT)

    def _box(self, picture: Bytes, row: int) -> None:
        """Corners of the box, grey in rows that a tracker filled in, and the person's number."""
        corners = _drawable(self._track.boxes[row]).reshape(2, 2) * self._factor
        if np.isnan(corners).any():
            return
        (left, top), (right, bottom) = np.rint(corners).astype(int).tolist()
        arm = max(6, min(right - left, bottom - top) // 7)
        colour = self.colour if self._track.state[row] == 1 else QUIET
        for thick, ink in ((4, INK), (2, colour)):
            for x, dx in ((left, arm), (right, -arm)):
                for y, dy in ((top, arm), (bottom, -arm)):
                    path = np.array([(x + dx, y), (x, y), (x, y + dy)], np.int32)
                    cv2.polylines(picture, [path], False, ink, thick, cv2.LINE_AA)
        if self._label:
            self._text.chip(picture, self._label, (left + 4, top - 6), colour)


def _drawable(pixels: Floats) -> Floats:
    """The same with NaN in place of what no picture can hold, since OpenCV wants integers."""
    return np.where(np.abs(pixels) < 1e5, pixels, np.float32(np.nan))


def rows_with_somebody(tracks: tuple[Track, ...], rows: int) -> Ints:
    """(T,) number of people in each row."""
    present = [track.present for track in tracks]
    return np.sum(present, axis=0, dtype=np.int64) if present else np.zeros(rows, np.int64)
