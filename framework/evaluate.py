"""python -m framework.evaluate: how far lifters and detectors are from the truth.

    python -m framework.evaluate input=clip.mp4 truth=clip.trc lifter=temporal,detector3d
    python -m framework.evaluate result=outputs/clip.npz truth=clip.trc
    python -m framework.evaluate mocap=FOLDER lifter=temporal,videopose3d

The clip is watched once for each detector; detector=, lifter= and refiner= take several
values separated by commas. All other options of python -m framework work too. Own options:

    truth=FILE         .trc, a results file, the sample's truth, or arrays, .npz or .npy
                       (docs/evaluation.md)
    mocap=FOLDER       packed motion capture with split.json: judge on the people kept back;
                       with input=, only learn the baselines (mean pose, nearest neighbour) from it
    joints=all|limbs   which joints count: all of H36M-17 but the root, or the twelve of the limbs
    seed=N             of synthetic cameras and noise (default: 0)
    output=FOLDER      of evaluation.md, evaluation.json and evaluation.png (default: outputs/...)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError

if TYPE_CHECKING:
    from framework.lab.evaluation.report import Report

_OWN = ("input", "truth", "result", "mocap", "joints", "seed", "output")
_HINT = "See: python -m framework.evaluate --help"


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate what the arguments say, print and write the tables; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(__doc__ or "")
        return OK
    try:
        _evaluate(*_parse(arguments))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        return INTERRUPTED
    except FrameworkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return OK


def _parse(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Own options by name, and everything else, which are overrides of a run."""
    own: dict[str, str] = {}
    overrides = []
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not equals or argument.startswith("-"):
            raise ConfigurationError(f"{argument!r} is not an option of the form key=value", _HINT)
        if key in _OWN:
            own[key] = value
        else:
            overrides.append(argument)
    return own, overrides


def _evaluate(own: Mapping[str, str], overrides: list[str]) -> None:
    from framework.lab.evaluation.report import problems, to_table, write

    output = Path(own.get("output") or f"outputs/{datetime.now():%Y-%m-%d/%H-%M-%S}")
    with Console(stderr=True).status("evaluating"):
        report = _report(own, overrides)
        paths = write(report, output)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    console.print(report.title, *report.notes, sep="\n", markup=False)
    for part in report.sections:
        console.print(to_table(part))
        for problem in problems(part):
            console.print(f"not judged: {problem}", markup=False, soft_wrap=True)
    for path in paths:
        console.print(f"wrote {path}", markup=False, soft_wrap=True)


def _report(own: Mapping[str, str], overrides: list[str]) -> Report:
    from framework.lab.evaluation.measures import ALL, LIMBS
    from framework.lab.evaluation.protocols import evaluate_clip, evaluate_mocap, evaluate_result

    named = {"all": ALL, "limbs": LIMBS}
    joints = named.get(own.get("joints", "all"))
    if joints is None:
        raise ConfigurationError(f"joints={own['joints']} is neither all nor limbs", _HINT)
    seed = _whole_number(own.get("seed", "0"))
    subjects = [key for key in ("input", "result", "mocap") if own.get(key)]
    match subjects:
        case ["input"] | ["input", "mocap"]:
            training = Path(own["mocap"]) if "mocap" in subjects else None
            return evaluate_clip(
                Path(own["input"]),
                _truth(own),
                overrides,
                joints=joints,
                training=training,
                seed=seed,
            )
        case ["result"] if overrides:
            raise ConfigurationError(f"result= takes no {overrides[0]!r}: nothing is run", _HINT)
        case ["result"]:
            return evaluate_result(Path(own["result"]), _truth(own), joints=joints)
        case ["mocap"] if own.get("truth"):
            raise ConfigurationError("mocap= is its own truth: leave out truth=", _HINT)
        case ["mocap"]:
            return evaluate_mocap(Path(own["mocap"]), overrides, joints=joints, seed=seed)
    raise ConfigurationError("give one of input=, result= and mocap=", _HINT)


def _truth(own: Mapping[str, str]) -> Path:
    if not own.get("truth"):
        raise ConfigurationError("no truth is given", "Say what is true: truth=clip.trc")
    return Path(own["truth"])


def _whole_number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ConfigurationError(f"seed={text} is not a whole number of at most 9 digits", _HINT)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
