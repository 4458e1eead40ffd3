"""Commands whose options are one dataclass: ``key=value`` arguments, ``--help``, the same errors.

The dataclass inherits `framework.options.Options`. A command with a YAML of its own in ``conf/`` is
composed by Hydra; the others need no presets, so OmegaConf alone converts their values. Hydra and
OmegaConf are slow to import and are loaded only where there are arguments to read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from framework.arguments import escape_interpolation, quote_paths
from framework.errors import ConfigurationError
from framework.options import OptionError, Options, allowed_of
from framework.registry import did_you_mean

if TYPE_CHECKING:
    from omegaconf import DictConfig

_WIDTH, _HELP_AT = 100, 42
_RESULTS = (".npz", ".json")
_UNSET = "???"
"""OmegaConf's mark of a value that the user must give."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command and its options.

    Attributes:
        name: of its module, like "framework.sample".
        introduction: what ``--help`` shows above the options.
        options: dataclass of its options.
        config: name of its YAML in ``conf/``, or "" where the dataclass is all.
        groups: config groups of ``conf/`` that its YAML uses, like "recordings".
        takes_flags: whether options with dashes (``--output data``) still work, with a note.
    """

    name: str
    introduction: str
    options: type[Options]
    config: str = ""
    groups: tuple[str, ...] = ()
    takes_flags: bool = False

    @property
    def hint(self) -> str:
        """The next step after any mistake on the command line."""
        return f"See: python -m {self.name} --help"

    def answers_help(self, arguments: Sequence[str]) -> bool:
        """Print the help where the arguments ask for it; return whether they did."""
        if not {"--help", "-h"} & set(arguments):
            return False
        sys.stdout.write(self.help())
        return True

    def help(self) -> str:
        """The introduction, then a line for every option with its default."""
        lines = [self.introduction.rstrip(), "", f"Options of python -m {self.name}"]
        return "\n".join([*lines, *_option_lines(self.options)]) + "\n"

    def split(
        self, arguments: Sequence[str], others: Sequence[str] = ()
    ) -> tuple[list[str], list[str]]:
        """Divide arguments into the command's own and those that belong to something else.

        Args:
            arguments: of the command line.
            others: first parts of keys that belong to something else, such as a run's options.

        Raises:
            ConfigurationError: an argument is not of the form key=value, or its key is unknown.
        """
        own_names = (*(declared.name for declared in fields(self.options)), *self.groups)
        own, rest = [], []
        for argument in self._without_flags(arguments):
            key, equals, _ = argument.partition("=")
            if not equals:
                raise ConfigurationError(
                    f"{argument!r} is not an option of the form key=value", self.hint
                )
            root = key.lstrip("+~").partition(".")[0].partition("@")[0].partition("/")[0]
            if root in own_names:
                own.append(argument)
            elif root in others:
                rest.append(argument)
            else:
                meant = did_you_mean(root, [*own_names, *others])
                raise ConfigurationError(f"{root!r} is no option{meant}", self.hint)
        return own, rest

    def split_run(self, arguments: Sequence[str]) -> tuple[list[str], list[str]]:
        """Divide arguments into the command's own and overrides of a run, file names quoted.

        Raises:
            ConfigurationError: as `split`.
        """
        from framework.config import path_keys
        from framework.settings import RunConfig

        run_options = [declared.name for declared in fields(RunConfig)]
        own, overrides = self.split(arguments, (*run_options, "experiment"))
        return own, quote_paths(overrides, path_keys())

    def read(self, arguments: Sequence[str]) -> Any:
        """Return the options (an object of ``options``) that arguments of the command give.

        Raises:
            ConfigurationError: a key, a type or a value is wrong, or a value is missing.
        """
        if not arguments and not self.config:
            return self.options()
        from omegaconf.errors import OmegaConfBaseException

        try:
            node = self._composed(arguments) if self.config else self._merged(arguments)
            return built(node)
        except OmegaConfBaseException as error:
            raise ConfigurationError(str(error).splitlines()[0], self.hint) from error

    def _merged(self, arguments: Sequence[str]) -> DictConfig:
        """The defaults of the dataclass with the values of the arguments."""
        from omegaconf import OmegaConf
        from omegaconf.errors import OmegaConfBaseException

        node: DictConfig = OmegaConf.structured(self.options)
        OmegaConf.set_readonly(node, False)
        for argument in arguments:
            key, _, value = argument.partition("=")
            try:
                node[key] = None if value == "null" else escape_interpolation(value)
            except OmegaConfBaseException as error:
                reason = str(error).splitlines()[0]
                raise ConfigurationError(f"{argument} is not valid: {reason}", self.hint) from error
        return node

    def _composed(self, arguments: Sequence[str]) -> DictConfig:
        """The command's YAML in ``conf/`` with the arguments as Hydra's overrides."""
        from hydra import compose, initialize_config_module
        from hydra.core.config_store import ConfigStore
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        from framework.config import explain
        from framework.settings import CONFIG_MODULE

        ConfigStore.instance().store(name=f"{self.config}_schema", node=schema_of(self.options))
        overrides = quote_paths(arguments, _path_options(self.options))
        try:
            with initialize_config_module(CONFIG_MODULE, version_base=None):
                return compose(self.config, overrides=overrides)
        except (HydraException, OmegaConfBaseException) as error:
            explained = explain(error, ())
            hint = nested_hint(self.options, arguments) or self.hint
            raise ConfigurationError(str(explained).splitlines()[0], hint) from error

    def _without_flags(self, arguments: Sequence[str]) -> list[str]:
        """Arguments with ``--old-flags`` as ``key=value``, each with a note for the user."""
        declared = {each.name: each for each in fields(self.options)}
        waiting, found = list(arguments), []
        while waiting:
            argument = waiting.pop(0)
            if not argument.startswith("-"):
                found.append(argument)
                continue
            name, equals, value = argument.lstrip("-").partition("=")
            name = name.replace("-", "_")
            self._check_flag(argument, name, value)
            if not equals:
                switch = isinstance(declared[name].default, bool)
                value = "true" if switch or not waiting else waiting.pop(0)
            found.append(f"{name}={value}")
            sys.stderr.write(
                f"note: {argument} is now written {found[-1]}; "
                "options with dashes end with the next version\n"
            )
        return found

    def _check_flag(self, argument: str, name: str, value: str) -> None:
        """Refuse a flag that never existed, a sweep among them."""
        if argument in ("-m", "--multirun"):
            raise ConfigurationError(
                f"{self.name} runs no sweep: {argument} belongs to python -m framework",
                "Run the command once for each value. " + self.hint,
            )
        known = [declared.name for declared in fields(self.options)]
        if self.takes_flags and name in known:
            return
        hint = f"Write {name}={value or 'VALUE'}" if name in known else self.hint
        raise ConfigurationError(f"{argument!r} is no option: options have no dashes", hint)


def schema_of(options: type[Any]) -> DictConfig:
    """A config dataclass as a node for Hydra; frozen parts would otherwise refuse overrides."""
    from omegaconf import OmegaConf

    node: DictConfig = OmegaConf.structured(options)
    _unlock(node)
    return node


def built(node: DictConfig) -> Any:
    """Make the dataclass that a node is typed with.

    Raises:
        OptionError: a value is missing or not allowed; the name is the whole key, like
            "recipe.bodies.turned".
    """
    from omegaconf import OmegaConf

    kind: Any = OmegaConf.get_type(node)
    values = {}
    for declared in fields(kind):
        name = declared.name
        if OmegaConf.is_missing(node, name):
            raise OptionError(name, "is missing", _help_of(declared))
        try:
            values[name] = _built_value(node[name])
        except OptionError as error:
            raise error.of(name) from error
    return kind(**values)


def _built_value(value: Any) -> Any:
    from omegaconf import DictConfig, ListConfig, OmegaConf

    if isinstance(value, ListConfig):
        return [_built_value(part) for part in value]
    if isinstance(value, DictConfig):
        typed = is_dataclass(OmegaConf.get_type(value))
        return built(value) if typed else OmegaConf.to_container(value)
    return value


def _unlock(node: Any) -> None:
    from omegaconf import DictConfig, OmegaConf

    if isinstance(node, DictConfig):
        OmegaConf.set_readonly(node, False)
        for name in node:
            if not OmegaConf.is_missing(node, name):
                _unlock(node[name])


def _path_options(options: type[Any]) -> frozenset[str]:
    """Options whose values are file names; they may hold characters of Hydra's grammar."""
    hints = get_type_hints(options)
    return frozenset(name for name, kind in hints.items() if kind is Path or Path in get_args(kind))


