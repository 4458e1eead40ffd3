"""Which files a folder or pattern of pictures means, and in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from framework.errors import InputError

SUFFIXES = frozenset(
    ".png .jpg .jpeg .bmp .tif .tiff .webp .ppm .pgm .exr .jp2 .jxl .dpx .tga".split()
)
NAMED = "frames/frame_%04d.png"
_NUMBER = re.compile(r"%0?\d*d")
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")


@dataclass(frozen=True, slots=True)
class Series:
    """The pictures of a clip in order.

    Attributes:
        files: at least one.
        numbers: those in their names, rising; None where the names are no numbered series.
    """

    files: tuple[Path, ...]
    numbers: tuple[int, ...] | None


def picture_files(path: Path) -> Series | None:
    """The pictures that a folder or a pattern means; None where the path is neither.

    Raises:
        InputError: no file fits the pattern, or a folder holds several series.
    """
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except (OSError, ValueError):  # no name for a file; opening it says so
        return None
    if is_folder:
        files = [file for file in _children(path) if file.suffix.lower() in SUFFIXES]
        return _of_folder(path, files) if files else None
    return None if is_there or not _NUMBER.search(path.name) else _of_pattern(path)


def series_name(path: Path) -> str:
    """A name for the results of a pattern: what is before the number, else that of the folder."""
    if not _NUMBER.search(path.name) or path.exists():
        return path.stem
    return _NUMBER.split(path.name)[0].rstrip(" ._-") or path.absolute().parent.name


def one_series(paths: Sequence[Path]) -> str:
    """The pattern of pictures that are numbered alike in one folder; "" where they are not."""
    kinds = {(path.parent, *_parts(path)[::2], path.suffix) for path in paths}
    if len(paths) < 2 or len(kinds) != 1 or paths[0].suffix.lower() not in SUFFIXES:
        return ""
    parent, before, after, suffix = kinds.pop()
    return str(Path(parent) / f"{before}%d{after}{suffix}")


def _children(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")]


def _of_pattern(path: Path) -> Series:
    if len(_NUMBER.findall(path.name)) > 1:
        raise InputError(f"'{path}' has more than one number", f"Write it like {NAMED}")
    before, after = _NUMBER.split(path.name)
    fitting = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    found = {}
    for file in _children(path.parent) if path.parent.is_dir() else []:
        if match := fitting.fullmatch(file.name):
            found[int(match[1])] = file
    if not found:
        raise InputError(f"no file has a name like '{path}'", "Check the name and the folder.")
    numbers = sorted(found)
    return Series(tuple(found[number] for number in numbers), tuple(numbers))


def _of_folder(folder: Path, files: list[Path]) -> Series:
    parts = {file: _parts(file) for file in files}
    kinds: dict[tuple[str, str], list[Path]] = {}
    for file, (before, number, after) in parts.items():
        kinds.setdefault((before, after) if number else (file.stem, ""), []).append(file)
    several = sorted(before + "%d" + after for (before, after), each in kinds.items() if each[1:])
    if len(several) > 1:
        raise InputError(
            f"'{folder}' holds more than one series of pictures: {', '.join(several[:4])}",
            f"Name one of them: input={NAMED}",
        )
    numbers = [int(parts[file][1] or -1) for file in files]
    if len(kinds) == 1 and len(set(numbers)) == len(files) and min(numbers) >= 0:
        order = sorted(range(len(files)), key=lambda i: numbers[i])
        return Series(tuple(files[i] for i in order), tuple(numbers[i] for i in order))
    return Series(tuple(sorted(files, key=_natural)), None)


def _parts(file: Path) -> tuple[str, str, str]:
    """Stem before, at and after its last number; the number is "" where there is none."""
    match = _LAST_NUMBER.search(file.stem)
    if match is None:
        return file.stem, "", ""
    return file.stem[: match.start()], match[1], match[2]


def _natural(file: Path) -> list[tuple[int, str]]:
    """A key in whose order 2 comes before 10."""
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", file.name)
    ]
