"""Identity over time as a picture: who is followed in each frame, and what that person looks like.

Above, a line per track along the frames (grey: filled); below, the followed person cut out of
every n-th frame, with the frame's number and the track's colour. Whether the person changes is for
an eye to see.

Run: python benchmarks/identities.py CLIP RESULT.npz PICTURE.png [EVERY [FIRST LAST]]
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
"""Pixels of a cut-out, and how many stand in a row."""
LINE = 14
COLOURS = [
    (230, 80, 60), (60, 120, 230), (60, 170, 90), (220, 160, 40), (150, 80, 200),
    (60, 190, 200), (220, 110, 170), (120, 120, 60),
]  # fmt: skip


def main() -> None:
    """Draw one result."""
    if len(sys.argv) < 4:
        print(__doc__)
        return
    clip, result, picture = Path(sys.argv[1]), load(sys.argv[2]), Path(sys.argv[3])
    every, first, last = (*map(int, sys.argv[4:7]), *(10, 0, 10**9)[len(sys.argv) - 4 :])
    rows = [row for row in range(0, len(result.frame_index), every) if first <= row <= last]
    tiles = cut_out(clip, result, rows)
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % COLUMNS)
    lines = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    sheet = np.vstack([timeline(result, lines[0].shape[1]), *lines])
    cv2.imwrite(str(picture), sheet[..., ::-1])
    print(f"{picture}: {len(result.tracks)} tracks, frames {rows[0]} to {rows[-1]}")


def timeline(result: RunResult, width: int) -> np.ndarray:
    """A line per track, its colour where the person was seen, grey where filled."""
    columns = np.linspace(0, len(result.frame_index) - 1, width).round().astype(int)
    picture = np.full((LINE * max(1, len(result.tracks)), width, 3), 255, np.uint8)
    for number, track in enumerate(result.tracks):
        line = picture[LINE * number + 2 : LINE * (number + 1) - 2]
        line[:, track.state[columns] == State.OBSERVED] = colour(number)
        line[:, track.state[columns] == State.FILLED] = 170
    return picture


def cut_out(clip: Path, result: RunResult, rows: list[int]) -> list[np.ndarray]:
    """The people who are followed, of each row; white where there is nobody."""
    tiles = []
    with FrameReader(probe(clip), batch_size=16) as reader:
        for frames in reader:
            for image, index in zip(frames.images, frames.index, strict=True):
                row = int(np.searchsorted(result.frame_index, index))
                if row in rows:
                    tiles += people_of(image, result.tracks, row)
    return tiles


def people_of(image: np.ndarray, tracks: tuple[Track, ...], row: int) -> list[np.ndarray]:
    """A cut-out of everybody followed in a row, or one that says that nobody is."""
    here = [number for number, track in enumerate(tracks) if track.present[row]]
    return [tile(image, tracks[n].boxes[row], row, colour(n)) for n in here] or [
        label(np.full((HIGH, WIDE, 3), 255, np.uint8), row, (150, 150, 150))
    ]


def tile(image: np.ndarray, box: np.ndarray, row: int, paint: tuple[int, int, int]) -> np.ndarray:
    """The picture around a box, in the shape of a cut-out."""
    x1, y1, x2, y2 = box
    high = 1.2 * max(y2 - y1, (x2 - x1) * HIGH / WIDE)
    size = (high * WIDE / HIGH, high)
    scale = HIGH / high
    move = [(size[0] - x1 - x2) / 2 * scale, (size[1] - y1 - y2) / 2 * scale]
    matrix = np.array([[scale, 0, move[0]], [0, scale, move[1]]])
    return label(cv2.warpAffine(image, matrix, (WIDE, HIGH), flags=cv2.INTER_AREA), row, paint)


def label(picture: np.ndarray, row: int, paint: tuple[int, int, int]) -> np.ndarray:
    """A frame in the track's colour, and the number of the row."""
    cv2.rectangle(picture, (0, 0), (WIDE - 1, HIGH - 1), paint, 3)
    cv2.rectangle(picture, (0, 0), (40, 14), paint, -1)
    cv2.putText(picture, str(row), (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)
    return picture


def colour(number: int) -> tuple[int, int, int]:
    """Of a track."""
    return COLOURS[number % len(COLOURS)]


if __name__ == "__main__":
    main()
