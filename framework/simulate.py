"""python -m framework.rehearse: learn how a detector errs.

    python -m framework.rehearse motion_root=FOLDER output=rehearsal detector=blazepose
    python -m framework.train motion_root=FOLDER rehearsal=rehearsal output=runs/mine

Recordings are drawn as clothed figures under synthetic cameras, the detector looks, and what it
says is kept beside the exact truth. Files are written every few minutes; the same command goes on
where it stopped. Own options (everything else is an option of python -m framework, such as
detector.model=heavy, or with recipe. or motion_root one of framework.train):

    output=FOLDER   of the files
    windows=N       in all, each of 81 frames (default: 256)
    part=train      of the split: train, validation or test
    seed=N          of everything drawn by chance (default: 0)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError

_HINT = "See: python -m framework.rehearse --help"
_OWN = {"output": "", "windows": "256", "part": "train", "seed": "0"}
_A_FILE = 16


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse what the arguments say; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(__doc__ or "")
        return OK
    try:
        _rehearse(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("stopped; the same command goes on\n")
        return INTERRUPTED
    except FrameworkError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return OK


def _rehearse(arguments: Sequence[str]) -> None:
    from framework.config import build, compose_config
    from framework.lab.motion.sources import load_part
    from framework.lab.simulation.watch import rehearse
    from framework.plugins.lifter.temporal.training.config import compose_train
    from framework.stages import Detector

    own, training, running = _parse(arguments)
    output, windows, seed = Path(own["output"]), int(own["windows"]), int(own["seed"])
    train = compose_train([*training, f"output={output}"])
    library, _ = load_part(train.motion, Path(train.split), own["part"])
    output.mkdir(parents=True, exist_ok=True)
    ((_, detector),) = build("detector", compose_config(running))
    assert isinstance(detector, Detector)  # noqa: S101  (the registry's entry makes it one)
    console = Console(stderr=True, highlight=False)
    with detector:
        for number in range(-(-windows // _A_FILE)):
            path = output / f"{own['part']}_{seed}_{number:04}.npz"
            if not path.exists():
                count = min(_A_FILE, windows - number * _A_FILE)
                rehearse(library, detector, train.recipe, count, (seed << 16) + number).save(path)
                console.print(f"wrote {path}", markup=False, soft_wrap=True)


def _parse(arguments: Sequence[str]) -> tuple[dict[str, str], list[str], list[str]]:
    """Own options, those of training, those of a run."""
    own, training, running = dict(_OWN), [], []
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not equals:
            raise ConfigurationError(f"{argument!r} is not an option of the form key=value", _HINT)
        if key in own:
            own[key] = value
        elif key in ("motion", "motion_root", "split") or key.startswith("recipe."):
            training.append(argument)
        else:
            running.append(argument)
    if not own["output"]:
        raise ConfigurationError("output is missing", _HINT)
    for key in ("windows", "seed"):
        if not own[key].isdecimal() or len(own[key]) > 9:
            raise ConfigurationError(f"{key}={own[key]} is not a whole number", _HINT)
    if not any(option.startswith("motion_root=") for option in training):
        raise ConfigurationError("motion_root is missing: the folder of the recordings", _HINT)
    return own, training, running


if __name__ == "__main__":
    sys.exit(main())
