"""The Hydra application: one job is one configuration over all its inputs.

A module of its own, as importing Hydra takes more time than all else that ``--help`` needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.arguments import quote_paths
from framework.completion import complete_values
from framework.config import VALUED_FLAGS, check_choices, explain, path_keys, register_schemas
from framework.errors import OK, ConfigurationError, FrameworkError
from framework.guard import refuse_foreign_code
from framework.jobs import run_all
from framework.registry import did_you_mean, registry
from framework.schemas import rename_options
from framework.settings import CONFIG_MODULE
from framework.sweeps import exit_codes, write_status

_SWITCHES = "--run --multirun --shell-completion --info --resolve --version --hydra-help".split()
"""Other flags of Hydra."""


def run(arguments: Sequence[str]) -> int:
    """Hand a command line to Hydra, file names quoted; return the worst exit code of its jobs."""
    register_schemas()
    if {"-sc", "--shell-completion"} & set(arguments):
        complete_values()
    _check_flags(arguments)
    check_choices(arguments)
    refuse_foreign_code(arguments)
    sys.argv[:] = ["framework", *quote_paths(_flags_last(arguments), path_keys())]
    # Hydra would print errors in its own way and end with 1; with this it raises them to us.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    run_job()
    return max(exit_codes, default=OK)


@hydra.main(version_base=None, config_path=f"pkg://{CONFIG_MODULE}", config_name="config")
def run_job(config: DictConfig) -> None:
    """Run one job: one configuration over all its inputs."""
    from framework.report import Reporter  # rich, which no completion or --cfg needs

    refused = _refusal(config)
    job = HydraConfig.get()
    folder = Path(job.runtime.output_dir)
    output = folder
    if refused is None and config.output:
        output = Path(os.path.expanduser(config.output))  # noqa: PTH111  (not every shell does)
        if job.mode == RunMode.MULTIRUN:  # jobs over one input must not replace each other's
            output /= job.sweep.subdir
    errors: list[FrameworkError] = []
    reporter = Reporter() if refused else Reporter(bar=config.progress, debug=config.debug)
    registry().manager.register(reporter, name="summary")
    try:
        if refused is not None:
            raise refused
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


def _refusal(config: DictConfig) -> ConfigurationError | None:
    """What is wrong with the values of a configuration, among themselves.

    To be reported by us: Hydra would add a line of its own to what is raised in a job.
    """
    try:
        rename_options(config)
        OmegaConf.to_container(config, resolve=True)
    except ConfigurationError as error:
        return error
    except OmegaConfBaseException as error:
        return explain(error, ())
    return None


def _check_flags(arguments: Sequence[str]) -> None:
    """Answer a flag that does not exist, for which argparse would print the usage of Hydra."""
    known = [*VALUED_FLAGS, *_SWITCHES]
    for before, argument in zip(["", *arguments], arguments, strict=False):
        name = argument.partition("=")[0]
        if before not in VALUED_FLAGS and name.startswith("--") and name not in known:
            raise ConfigurationError(
                f"{name!r} is no flag{did_you_mean(name, known)}",
                "Options have no dashes: NAME=VALUE. See: python -m framework --help",
            )


def _flags_last(arguments: Sequence[str]) -> list[str]:
    """Put overrides before flags: argparse does not find them between and after."""
    follows = [False, *(argument in VALUED_FLAGS for argument in arguments)]
    flags = [argument.startswith("-") for argument in arguments]
    order = sorted(range(len(arguments)), key=lambda i: flags[i] or follows[i])
    return [arguments[i] for i in order]
