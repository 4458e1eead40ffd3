"""Draw identities over time, to check by eye whether a track changes from person to person.

At the top one line per track along the frames (grey: filled); below, the followed person cut out
of every n-th frame, with the frame number and the colour of the track.

Run: python benchmarks/identities.py CLIP RESULT.npz IMAGE.png [EVERY [FIRST LAST]]
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from framework.results import load
from framework.types import RunResult, State, Track
from framework.video.decode import FrameReader
from framework.video.probe import probe

WIDE, HIGH, COLUMNS = 90, 150, 20
"""Size of a cut-out in pixels, and how many of them are in a row."""
LINE = 14
"""Height of the line of a track, pixels."""
COLOURS = [
    (230, 80, 60), (60, 120, 230), (60, 170, 90), (220, 160, 40), (150, 80, 200),
    (60, 190, 200), (220, 110, 170), (120, 120, 60),
]  # fmt: skip


def main() -> None:
    """Draw one result."""
    if len(sys.argv) < 4:
        print(__doc__)
        return
    clip, result, output = Path(sys.argv[1]), load(sys.argv[2]), Path(sys.argv[3])
    every, first, last = (*map(int, sys.argv[4:7]), *(10, 0, 10**9)[len(sys.argv) - 4 :])
    rows = [row for row in range(0, len(result.frame_index), every) if first <= row <= last]
    tiles = cut_out(clip, result, rows)
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % COLUMNS)
    lines = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    sheet = np.vstack([timeline(result, lines[0].shape[1]), *lines])
    cv2.imwrite(str(output), sheet[..., ::-1])
    print(f"{output}: {len(result.tracks)} tracks, frames {rows[0]} to {rows[-1]}")


def timeline(result: RunResult, width: int) -> np.ndarray:
    """One line per track, coloured where the person was observed, grey where filled."""
    columns = np.linspace(0, len(result.frame_index) - 1, width).round().astype(int)
    image = np.full((LINE * max(1, len(result.tracks)), width, 3), 255, np.uint8)
    for number, track in enumerate(result.tracks):
        line = image[LINE * number + 2 : LINE * (number + 1) - 2]
        line[:, track.state[columns] == State.OBSERVED] = colour(number)
        line[:, track.state[columns] == State.FILLED] = 170
    return image


def cut_out(clip: Path, result: RunResult, rows: list[int]) -> list[np.ndarray]:
    """Cut-outs of the followed people of each row; white where there is nobody."""
    tiles = []
    with FrameReader(probe(clip), batch_size=16) as reader:
        for frames in reader:
            for image, index in zip(frames.images, frames.index, strict=True):
                row = int(np.searchsorted(result.frame_index, index))
                if row in rows:
                    tiles += people_of(image, result.tracks, row)
    return tiles


def people_of(image: np.ndarray, tracks: tuple[Track, ...], row: int) -> list[np.ndarray]:
    """A cut-out of each followed person of a row, or an empty one where there is nobody."""
    here = [number for number, track in enumerate(tracks) if track.present[row]]
    return [tile(image, tracks[n].boxes[row], row, colour(n)) for n in here] or [
        label(np.full((HIGH, WIDE, 3), 255, np.uint8), row, (150, 150, 150))
    ]


def tile(image: np.ndarray, box: np.ndarray, row: int, paint: tuple[int, int, int]) -> np.ndarray:
    """The part of the image around a box, scaled to the size of a cut-out."""
    x1, y1, x2, y2 = box
    high = 1.2 * max(y2 - y1, (x2 - x1) * HIGH / WIDE)
    size = (high * WIDE / HIGH, high)
    scale = HIGH / high
    move = [(size[0] - x1 - x2) / 2 * scale, (size[1] - y1 - y2) / 2 * scale]
    matrix = np.array([[scale, 0, move[0]], [0, scale, move[1]]])
    return label(cv2.warpAffine(image, matrix, (WIDE, HIGH), flags=cv2.INTER_AREA), row, paint)


def label(image: np.ndarray, row: int, paint: tuple[int, int, int]) -> np.ndarray:
    """Draw a border in the colour of the track, and the number of the row."""
    cv2.rectangle(image, (0, 0), (WIDE - 1, HIGH - 1), paint, 3)
    cv2.rectangle(image, (0, 0), (40, 14), paint, -1)
    cv2.putText(image, str(row), (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)
    return image


def colour(number: int) -> tuple[int, int, int]:
    """Colour of a track."""
    return COLOURS[number % len(COLOURS)]


if __name__ == "__main__":
    main()
