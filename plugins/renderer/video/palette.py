"""Colours, RGB 0..255, that colour-blind viewers can distinguish too.

Colours of people follow Okabe and Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from framework.skeletons import Skeleton

Colour = tuple[int, int, int]

LEFT: Colour = (255, 159, 64)
RIGHT: Colour = (77, 171, 247)
MIDDLE: Colour = (226, 230, 238)
INK: Colour = (13, 16, 22)
TEXT: Colour = (226, 230, 238)
QUIET: Colour = (132, 142, 160)
GRID: Colour = (108, 122, 146)
PANEL_TOP: Colour = (21, 25, 34)
PANEL_BOTTOM: Colour = (33, 39, 51)
GLOW: Colour = (66, 78, 100)

# Okabe and Ito's set, brightened for a dark background.
PEOPLE: Sequence[Colour] = (
    (86, 190, 250),
    (255, 170, 50),
    (38, 200, 150),
    (226, 132, 190),
    (244, 232, 90),
    (240, 110, 60),
    (140, 150, 255),
)


def rgb(values: Sequence[float]) -> Colour:
    """Round and clip numbers to a colour that OpenCV accepts."""
    red, green, blue = (int(value) for value in np.clip(np.rint(values), 0, 255))
    return red, green, blue


def mix(one: Sequence[float], other: Sequence[float], share: float) -> Colour:
    """Interpolate between two colours; ``share`` 0 gives the first, 1 the second."""
    return rgb([a + (b - a) * share for a, b in zip(one, other, strict=True)])


def sides(skeleton: Skeleton) -> NDArray[np.int64]:
    """(J,) 0 for joints of the middle, 1 left, 2 right."""
    marks = [("left" in joint) + 2 * ("right" in joint) for joint in skeleton.joints]
    return np.array(marks, np.int64)


def shades(person: int, people: int) -> NDArray[np.float32]:
    """(3, 3) colours of middle, left and right of a person.

    A single person is orange at the left and blue at the right. Each of several people has one
    colour, lighter at the left and darker at the right.

    Args:
        person: number of the person, from 0; colours repeat after those of `PEOPLE`.
        people: number of people.
    """
    if people == 1:
        return np.array([MIDDLE, LEFT, RIGHT], np.float32)
    own = PEOPLE[person % len(PEOPLE)]
    return np.array([own, mix(own, (255, 246, 224), 0.55), mix(own, (24, 30, 70), 0.4)], np.float32)


def person_colour(person: int, people: int) -> Colour:
    """The colour of a person's box, label and trunk."""
    return rgb(shades(person, people)[0].tolist())
