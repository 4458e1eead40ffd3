"""The command line: reads arguments, runs jobs, reports, and ends with one exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from framework.arguments import quote_paths
from framework.config import CONFIG_MODULE, explain, path_keys, register_schemas
from framework.errors import INTERRUPTED, OK, FrameworkError, StageError
from framework.sweeps import exit_codes, write_status


def main() -> None:
    """Run what the command line says and exit with its code (see `framework.errors`)."""
    signal.signal(signal.SIGTERM, _terminate)
    arguments = sys.argv[1:]
    try:
        if "--help" in arguments or "-h" in arguments:
            _print_help(arguments)
        else:
            _hydra(arguments)
        code = max(exit_codes, default=OK)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing half-written was left\n")
        code = INTERRUPTED
    except FrameworkError as error:
        code = _show(error, arguments)
    except (HydraException, OmegaConfBaseException) as error:
        code = _show(explain(error, arguments), arguments)
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
    arguments = sorted(arguments, key=lambda a: a not in ("-m", "--multirun"))  # else argparse errs
    sys.argv[:] = ["framework", *quote_paths(arguments, path_keys())]
    # Hydra would print errors in its own way and end with 1; with this it raises them to us.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    run_job()


@hydra.main(version_base=None, config_path=f"pkg://{CONFIG_MODULE}", config_name="config")
def run_job(config: DictConfig) -> None:
    """Run one job: one configuration over all its inputs."""
    from framework.jobs import run_all
    from framework.registry import registry
    from framework.report import Reporter

    folder = Path(HydraConfig.get().runtime.output_dir)
    output = Path(config.output) if config.output else folder
    errors: list[FrameworkError] = []
    reporter = Reporter(bar=config.progress, debug=config.debug)
    registry().manager.register(reporter)
    try:
        for outcome in run_all(config, output):
            if isinstance(outcome, FrameworkError):
                errors.append(outcome)
            if config.workers > 1:  # observers of the run lived in a worker process
                reporter.show(outcome)
    except FrameworkError as error:
        errors.append(error)
        reporter.run_failed(error)
    finally:
        reporter.close()
        registry().manager.unregister(reporter)
    code = max((error.exit_code for error in errors), default=OK)
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        overrides = list(HydraConfig.get().overrides.task)
        write_status(folder, overrides, code, [str(error) for error in errors], output)
    else:
        exit_codes.append(code)


def _print_help(arguments: Sequence[str]) -> None:
    from framework.help import help_text

    overrides = [argument for argument in arguments if not argument.startswith("-")]
    sys.stdout.write(help_text(quote_paths(overrides, path_keys())))


def _show(error: FrameworkError, arguments: Sequence[str]) -> int:
    """Write an error that no run has reported; return its exit code."""
    if "debug=true" in (argument.lower() for argument in arguments):
        traceback.print_exception(error)
    sys.stderr.write(f"error: {error}\n")
    return error.exit_code


def _terminate(number: int, frame: FrameType | None) -> None:
    """Let ``kill`` clean up like Ctrl-C."""
    raise KeyboardInterrupt
