"""The 2D skeleton and the box over the source frame."""

from __future__ import annotations

import cv2
import numpy as np

from framework.types import Bools, Bytes, Floats, Ints, Track

from .figure import SHIFT
from .palette import INK, QUIET, Colour, mix, person_colour, rgb, shades, sides
from .text import TextPainter

_ONE = 1 << SHIFT
_TURN = np.linspace(0, 2 * np.pi, 14, endpoint=False)
_DISC = np.stack([np.cos(_TURN), np.sin(_TURN)], -1)
_FINE = {"nose", "eye", "ear", "mouth", "pinky", "thumb", "index"}
"""Parts of faces and hands are close together: large marks would cover them."""


class Overlay:
    """Draws one track into source frames; sizes and colours are computed once per clip.

    Args:
        track: of the person.
        scale: of the panel relative to the clip, along x and y.
        person: number of the track, from 0.
        people: number of tracks; from two on each has a colour and shows its id.
        text: draws the id.
    """

    def __init__(
        self, track: Track, scale: tuple[float, float], person: int, people: int, text: TextPainter
    ) -> None:
        self._text, self._label = text, str(track.id) if people > 1 else ""
        self.colour = person_colour(person, people)
        boxes = _drawable(track.boxes)
        heights = (boxes[:, 3] - boxes[:, 1]) * scale[1]
        known = heights[np.isfinite(heights)]
        height = float(np.median(known)) if len(known) else 0.0
        # Lines grow with the person: wide ones would cover a small person.
        self._width = int(np.clip(round(height / 90), 2, 7))
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
        """Bones by thickness and colour, those of the middle of the body first."""
        # A bone between left and right (across the shoulders, the hips) belongs to the middle.
        side = np.where(sides_of_ends[:, 0] == sides_of_ends[:, 1], sides_of_ends[:, 0], 0)
        widths = np.where(thin, max(1, round(self._width * 0.55)), self._width)
        return [
            (np.flatnonzero((side == one) & (widths == width)), int(width), rgb(colour))
            for one, colour in enumerate(palette.tolist())
            for width in np.unique(widths)
        ]

    def draw(self, image: Bytes, row: int) -> None:
        """Draw the person of a row into its frame, unless the row is missing."""
        if not self._track.state[row]:
            return
        self._box(image, row)
        self._skeleton(image, row)

    def _skeleton(self, image: Bytes, row: int) -> None:
        keypoints = _drawable(self._track.keypoints[row]) * self._factor
        visible = self._track.keypoint_scores[row] >= self._track.score_threshold
        visible &= np.isfinite(keypoints).all(-1)
        shown = visible[self._bones].all(1)
        # Only visible bones are converted: NaN has no integer.
        ends = np.zeros((len(self._bones), 2, 2), np.int32)
        ends[shown] = np.rint(keypoints[self._bones[shown]] * _ONE)
        # One call for many lines. A dark edge first, so that they are visible on any background.
        for edge in (2, 0):
            for bones, width, colour in self._strokes:
                lines = ends[bones[shown[bones]]]
                ink = INK if edge else colour
                cv2.polylines(image, lines, False, ink, width + edge, cv2.LINE_AA, SHIFT)
        self._joints(image, keypoints, np.flatnonzero(visible))

    def _joints(self, image: Bytes, keypoints: Floats, visible: Ints) -> None:
        """Draw discs at the visible joints, with a dark rim."""
        radii = self._discs[visible]
        rims = np.stack([radii + 1, radii], 1)[..., None, None] * _DISC
        outlines = np.rint((keypoints[visible, None, None] + rims) * _ONE).astype(np.int32)
        for joint, (rim, disc) in zip(visible.tolist(), outlines, strict=True):
            cv2.fillConvexPoly(image, rim, INK, cv2.LINE_AA, SHIFT)
            cv2.fillConvexPoly(image, disc, self._joint_colours[joint], cv2.LINE_AA, SHIFT)

    def _box(self, image: Bytes, row: int) -> None:
        """Draw the corners of the box, grey in rows that a tracker filled in, and the track id."""
        corners = _drawable(self._track.boxes[row]).reshape(2, 2) * self._factor
        if np.isnan(corners).any():
            return
        (left, top), (right, bottom) = np.rint(corners).astype(int).tolist()
        length = max(6, min(right - left, bottom - top) // 7)
        colour = self.colour if self._track.state[row] == 1 else QUIET
        for thick, ink in ((4, INK), (2, colour)):
            for x, dx in ((left, length), (right, -length)):
                for y, dy in ((top, length), (bottom, -length)):
                    path = np.array([(x + dx, y), (x, y), (x, y + dy)], np.int32)
                    cv2.polylines(image, [path], False, ink, thick, cv2.LINE_AA)
        if self._label:
            self._text.label(image, self._label, (left + 4, top - 6), colour)


def _drawable(pixels: Floats) -> Floats:
    """Replace coordinates that are far outside any image by NaN: OpenCV's integers overflow."""
    return np.where(np.abs(pixels) < 1e5, pixels, np.float32(np.nan))


def people_per_row(tracks: tuple[Track, ...], rows: int) -> Ints:
    """(T,) number of people that are present in each row."""
    present = [track.present for track in tracks]
    return np.sum(present, axis=0, dtype=np.int64) if present else np.zeros(rows, np.int64)
