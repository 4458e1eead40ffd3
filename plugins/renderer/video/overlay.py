"""The 2D skeleton and the box over the source picture."""

from __future__ import annotations

import cv2
import numpy as np

from framework.types import Bools, Bytes, Floats, Ints, Track

from .figure import SHIFT
from .palette import INK, QUIET, Colour, mix, person_colour, rgb, shades, sides
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
        boxes = _drawable(track.boxes)
        heights = (boxes[:, 3] - boxes[:, 1]) * scale[1]
        known = heights[np.isfinite(heights)]
        tall = float(np.median(known)) if len(known) else 0.0
        self._width = int(np.clip(round(tall / 90), 2, 7))
        palette = shades(person, people)
        side = sides(track.skeleton)
        self._bones = np.array(track.skeleton.bones, np.int64).reshape(-1, 2)
        fine = np.array([bool(_FINE & {*joint.split("_")}) for joint in track.skeleton.joints])
        thin = np.asarray(fine[self._bones].any(1))
        self._strokes = self._groups(side[self._bones], thin, palette)
        self._discs = np.where(fine, 0.62, 1.0) * (self._width * 0.5 + 1.8)
        self._joint_colours = [mix(colour, (255, 255, 255), 0.55) for colour in palette[side]]
        self._track = track
        self._factor = np.array(scale, np.float32)

    def _groups(
        self, sides_of_ends: Ints, thin: Bools, palette: Floats
    ) -> list[tuple[Ints, int, Colour]]:
        """Bones that share thickness and colour, the middle of the body first."""
        # A bone that crosses from one side to the other belongs to the middle.
        side = np.where(sides_of_ends[:, 0] == sides_of_ends[:, 1], sides_of_ends[:, 0], 0)
        widths = np.where(thin, max(1, round(self._width * 0.55)), self._width)
        return [
            (np.flatnonzero((side == one) & (widths == width)), int(width), rgb(colour))
            for one, colour in enumerate(palette.tolist())
            for width in np.unique(widths)
        ]

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
        shown = seen[self._bones].all(1)
        ends = np.zeros((len(self._bones), 2, 2), np.int32)
        ends[shown] = np.rint(keypoints[self._bones[shown]] * _ONE)
        # One call for many lines. First a dark edge, which makes them stand off any picture.
        for edge in (2, 0):
            for bones, width, colour in self._strokes:
                lines = ends[bones[shown[bones]]]
                ink = INK if edge else colour
                cv2.polylines(picture, lines, False, ink, width + edge, cv2.LINE_AA, SHIFT)
        self._joints(picture, keypoints, np.flatnonzero(seen))

    def _joints(self, picture: Bytes, keypoints: Floats, seen: Ints) -> None:
        """Discs of the seen joints, with a dark rim."""
        radii = self._discs[seen]
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
