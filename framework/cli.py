"""The command line: reads arguments, runs jobs, reports, and ends with one exit code."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import fields
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from framework.arguments import quote_paths
from framework.config import CONFIG_MODULE, RunConfig, explain, path_keys, register_schemas
from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError, StageError
from framework.steps import in_words
from framework.sweeps import exit_codes, write_status

PATIENCE_S = 3
"""How long after a signal another one is ignored."""
_VALUED = "-c --cfg -p --package -cp --config-path -cn --config-name -cd --config-dir".split()
"""Flags of Hydra that the next argument belongs to."""


def main() -> None:
    """Run what the command line says and exit with its code (see `framework.errors`)."""
    _prepare()
    arguments = sys.argv[1:]
    try:
        _check_dashes(arguments)
        if "--help" in arguments or "-h" in arguments:
            _print_help(arguments)
        else:
            _hydra(arguments)
        code = max(exit_codes, default=OK)
    except KeyboardInterrupt:
        for number in _signals():  # one that comes while Python ends would change the exit code
            signal.signal(number, signal.SIG_IGN)
        with suppress(OSError):  # the terminal may be gone
            sys.stderr.write("interrupted: nothing half-written was left\n")
        code = INTERRUPTED
    except FrameworkError as error:
        code = _show(error, arguments)
    except BrokenPipeError:  # whoever read what we print (head, less) has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except (HydraException, OmegaConfBaseException) as error:
        code = _show(explain(error, arguments), arguments)
    except OSError as error:
        hint = "The log goes to hydra.run.dir=DIR, results to output=DIR; both must be writable."
        code = _show(StageError(in_words(error), hint), arguments)
    except Exception as error:
        mistake = StageError(
            f"unexpected {type(error).__name__}: {error}",
            "This is a mistake in the framework or a plugin; debug=true shows where.",
        )
        mistake.__cause__ = error
        code = _show(mistake, arguments)
    sys.exit(code)


def _hydra(arguments: Sequence[str]) -> None:
    """Hand the command line to Hydra, file names quoted."""
    register_schemas()
    sys.argv[:] = ["framework", *quote_paths(_flags_last(arguments), path_keys())]
    # Hydra would print errors in its own way and end with 1; with this it raises them to us.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    run_job()


@hydra.main(version_base=None, config_path=f"pkg://{CONFIG_MODULE}", config_name="config")
def run_job(config: DictConfig) -> None:
    """Run one job: one configuration over all its inputs."""
    from framework.jobs import run_all
    from framework.registry import registry
    from framework.report import Reporter

    job = HydraConfig.get()
    folder = Path(job.runtime.output_dir)
    output = folder
    if config.output:
        output = Path(os.path.expanduser(config.output))  # noqa: PTH111  (not every shell does)
        if job.mode == RunMode.MULTIRUN:  # jobs over one input must not replace each other's
            output /= job.sweep.subdir
    errors: list[FrameworkError] = []
    reporter = Reporter(bar=config.progress, debug=config.debug)
    registry().manager.register(reporter)
    try:
        with closing(run_all(config, output)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, FrameworkError):
                    errors.append(outcome)
                reporter.show(outcome)
    except FrameworkError as error:
        errors.append(error)
        reporter.run_failed(error)
    finally:
        reporter.close()
        registry().manager.unregister(reporter)
    code = max((error.exit_code for error in errors), default=OK)
    if job.mode == RunMode.MULTIRUN:
        overrides = list(job.overrides.task)
        write_status(folder, overrides, code, [str(error) for error in errors], output)
    else:
        exit_codes.append(code)


def _print_help(arguments: Sequence[str]) -> None:
    from framework.help import help_text

    overrides = [argument for argument in arguments if not argument.startswith("-")]
    sys.stdout.write(help_text(quote_paths(overrides, path_keys())))
    sys.stdout.flush()


def _show(error: FrameworkError, arguments: Sequence[str]) -> int:
    """Write an error that no run has reported; return its exit code."""
    if "debug=true" in (argument.lower() for argument in arguments):
        traceback.print_exception(error)
    sys.stderr.write(f"error: {error}\n")
    return error.exit_code


def _prepare() -> None:
    """Let ``kill`` and a closed terminal clean up like Ctrl-C; let any name be printed."""
    interrupt = _Interrupt()
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, interrupt)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _signals() -> list[signal.Signals]:
    """Ways to be told to end; Windows has no SIGHUP."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals[name] for name in names if hasattr(signal, name)]


class _Interrupt:
    """Signal handler: impatience right after the first signal must not disturb clearing up."""

    def __init__(self) -> None:
        self._raised_s = -math.inf

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() - self._raised_s > PATIENCE_S:
            self._raised_s = time.monotonic()
            raise KeyboardInterrupt


def _check_dashes(arguments: Sequence[str]) -> None:
    """Answer ``--input clip.mp4``, which argparse would answer with flags of Hydra."""
    options = {option.name for option in fields(RunConfig)}
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        if argument.startswith("-") and name in options:
            raise ConfigurationError(
                f"{argument!r} is no option: options have no dashes",
                f"Write {name}={value or 'VALUE'}",
            )


def _flags_last(arguments: Sequence[str]) -> list[str]:
    """Put overrides before flags: argparse does not find them between and after."""
    follows = [False, *(argument in _VALUED for argument in arguments)]
    flags = [argument.startswith("-") for argument in arguments]
    order = sorted(range(len(arguments)), key=lambda i: flags[i] or follows[i])
    return [arguments[i] for i in order]
