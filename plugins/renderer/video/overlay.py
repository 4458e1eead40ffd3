"""The 2D skeleton and the box over the source picture."""

from __future__ import annotations

import cv2
import numpy as np

from framework.types import Bytes, Ints, Track

from .figure import SHIFT, person_colour
from .palette import INK, QUIET, mix, shades, sides
from .text import Text

_ONE = 1 << SHIFT


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
        self._track = track
        self._factor = np.array(scale, np.float32)
        heights = (track.boxes[:, 3] - track.boxes[:, 1]) * scale[1]
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
        keypoints = self._track.keypoints[row] * self._factor
        seen = self._track.keypoint_scores[row] >= self._track.score_threshold
        seen &= (np.abs(keypoints) < 1e5).all(-1)  # also False for NaN
        points = np.rint(np.where(seen[:, None], keypoints, 0) * _ONE).astype(int).tolist()
        shown = np.flatnonzero(seen[self._bones].all(1)).tolist()
        lines = [(points[a], points[b]) for a, b in self._bones[shown].tolist()]
        for start, end in lines:  # a dark edge makes the lines stand off any picture
            cv2.line(picture, start, end, INK, self._width + 2, cv2.LINE_AA, SHIFT)
        for bone, (start, end) in zip(shown, lines, strict=True):
            cv2.line(picture, start, end, self._colours[bone], self._width, cv2.LINE_AA, SHIFT)
        for joint in np.flatnonzero(seen).tolist():
            radius = round((self._width * 0.5 + 1.8) * _ONE)
            colour = self._joint_colours[joint]
            cv2.circle(picture, points[joint], radius, INK, -1, cv2.LINE_AA, SHIFT)
            cv2.circle(picture, points[joint], radius - _ONE, colour, -1, cv2.LINE_AA, SHIFT)

    def _box(self, picture: Bytes, row: int) -> None:
        """Corners of the box, grey in rows that a tracker filled in, and the person's number."""
        corners = self._track.boxes[row].reshape(2, 2) * self._factor
        if not (np.abs(corners) < 1e5).all():
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


def rows_with_somebody(tracks: tuple[Track, ...], rows: int) -> Ints:
    """(T,) number of people in each row."""
    present = [track.present for track in tracks]
    return np.sum(present, axis=0, dtype=np.int64) if present else np.zeros(rows, np.int64)
