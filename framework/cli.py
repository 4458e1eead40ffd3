"""The command line: reads arguments, runs jobs, reports, and ends with one exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from framework.arguments import quote_paths
from framework.commands import exit_code_of
from framework.config import CONFIG_MODULE, RunConfig, path_keys, register_schemas
from framework.errors import OK, ConfigurationError, FrameworkError
from framework.sweeps import exit_codes, write_status

_VALUED = "-c --cfg -p --package -cp --config-path -cn --config-name -cd --config-dir".split()
"""Flags of Hydra that the next argument belongs to."""


def main() -> None:
    """Run what the command line says and exit with its code (see `framework.errors`)."""
    sys.exit(exit_code_of(_run, sys.argv[1:]))


def _run(arguments: Sequence[str]) -> int:
    _check_dashes(arguments)
    if "--help" in arguments or "-h" in arguments:
        _print_help(arguments)
    else:
        _hydra(arguments)
    return max(exit_codes, default=OK)


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
