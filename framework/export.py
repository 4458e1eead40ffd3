"""``python -m framework.export``: data files from an earlier result, without running it again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import MISSING

from framework.command_config import Command, with_result
from framework.commands import exit_code_of
from framework.errors import OK, ConfigurationError
from framework.options import Options, option


@dataclass(frozen=True, kw_only=True)
class ExportOptions(Options):
    """Options of ``python -m framework.export``."""

    result: Path = option(
        MISSING, "results file of a run, .npz or .json; may stand without result="
    )
    output: Path | None = option(None, "folder of the files to write; null: that of the result")
    overwrite: bool = option(False, "replace files that are no earlier export of the same result")


COMMAND = Command(
    name="framework.export",
    introduction="""\
Write data files from an earlier result (docs/outputs.md). Nothing is detected or lifted again.

  python -m framework.export outputs/clip.npz exporter=[bvh,glb]
  python -m framework.export outputs/clip.npz exporter=[bvh] exporter.bvh.fps=30 output=files

Exporters and their options are those of python -m framework.
""",
    options=ExportOptions,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Export what the arguments say; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return exit_code_of(_export, arguments)


def _export(arguments: Sequence[str]) -> int:
    if COMMAND.answers_help(arguments):
        return OK
    own, overrides = COMMAND.split(with_result(arguments), ("exporter",))
    if not any(argument.startswith("result=") for argument in own):
        raise ConfigurationError("no result was given", COMMAND.hint)
    if not any(argument.startswith("exporter=") for argument in overrides):
        raise ConfigurationError("no exporter was chosen", "Add exporter=[bvh], for example.")
    options: ExportOptions = COMMAND.read(own)
    for path in _write(options, overrides):
        sys.stdout.write(f"wrote {path}\n")
    return OK


def _write(options: ExportOptions, overrides: list[str]) -> list[Path]:
    """Write the files of all chosen exporters; none is left half-written."""
    from framework.config import build, compose_config
    from framework.outputs import write_later
    from framework.results import load
    from framework.stages import Exporter

    built = (part for _, part in build("exporter", compose_config(overrides)))
    exporters = [part for part in built if isinstance(part, Exporter)]
    result = load(options.result)

    def write(target: Path) -> list[Path]:
        paths: list[Path] = []
        for exporter in exporters:
            with exporter:
                paths += exporter.export(result, target)
        return paths

    folder = options.output or options.result.parent
    return write_later(options.result, folder, write, overwrite=options.overwrite)


if __name__ == "__main__":
    sys.exit(main())
