"""``python -m framework.view``: a page of an earlier result, with its film and a 3D view."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omegaconf import MISSING

from framework.command_config import Command, with_result
from framework.commands import exit_code_of
from framework.errors import OK, ConfigurationError
from framework.options import Options, option
from framework.types import RunResult


@dataclass(frozen=True, kw_only=True)
class ViewOptions(Options):
    """Options of ``python -m framework.view``."""

    result: Path = option(
        MISSING, "results file of a run, .npz or .json; may stand without result="
    )
    film: Path | None = option(
        None, "the film; null: where the run read it, else the one of its name beside the result"
    )
    output: Path | None = option(None, "folder of the page; null: that of the result")
    open: bool = option(False, "open the page in the browser")
    overwrite: bool = option(False, "replace a page that is no earlier one of the same result")


COMMAND = Command(
    name="framework.view",
    introduction="""\
Make a page of an earlier result: the film and a 3D view in step, one HTML file that opens without
network (docs/outputs.md). Nothing is detected or lifted again.

  python -m framework.view outputs/clip.npz open=true
  python -m framework.view outputs/clip.npz renderer.film=inside output=pages

Options of the page (renderer.film) are those of renderer=viewer.
""",
    options=ViewOptions,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the page that the arguments say; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return exit_code_of(_view, arguments)


def _view(arguments: Sequence[str]) -> int:
    if COMMAND.answers_help(arguments):
        return OK
    own, overrides = COMMAND.split(with_result(arguments), ("renderer",))
    if not any(argument.startswith("result=") for argument in own):
        raise ConfigurationError("no result was given", COMMAND.hint)
    options: ViewOptions = COMMAND.read(own)
    for path in _write(options, overrides):
        sys.stdout.write(f"wrote {path}\n")
        if options.open:
            _open(path)
    return OK


def _write(options: ViewOptions, overrides: list[str]) -> list[Path]:
    """Write the page, whole or not at all."""
    from framework.config import build, compose_config
    from framework.outputs import write_later
    from framework.results import load
    from framework.stages import Renderer

    [(_, renderer)] = build("renderer", compose_config(["renderer=viewer", *overrides]))
    if not isinstance(renderer, Renderer) or renderer.wants_frames:
        raise ConfigurationError("this renderer draws the frames of a film", "Run it again.")
    result = _with_film(load(options.result), options)

    def write(target: Path) -> list[Path]:
        with renderer:
            renderer.open(result, target)
            path = renderer.close()
        return [] if path is None else [path]

    folder = options.output or options.result.parent
    return write_later(options.result, folder, write, overwrite=options.overwrite)


def _with_film(result: RunResult, options: ViewOptions) -> RunResult:
    """The result with the path of its film, where that is still there."""
    if options.film is not None and not options.film.is_file():
        raise ConfigurationError(f"there is no film {str(options.film)!r}", COMMAND.hint)
    beside = options.result.with_name(result.video.path.name)
    known = options.film, _film_of_run(options.result), beside
    path = next((each for each in known if each and each.is_file()), result.video.path)
    return replace(result, video=replace(result.video, path=path))


def _film_of_run(result: Path) -> Path | None:
    """The input that the record of the run names; None where there is no record."""
    from framework.commit import SUMMARY

    try:
        record = json.loads(result.with_name(f"{result.stem}{SUMMARY}").read_bytes())
        return Path(record["input"]["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        sys.stdout.write("no browser was found to open it\n")


if __name__ == "__main__":
    sys.exit(main())
