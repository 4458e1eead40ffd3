"""A bar chart of an evaluation: the error of each joint, one bar per candidate."""

from __future__ import annotations

import cv2
import numpy as np

from framework.lab.evaluation.report import Report, Row, Section
from framework.types import Bytes

_WIDTH, _LEFT, _RIGHT = 900, 150, 60
_BAR, _GAP, _HEAD = 14, 8, 34
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_INK = (40, 40, 40)
# The palette of Okabe and Ito (Color Universal Design, 2008), which colour-blind people can tell
# apart, in the order of contrast.
_COLOURS = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
)


def draw(report: Report) -> Bytes:
    """Draw the P-MPJPE of each joint.

    Returns:
        (H, 900, 3) uint8 RGB, a panel for each section.
    """
    panels = [_panel(part) for part in report.sections]
    title = np.full((_HEAD, _WIDTH, 3), 255, np.uint8)
    _text(title, f"P-MPJPE by joint, mm: {report.title}", 10, 22)
    return np.concatenate([title, *panels])


def _panel(part: Section) -> Bytes:
    rows = [row for row in part.rows if row.measures is not None]
    groups = [("all", [row.measures.p_mpjpe for row in rows if row.measures])]
    groups += [(joint, [row.joints[joint]["p_mpjpe"] for row in rows]) for joint in part.joints]
    top = _HEAD + _BAR * len(rows)
    step = _BAR * len(rows) + _GAP
    image = np.full((top + step * len(groups) + _GAP, _WIDTH, 3), 255, np.uint8)
    _legend(image, part.name, rows)
    # At least 1 mm, so that errors of zero do not divide by zero and NaN alone does not warn.
    longest = np.nanmax([value for _, values in groups for value in values] + [1.0])
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    for group, (name, values) in enumerate(groups):
        y = top + step * group
        _text(image, name, 10, y + (step - _GAP) // 2 + 4)
        for bar, value in enumerate(values):
            if np.isfinite(value):
                _bar(image, y + _BAR * bar, value, scale, _COLOURS[bar % len(_COLOURS)])
    return image


def _legend(image: Bytes, name: str, rows: list[Row]) -> None:
    _text(image, name, 10, 22)
    for line, row in enumerate(rows):
        y = _HEAD + _BAR * line
        cv2.rectangle(image, (_LEFT, y - 9), (_LEFT + 9, y), _COLOURS[line % len(_COLOURS)], -1)
        _text(image, row.name, _LEFT + 16, y)


def _bar(image: Bytes, y: int, value: float, scale: float, colour: tuple[int, int, int]) -> None:
    end = _LEFT + round(value * scale)
    cv2.rectangle(image, (_LEFT, y), (end, y + _BAR - 3), colour, -1)
    _text(image, f"{value:.0f}", end + 4, y + _BAR - 4)


def _text(image: Bytes, text: str, x: int, y: int) -> None:
    plain = text.encode("ascii", "replace").decode()  # OpenCV's fonts have ASCII only
    cv2.putText(image, plain, (x, y), _FONT, 0.42, _INK, 1, cv2.LINE_AA)
