"""``python -m framework.train``: train the weights of a stage.

    python -m framework.train motion_root=/data/mocap output=runs/temporal
    python -m framework.train ... schedule.steps=40000      # the same run goes on

``STAGE=NAME`` says what is trained (default: the lifter that a run takes by default); the settings
are those of ``conf/train/NAME.yaml``. A run that finds its own checkpoint in ``output`` goes on
from it, and ends as if it had never been interrupted.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import hydra
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.command_config import built, nested_hint
from framework.commands import exit_code_of
from framework.config import compose_config, explain
from framework.errors import OK, ConfigurationError, FrameworkError
from framework.options import OptionError, allowed_of
from framework.registry import Registered, registry
from framework.settings import CONFIG_MODULE
from framework.stages import STAGES

log = logging.getLogger(__name__)

_HELP = "python -m framework.train --help"


def main() -> None:
    """Train with the settings of the command line and exit with a code of `framework.errors`."""
    sys.exit(exit_code_of(_train, sys.argv[1:], "stopped; the same command goes on"))


def _train(arguments: Sequence[str]) -> int:
    _refuse(arguments)
    item, settings = _chosen(arguments)
    trainer = item.trainer()
    schema = trainer.schema()
    ConfigStore.instance().store(name="train_schema", node=schema)
    sys.argv[:] = ["framework.train", *with_new_names(settings, OmegaConf.get_type(schema))]
    # Hydra would print errors in its own way and end with 1; with this it raises them to us.
    os.environ["HYDRA_FULL_ERROR"] = "1"

    @hydra.main(
        version_base=None,
        config_path=f"pkg://{CONFIG_MODULE}",
        config_name=f"train/{item.entry.name}",
    )
    def run(config: DictConfig) -> None:
        try:  # Hydra would add a line of its own to what is raised here
            trainer.train(_made(config))
        except FrameworkError as error:
            failed.append(error)

    failed: list[FrameworkError] = []
    try:
        run()
    except (HydraException, OmegaConfBaseException) as error:
        raise _explained(error, settings, OmegaConf.get_type(schema)) from error
    if failed:
        raise failed[0]
    return OK


def _made(config: DictConfig) -> Any:
    """The settings as the trainer's dataclass; an option in an error has its whole name."""
    try:
        return OmegaConf.to_object(config)
    except OptionError:
        built(config)  # finds the same mistake, and knows where it is
        raise


def _explained(error: Exception, settings: Sequence[str], schema: Any) -> ConfigurationError:
    """An error of Hydra in our words, with a hint about settings of a training."""
    if missing := re.search(r"[Mm]issing mandatory value: (\w+)", str(error)):
        return ConfigurationError(f"{missing[1]} is missing", f"See: {_HELP}")
    found = explain(error, ())
    listed = found.hint if found.hint.startswith("Known: ") else ""
    hint = listed or nested_hint(schema, settings) or f"See: {_HELP}"
    return ConfigurationError(found.message, hint)


def _refuse(arguments: Sequence[str]) -> None:
    """Refuse what is no setting, and sweeps: a training writes into one folder."""
    for argument in arguments:
        if argument in ("-m", "--multirun"):
            raise ConfigurationError(
                f"framework.train runs no sweep: {argument} belongs to python -m framework",
                "Run the command once for each value, each with an output of its own.",
            )
        if "=" not in argument and argument not in ("-h", "--help"):
            what = "a flag" if argument.startswith("-") else "of the form NAME=VALUE"
            raise ConfigurationError(f"{argument!r} is not {what}", f"See: {_HELP}")


def _chosen(arguments: Sequence[str]) -> tuple[Registered, list[str]]:
    """What is trained, and the arguments that do not say so."""
    named = [argument for argument in arguments if argument.partition("=")[0] in STAGES]
    if not named:
        return registry().find("lifter", compose_config().lifter.name), list(arguments)
    if len(named) > 1:
        raise ConfigurationError(f"{' and '.join(named)}: one stage is trained at a time")
    stage, _, name = named[0].partition("=")
    item = registry().find(next(known for known in STAGES if known == stage), name)
    return item, [argument for argument in arguments if argument not in named]


def with_new_names(arguments: Sequence[str], config: Any) -> list[str]:
    """Replace names of options that were renamed, with a note; those of nested options too.

    Args:
        arguments: of the form name=value; others stay as they are.
        config: dataclass whose fields `framework.options.option` declares.
    """
    names = dict(_renamed(config, ""))
    changed = []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if new := names.get(name):
            log.warning(
                "%s is called %s now; the old name will not work in the next version", name, new
            )
        changed.append(f"{new or name}{equals}{value}")
    return changed


def _renamed(config: Any, owner: str) -> Iterator[tuple[str, str]]:
    """Old and new names of options of a dataclass and of the dataclasses in it."""
    kinds = get_type_hints(config)
    for declared in fields(config):
        new = f"{owner}{declared.name}"
        yield from ((f"{owner}{old}", new) for old in allowed_of(declared).formerly)
        if is_dataclass(kinds[declared.name]):
            yield from _renamed(kinds[declared.name], f"{new}.")


if __name__ == "__main__":
    main()