def nested_hint(options: type[Any], arguments: Sequence[str]) -> str:
    """Say which part of a key like ``recipe.frame`` is unknown, and what was probably meant."""
    for argument in arguments:
        parts = argument.lstrip("+~").partition("=")[0].split(".")
        kind: Any = options
        for part in parts:
            if not is_dataclass(kind):
                break
            names = [declared.name for declared in fields(kind)]
            if part not in names:
                return f"{part!r} is no option{did_you_mean(part, names)}. See: --help"
            kind = get_type_hints(kind)[part]
    return ""


def _option_lines(options: type[Any], prefix: str = "") -> Iterator[str]:
    for declared in fields(options):
        default = _default_of(declared)
        if is_dataclass(default):
            yield from _option_lines(type(default), f"{prefix}{declared.name}.")
            continue
        setting = f"  {prefix}{declared.name}={_shown(default)}"
        first, *rest = wrap(_help_of(declared), _WIDTH - _HELP_AT) or [""]
        if len(setting) >= _HELP_AT - 1:
            yield setting
            setting = ""
        yield f"{setting:{_HELP_AT - 1}} {first}".rstrip()
        yield from (f"{'':{_HELP_AT}}{line}" for line in rest)


def _help_of(declared: Field[Any]) -> str:
    """The help of an option with its allowed values."""
    allowed = allowed_of(declared).in_words()
    text = str(declared.metadata.get("help", ""))
    return f"{text} ({allowed})" if allowed else text


def _default_of(declared: Field[Any]) -> Any:
    if declared.default is not MISSING:
        return declared.default
    return _UNSET if declared.default_factory is MISSING else declared.default_factory()


def _shown(value: Any) -> str:
    """Write a value as one would on the command line."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_shown, value))}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key}:{_shown(part)}' for key, part in value.items())}}}"
    return "null" if value is None else str(value)


def with_result(arguments: Sequence[str]) -> list[str]:
    """The arguments with ``result=`` before the first one that is the name of a result."""
    found = list(arguments)
    for number, argument in enumerate(found):
        is_option = "=" in argument and not Path(argument).exists()
        if argument.lower().endswith(_RESULTS) and not is_option:
            found[number] = f"result={argument}"
            break
    return found
