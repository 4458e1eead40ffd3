"""``python -m framework.evaluate``: measure how far lifters and detectors are from the truth."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from framework.command_config import Command
from framework.commands import exit_code_of
from framework.errors import OK, ConfigurationError
from framework.options import Options, option

if TYPE_CHECKING:
    from framework.lab.evaluation.report import Report


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(Options):
    """Options of ``python -m framework.evaluate``; ``conf/evaluate.yaml`` starts from them."""

    input: Path | None = option(None, "video to evaluate; every lifter gets the same tracks of it")
    result: Path | None = option(None, "results file to evaluate, instead of a video")
    mocap: Path | None = option(
        None,
        "folder of packed motion capture with split.json: evaluate on its held-out people; with "
        "input=, only make the baselines (mean pose, nearest neighbour) from it",
    )
    truth: Path | None = option(
        None, "true poses: .trc, a results file, the sample's truth, or arrays, .npz or .npy"
    )
    joints: str = option(
        "all", "joints that count: all of H36M-17 but the root, or limbs", choices=("all", "limbs")
    )
    seed: int = option(0, "seed of synthetic cameras and noise", low=0, high=999_999_999)
    output: Path | None = option(
        None, "folder of evaluation.md, .json and .png; null: outputs/DATE/TIME"
    )


COMMAND = Command(
    name="framework.evaluate",
    introduction="""\
Compare lifters and detectors with the truth (docs/evaluation.md).

  python -m framework.evaluate input=clip.mp4 truth=clip.trc lifter=temporal,detector3d
  python -m framework.evaluate result=outputs/clip.npz truth=clip.trc
  python -m framework.evaluate mocap=FOLDER lifter=temporal,videopose3d

detector=, lifter= and refiner= take several values separated by commas; every combination is a
column of one table, and a video is decoded and detected once for each detector. All options of
python -m framework work too, presets (experiment=NAME) included.
""",
    options=EvaluateOptions,
    config="evaluate",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate what the arguments say, print and write the tables; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return exit_code_of(_evaluate, arguments, "interrupted: nothing was written")


def _evaluate(arguments: Sequence[str]) -> int:
    if COMMAND.answers_help(arguments):
        return OK
    own, overrides = COMMAND.split_run(arguments)
    options: EvaluateOptions = COMMAND.read(own)
    _show(options, overrides)
    return OK


def _show(options: EvaluateOptions, overrides: list[str]) -> None:
    """Evaluate; print the tables and write them into ``output``."""
    from rich.console import Console

    from framework.lab.evaluation.files import write
    from framework.lab.evaluation.tables import problems, to_table

    output = options.output or Path(f"outputs/{datetime.now():%Y-%m-%d/%H-%M-%S}")
    with Console(stderr=True).status("evaluating"):
        report = _report(options, overrides)
        paths = write(report, output)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    console.print(report.title, *report.notes, sep="\n", markup=False)
    for part in report.sections:
        console.print(to_table(part))
        for problem in problems(part):
            console.print(f"not evaluated: {problem}", markup=False, soft_wrap=True)
    for path in paths:
        console.print(f"wrote {path}", markup=False, soft_wrap=True)


def _report(options: EvaluateOptions, overrides: list[str]) -> Report:
    from framework.lab.evaluation.measures import ALL, LIMBS
    from framework.lab.evaluation.protocols import evaluate_clip, evaluate_mocap, evaluate_result

    joints = LIMBS if options.joints == "limbs" else ALL
    match options:
        case EvaluateOptions(input=Path() as clip, result=None, mocap=training):
            return evaluate_clip(
                clip,
                _truth(options),
                overrides,
                joints=joints,
                training=training,
                seed=options.seed,
            )
        case EvaluateOptions(input=None, result=Path() as result, mocap=None):
            if overrides:
                raise ConfigurationError(
                    f"result= takes no {overrides[0]!r}: nothing is run", COMMAND.hint
                )
            return evaluate_result(result, _truth(options), joints=joints)
        case EvaluateOptions(input=None, result=None, mocap=Path() as folder):
            if options.truth:
                raise ConfigurationError("mocap= is its own truth: leave out truth=", COMMAND.hint)
            return evaluate_mocap(folder, overrides, joints=joints, seed=options.seed)
    raise ConfigurationError("give one of input=, result= and mocap=", COMMAND.hint)


def _truth(options: EvaluateOptions) -> Path:
    if options.truth is None:
        raise ConfigurationError("no truth is given", "Give the true poses: truth=clip.trc")
    return options.truth


if __name__ == "__main__":
    sys.exit(main())
