"""A configuration from somebody else is data: it must not run code nor read the environment.

Hydra builds whatever a configuration names under ``hydra`` (callbacks, launchers, log handlers),
and OmegaConf's resolvers read the environment. So files that come by ``--config-dir`` or
``--config-path`` are looked through before Hydra sees them; ``trust=true`` leaves that out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from framework.errors import ConfigurationError, InputError

TRUSTED = "trust=true"
_FOLDERS = ("-cd", "--config-dir", "-cp", "--config-path")
_NAMES = ("-cn", "--config-name")
_DATA_OF_HYDRA: dict[str, frozenset[str] | None] = {
    "run": None,
    "mode": None,
    "verbose": None,
    "sweep": None,
    "sweeper": frozenset({"params", "max_batch_size"}),
    "job": frozenset({"name", "chdir"}),
}
"""Keys of ``hydra`` that are plain values, and the parts of them that are; None: all."""
_RESOLVER = re.compile(r"(?<!\\)(?:\\\\)*\$\{.*:", re.DOTALL)
_PACKAGE = re.compile(r"^\s*#\s*@package\s+(hydra|_global_\.hydra)", re.MULTILINE)
_PLACED = re.compile(r"@(hydra\b|_global_\.hydra)")
_MOST_BYTES = 4 << 20


def refuse_foreign_code(arguments: Sequence[str]) -> None:
    """Look through the configuration files that a command line brings from outside.

    Raises:
        ConfigurationError: one of them would build objects or read the environment.
        InputError: one of them cannot be read.
    """
    folders = _values(arguments, _FOLDERS)
    if not folders or TRUSTED in arguments:
        return
    wanted = set(_words([*_values(arguments, _NAMES), *arguments]))
    for folder in folders:
        for path in _reachable(Path(folder), wanted):
            if fault := next(_faults(path), ""):
                raise ConfigurationError(
                    f"the configuration '{path}' {fault}",
                    "A configuration of somebody else may only set values. If you know who wrote "
                    f"it, allow it with {TRUSTED}",
                )


def _values(arguments: Sequence[str], flags: Sequence[str]) -> list[str]:
    """The values of a flag, in both ways of writing."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    found = [after for argument, after in pairs if argument in flags]
    return found + [
        argument.partition("=")[2]
        for argument in arguments
        if argument.startswith("--") and argument.partition("=")[0] in flags and "=" in argument
    ]


def _words(texts: Sequence[str]) -> Iterator[str]:
    """Whatever may be the name of a configuration file in a text, without folder and suffix."""
    for text in texts:
        for word in re.split(r"[\s,=:\[\]{}@'\"]+", text):
            yield re.sub(r"\.ya?ml$", "", word.rpartition("/")[2])


def _reachable(folder: Path, wanted: set[str]) -> Iterator[Path]:
    """Files of a folder that a run might read: those named, and those that these name."""
    if not folder.is_dir():  # Hydra says so
        return
    left = [path for suffix in ("*.yaml", "*.yml") for path in sorted(folder.rglob(suffix))]
    while found := [path for path in left if path.stem in wanted]:
        left = [path for path in left if path not in found]
        for path in found:
            yield path
            document = _document(path)
            if isinstance(document, dict):
                wanted |= set(_words([str(document.get("defaults", ""))]))


def _document(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"the configuration '{path}' is too large", "Is it another file?")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the configuration '{path}' cannot be read: {reason}") from error


def _faults(path: Path) -> Iterator[str]:
    """What a file would do beside setting values."""
    document = _document(path)
    if _PACKAGE.search(path.read_text(encoding="utf-8")):
        yield "puts values into Hydra's own part (@package hydra)"
    if not isinstance(document, dict):
        return
    if _PLACED.search(str(document.get("defaults", ""))):
        yield "puts values into Hydra's own part (@hydra in its defaults)"
    if "hydra/" in str(document.get("defaults", "")):
        yield "chooses parts of Hydra (hydra/... in its defaults)"
    if key := _beyond_data(document.get("hydra")):
        yield f"sets {key}, from which Hydra builds objects"
    for key, value in _leaves(document, ""):
        if key.rpartition(".")[2] == "_target_":
            yield f"would build an object ({key})"
        if isinstance(value, str) and _RESOLVER.search(value):
            yield f"would call a resolver, which may read the environment ({key})"


def _beyond_data(node: Any) -> str:
    """The first key of ``hydra`` that is more than a value; "" where there is none."""
    if node is None:
        return ""
    if not isinstance(node, dict):
        return "hydra"
    for key, part in node.items():
        if key not in _DATA_OF_HYDRA:
            return f"hydra.{key}"
        allowed = _DATA_OF_HYDRA[key]
        if allowed is not None and isinstance(part, dict) and (other := set(part) - allowed):
            return f"hydra.{key}.{min(map(str, other))}"
    return ""


def _leaves(node: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Every key with a value, and the keys themselves, which may be interpolations too."""
    if isinstance(node, dict):
        for name, part in node.items():
            yield from _leaves(part, f"{key}.{name}".lstrip("."))
            yield f"{key}.{name}".lstrip("."), str(name)
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from _leaves(part, f"{key}[{number}]")
    else:
        yield key, node
