"""The contract of `framework.stages.Renderer`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import av

from framework.stages import Renderer
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample, chunks

_NAME = "a clip.of mine"
_VIDEO = (".mp4", ".gif", ".webm", ".mkv", ".mov", ".avi")


def draw(renderer: Renderer, sample: Sample, folder: Path, size: int = 8) -> Path | None:
    """Draw a clip into a folder as the pipeline does."""
    sample = sample.written(folder)
    target = folder / "out" / _NAME
    target.parent.mkdir()
    renderer.open(sample.result, target)
    if renderer.wants_frames:
        for frames in chunks(sample.frames, size):
            renderer.draw(frames)
    return renderer.close()


def play(renderer: Renderer, sample: Sample) -> str:
    """The name of the file."""
    with TemporaryDirectory() as folder:
        path = draw(renderer, sample, Path(folder))
        return "" if path is None else path.name


def returns_the_file_it_wrote(subject: Subject[Renderer]) -> None:
    """``close`` returns the one file that is there, its name beginning with that of ``target``.

    A renderer that draws nothing returns None and leaves nothing.
    ``target.with_suffix`` cuts a dot that belongs to the name.
    """
    sample = subject.sample(rows=12)
    with TemporaryDirectory() as name, subject.ready(sample.video) as renderer:
        path = draw(renderer, sample, Path(name))
        files = sorted((Path(name) / "out").iterdir())
    expect(files == ([] if path is None else [path]), f"{path} returned, {files} written")
    expect(path is None or path.name.startswith(_NAME), f"{path} for a target named {_NAME!r}")


def draws_every_row(subject: Subject[Renderer]) -> None:
    """With default settings the video has one frame per row of the result, and can be decoded."""
    _check_frames(subject, rows=12, people=2)


def chunks_do_not_matter(subject: Subject[Renderer]) -> None:
    """As many frames are drawn when they come one by one."""
    _check_frames(subject, rows=5, people=2, size=1)


def nobody_is_a_result(subject: Subject[Renderer]) -> None:
    """A clip in which nobody was found is drawn too."""
    _check_frames(subject, rows=12, people=0)


def one_frame_is_a_clip(subject: Subject[Renderer]) -> None:
    """A clip of one frame is drawn too."""
    _check_frames(subject, rows=1, people=2)


def _check_frames(subject: Subject[Renderer], *, rows: int, people: int, size: int = 8) -> None:
    sample = subject.sample(rows=rows, people=people)
    with TemporaryDirectory() as name, subject.ready(sample.video) as renderer:
        path = draw(renderer, sample, Path(name), size)
        if path is None:
            return
        expect(path.is_file() and path.stat().st_size, f"{path.name} is missing or empty")
        if path.suffix in _VIDEO:
            drawn = _frames_in(path)
            expect(drawn == rows, f"{drawn} frames in {path.name} for {rows} rows")


def _frames_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


SUITE = Suite(
    play=play,
    checks=(
        returns_the_file_it_wrote,
        draws_every_row,
        chunks_do_not_matter,
        nobody_is_a_result,
        one_frame_is_a_clip,
    ),
    keeps_answers=False,
)
