"""Options of stages and commands: a default, a sentence of help, and the values that are allowed.

`option` declares all of it in one place. What it declares is checked when a dataclass that
inherits `Options` is built, and is shown by ``--help``, in ``docs/stages.md`` and by shell
completion.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from framework.errors import ConfigurationError

_KEY = "option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Which values an option may have; bounds apply to every element of a list.

    Attributes:
        low, high: least and greatest value, themselves allowed.
        above, below: bounds that are not allowed themselves.
        choices: every value that is allowed.
        length: number of elements of a list.
        formerly: names under which the option was known; they still work, with a note.
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[Any, ...] = ()
    length: int | None = None
    formerly: tuple[str, ...] = ()

    def problem_of(self, value: Any) -> str:
        """Say what is wrong with a value ("must be at least 0"); "" where nothing is."""
        if isinstance(value, (list, tuple)):
            if self.length is not None and len(value) != self.length:
                return f"must have {self.length} elements"
            return next(filter(None, map(self.problem_of, value)), "")
        if value is None or self._holds(value):
            return ""
        return f"must be {self.in_words()}"

    def _holds(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return True
        # Written so that NaN is refused wherever there is a bound.
        return (
            not (math.isnan(value) and self.in_words())
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def in_words(self) -> str:
        """The allowed values in words, like "at least 0 and below 1"; "" where all are."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}"
        parts = (
            ("at least", self.low),
            ("above", self.above),
            ("at most", self.high),
            ("below", self.below),
        )
        return " and ".join(f"{word} {bound:g}" for word, bound in parts if bound is not None)


class OptionError(ConfigurationError):
    """An option has a value that is not allowed.

    Args:
        name: of the option, as in its dataclass.
        problem: what is wrong, like "is -1, but must be at least 0".
        hint: what to do.
    """

    def __init__(self, name: str, problem: str, hint: str = "") -> None:
        super().__init__(f"{name} {problem}", hint)
        self.name, self.problem = name, problem

    def of(self, owner: str) -> OptionError:
        """The same error with the name as the user types it, like "detector.max_people"."""
        return OptionError(f"{owner}.{self.name}", self.problem, self.hint)


def option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: tuple[Any, ...] = (),
    length: int | None = None,
    formerly: tuple[str, ...] = (),
) -> Any:
    """Declare an option: a field of a config dataclass that inherits `Options`.

    Args:
        default: its value where the user gives none; a callable makes a new one each time.
        help: one line for ``--help``, with the unit.
        low: see `Allowed`, as for the others.
        high: ...
        above: ...
        below: ...
        choices: ...
        length: ...
        formerly: ...
    """
    allowed = Allowed(
        low=low,
        high=high,
        above=above,
        below=below,
        choices=choices,
        length=length,
        formerly=formerly,
    )
    metadata = {"help": help, _KEY: allowed}
    if callable(default) and not isinstance(default, type):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def allowed_of(declared: Field[Any]) -> Allowed:
    """What `option` declared for a field; any value where it was declared otherwise."""
    found = declared.metadata.get(_KEY)
    return found if isinstance(found, Allowed) else Allowed()


def choices_of(config: type[Any], name: str) -> tuple[str, ...]:
    """Return the values that an option may have, as the user types them.

    Args:
        config: the dataclass that declares it.
        name: of the option.

    Returns:
        The names of an enumeration's members, declared choices, or true and false; () where the
        values cannot be listed.
    """
    declared = next((each for each in fields(config) if each.name == name), None)
    if declared is None:
        return ()
    if allowed_of(declared).choices:
        return tuple(map(str, allowed_of(declared).choices))
    hint = _types_of(cast(Hashable, config))[name]
    kinds = get_args(hint) or (hint,)
    nothing = ("null",) if type(None) in kinds else ()
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return (*(member.name for member in kind), *nothing)
    return ("true", "false", *nothing) if bool in kinds else ()


@cache
def _types_of(config: Hashable) -> dict[str, Any]:
    """Types of the fields; kept, as evaluating the annotations is a tenth of the time of --help."""
    return get_type_hints(cast(type, config))


def allowed_in_words(config: type[Any], declared: Field[Any]) -> str:
    """Describe which values an option may have, for help; "" where any of its type is allowed."""
    allowed = allowed_of(declared)
    if allowed.choices or isinstance(declared.default, bool):
        return allowed.in_words()
    choices = choices_of(config, declared.name)
    listed = [choice for choice in choices if choice != "null"]
    if listed and listed != ["true", "false"]:
        return Allowed(choices=tuple(listed)).in_words()
    return allowed.in_words()


def check_options(config: type[Any], values: Mapping[str, Any]) -> None:
    """Check values against what a config dataclass declares.

    Raises:
        OptionError: a value is not allowed.
    """
    for declared in fields(config):
        value = values.get(declared.name, MISSING)
        if value is not MISSING and (problem := allowed_of(declared).problem_of(value)):
            text = declared.metadata["help"]
            hint = text[:1].upper() + text[1:]  # capitalize() would change the rest to lower case
            raise OptionError(declared.name, f"is {value}, but {problem}", hint)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base of config dataclasses: values are checked when one is built.

    A subclass with rules of its own (one option against another) overrides `__post_init__`, calls
    it on ``super()`` first, and raises `OptionError`.
    """

    def __post_init__(self) -> None:
        """Check what the fields declare."""
        values = {declared.name: getattr(self, declared.name) for declared in fields(self)}
        check_options(type(self), values)
