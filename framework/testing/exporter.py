"""The contract of `framework.stages.Exporter`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from framework.stages import Exporter
from framework.testing.check import Subject, Suite, expect
from framework.testing.sample import Sample

_NAME = "a clip.of mine"


def play(exporter: Exporter, sample: Sample) -> list[str]:
    """The names of the files."""
    with TemporaryDirectory() as folder:
        return [path.name for path in exporter.export(sample.result, Path(folder) / _NAME)]


def writes_what_it_returns(subject: Subject[Exporter]) -> None:
    """``export`` returns the paths of the files it wrote; none of them is empty.

    What is not returned is thrown away with the private folder of the run.
    """
    _files(subject, people=2, rows=24, names=False)


def names_begin_with_target(subject: Subject[Exporter]) -> None:
    """Files lie beside ``target`` and their names begin with its name, dots and spaces included.

    ``target.with_suffix`` cuts a dot that belongs to the name: use
    ``target.with_name(f"{target.name}.npz")``.
    """
    _files(subject, people=2, rows=24, names=True)


def nobody_is_a_result(subject: Subject[Exporter]) -> None:
    """A clip without people raises nothing; a format of one person a file may write no file."""
    _files(subject, people=0, rows=24, names=False)


def one_frame_is_a_clip(subject: Subject[Exporter]) -> None:
    """A clip of one frame is written too."""
    _files(subject, people=2, rows=1, names=False)


def _files(subject: Subject[Exporter], *, people: int, rows: int, names: bool) -> None:
    """Export a clip and look at what is there afterwards."""
    sample = subject.sample(rows=rows, people=people)
    with TemporaryDirectory() as name, subject.ready(sample.video) as exporter:
        folder = Path(name)
        paths = exporter.export(sample.result, folder / _NAME)
        if names:
            strays = [str(path) for path in paths if path.parent != folder]
            expect(not strays, f"files outside the folder of target: {strays}")
            strange = [path.name for path in paths if not path.name.startswith(_NAME)]
            expect(not strange, f"{strange} for a target named {_NAME!r}")
            return
        expect(paths or not people, "no path was returned for people who were found")
        lacking = [path.name for path in paths if not path.is_file() or not path.stat().st_size]
        expect(not lacking, f"missing or empty: {lacking}")
        extra = {path for path in folder.iterdir() if path not in paths}
        expect(not extra, f"not returned: {sorted(path.name for path in extra)}")


SUITE = Suite(
    play=play,
    checks=(
        writes_what_it_returns,
        names_begin_with_target,
        nobody_is_a_result,
        one_frame_is_a_clip,
    ),
    keeps_answers=False,
)
