"""Shell completion of values: the members of an enumeration, other choices, true and false.

``eval "$(framework -sc install=bash)"`` switches completion on. Hydra completes names of options
and of implementations by itself, but after ``NAME=`` it offers only the present value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.plugins import Plugins
from hydra.plugins.completion_plugin import CompletionPlugin
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from framework.options import choices_of
from framework.schemas import old_names


def complete_values() -> None:
    """Make Hydra's completion of each shell offer values too.

    The shells' plugins are replaced by subclasses, as Hydra accepts only one for a shell.
    """
    shells = Plugins.instance().plugin_type_to_subclass_list[CompletionPlugin]
    shells[:] = [
        shell if issubclass(shell, _WithValues) else type(shell.__name__, (_WithValues, shell), {})
        for shell in shells
    ]


class _WithValues(CompletionPlugin):
    """Comes before a shell's own plugin, whose answer it changes."""

    def __init__(self, config_loader: Any) -> None:
        super().__init__(config_loader)
        # Some shells let the plugin of another answer.
        delegate = getattr(self, "delegate", None)
        if delegate is not None and not isinstance(delegate, _WithValues):
            kind = type(delegate)
            self.delegate = type(kind.__name__, (_WithValues, kind), {})(config_loader)

    def _query(self, config_name: str | None, line: str) -> list[str]:
        """Complete the last word of a command line, the name of the program left out."""
        words = [] if line.endswith(" ") else line.split()
        name, equals, begun = (words[-1] if words else "").partition("=")
        if not equals:
            answers: list[str] = super()._query(config_name, line)
            return [answer for answer in answers if not self._is_old(answer, config_name)]
        others = [word for word in line.split()[:-1] if "=" in word]
        values = self._values(name.lstrip("+"), config_name, others)
        if values:
            return [f"{name}={value}" for value in values if value.startswith(begun)]
        found: list[str] = super()._query(config_name, line)
        return found

    def _values(self, key: str, config_name: str | None, others: Sequence[str]) -> tuple[str, ...]:
        """The values that an option may have, if they can be listed."""
        declared, name = self._declared(key, config_name, others)
        return choices_of(declared, name) if declared is not None else ()

    def _is_old(self, answer: str, config_name: str | None) -> bool:
        """Whether an answer is the old name of an option, which only works for a while."""
        if not answer.endswith("="):
            return False
        declared, name = self._declared(answer[:-1], config_name, ())
        return declared is not None and name in old_names(declared)

    def _declared(
        self, key: str, config_name: str | None, others: Sequence[str]
    ) -> tuple[type[Any] | None, str]:
        """The dataclass that declares an option, and the option's own name."""
        config = self.config_loader.load_configuration(
            config_name=config_name, overrides=list(others), run_mode=RunMode.RUN
        )
        owner, _, name = key.rpartition(".")
        node = OmegaConf.select(config, owner) if owner else config
        kind = OmegaConf.get_type(node) if isinstance(node, DictConfig) else None
        return (kind if hasattr(kind, "__dataclass_fields__") else None), name
