"""Finds plugins, knows every implementation of every stage, and builds the chosen ones.

Built-ins are the folders ``plugins/<stage>/<backend>/``; others are announced by installed
packages under the entry-point group ``framework.plugins``. One broken plugin never stops the
program: it is kept as a `Failure` and matters only to a run that asks for it.
"""

from __future__ import annotations

import logging
import os
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from inspect import getattr_static
from typing import Any, cast, get_type_hints

import pluggy

from framework import __version__
from framework.errors import ENDS, BackendError, ConfigurationError, FrameworkError
from framework.hookspecs import (
    ENTRY_POINT_GROUP,
    PROJECT,
    REGISTER_HOOKS,
    HubModel,
    Module,
    ObserverSpecs,
    RegisterSpecs,
    StageEntry,
    Trainer,
    WeightFile,
    WeightsEntry,
)
from framework.skeletons import SKELETONS, Skeleton
from framework.stages import PROTOCOLS, STAGES, Runtime, Stage, StageName

log = logging.getLogger(__name__)

PLUGINS_VARIABLE = "FRAMEWORK_PLUGINS"
"""Unset: every installed plugin. Empty: built-ins only. ``a,b``: of the others only these."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a plugin, for the list and for the error of a run that needs the plugin."""

    plugin: str
    package: str
    cause: str
    hint: str

    def __str__(self) -> str:
        return f"plugin {self.plugin!r} of package {self.package}: {self.cause}\n  {self.hint}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A stage entry and where it comes from."""

    stage: StageName
    entry: StageEntry
    package: str
    version: str

    @property
    def builtin(self) -> bool:
        """Whether it is part of the framework."""
        return self.package == PROJECT

    def missing_modules(self, config: object = None) -> list[str]:
        """Modules that it needs and that are not installed, each with the command that helps.

        Args:
            config: settings; a module whose place they give is not missing.
        """
        lacking = [
            need
            for need in self.entry.requires
            if isinstance(need, Module)
            and not getattr(config, need.option, None)
            and not _installed(need.name)
        ]
        by_help: dict[tuple[str, str], list[str]] = {}
        for need in lacking:
            by_help.setdefault((need.note, need.install), []).append(need.name)
        return [
            f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not installed"
            f"{f' ({note})' if note else ''}: {command}"
            for (note, command), names in by_help.items()
        ]

    def weights(self, config: object = None) -> list[WeightsEntry]:
        """Registered weight files that it needs, but for those that settings replace."""
        known = registry().weights
        return [
            known[need.name]
            for need in self.entry.requires
            if isinstance(need, WeightFile)
            and need.name in known
            and not getattr(config, need.option, None)
        ]

    def to_fetch(self, config: object = None) -> list[str]:
        """Files and models that it needs and that are not here yet."""
        from framework.weights import is_here, is_in_hub_cache  # not for --help: archives, tempfile

        return [weights.filename for weights in self.weights(config) if not is_here(weights)] + [
            need.name
            for need in self.entry.requires
            if isinstance(need, HubModel) and not is_in_hub_cache(need.name)
        ]

    def missing(self, config: object = None) -> list[str]:
        """What keeps it from being used now, each with the command that helps.

        Modules are looked up, not imported. A weight file whose licence is permissive is fetched
        at first use, so it is not missing.
        """
        from framework.weights import how_to_get, is_here, must_be_asked_for

        return self.missing_modules(config) + [
            f"{weights.filename} is not here: {how_to_get(weights)}"
            for weights in self.weights(config)
            if must_be_asked_for(weights) and not is_here(weights)
        ]

    def trainer(self) -> Trainer:
        """Import what trains its weights.

        Raises:
            ConfigurationError: it has no weights that can be trained here.
            BackendError: something it requires is missing.
        """
        if not self.entry.trainer:
            trained = [i for i in registry().all() if i.entry.trainer]
            raise ConfigurationError(
                f"{self.stage} {self.entry.name!r} cannot be trained here",
                f"These can: {', '.join(f'{i.stage}={i.entry.name}' for i in trained)}",
            )
        self._refuse_if_missing(None)
        return cast(Trainer, import_module(self.entry.trainer))

    def _refuse_if_missing(self, config: object) -> None:
        if self.missing_modules(config):
            missing = self.missing(config)
            what = f"{self.stage} {self.entry.name!r}"
            raise BackendError(f"{what} cannot run: {_in_brief(missing[0])}", "\n  ".join(missing))

    def create(self, config: object, runtime: Runtime) -> Stage:
        """Build the stage object.

        Raises:
            BackendError: something it requires is missing, its package cannot be imported, or
                its class lacks something that the contract of the stage demands.
        """
        what = f"{self.stage} {self.entry.name!r}"
        self._refuse_if_missing(config)
        module, _, attribute = self.entry.factory.partition(":")
        try:
            factory = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise BackendError(
                f"{what} cannot be loaded: {error}",
                f"Its factory is {self.entry.factory!r} in package {self.package} {self.version}.",
            ) from error
        # A subclass of a Protocol inherits its methods, so what is still abstract is what is
        # missing; any other object lacks the attribute itself.
        if lacking := sorted(getattr(factory, "__abstractmethods__", ())):
            raise self._broken_contract(lacking, factory)
        stage: Stage = factory(config, runtime)
        if lacking := _lacking(stage, self.stage):
            raise self._broken_contract(lacking, stage)
        return stage

    def _broken_contract(self, lacking: Sequence[str], stage: object) -> BackendError:
        own = [name for name in dir(stage) if not name.startswith("_") and name not in lacking]
        named = (f"{name}{did_you_mean(name, own, 'found')}" for name in lacking)
        return BackendError(
            f"{self.stage} {self.entry.name!r} of package {self.package} does not fulfil the "
            "contract of its stage",
            f"It lacks {', '.join(named)}: see framework/stages.py.",
        )


@dataclass
class Registry:
    """Everything that plugins registered, collected once per process."""

    manager: pluggy.PluginManager
    entries: dict[StageName, dict[str, Registered]] = field(default_factory=dict)
    conflicts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    weights: dict[str, WeightsEntry] = field(default_factory=dict)
    skeletons: dict[str, Skeleton] = field(default_factory=lambda: dict(SKELETONS))
    failures: list[Failure] = field(default_factory=list)
    _complaints: set[str] = field(default_factory=set)

    def find(self, stage: StageName, name: str) -> Registered:
        """Return the one implementation of this name.

        Raises:
            ConfigurationError: no package provides it, or more than one does.
        """
        known = self.entries[stage]
        if packages := self.conflicts.get((stage, name)):
            raise ConfigurationError(
                f"{stage} {name!r} is provided by {' and '.join(packages)}",
                f"Uninstall one, or set {PLUGINS_VARIABLE} to the plugins that you want.",
            )
        if name not in known:
            failed = "".join(f"\n  Not loaded: {failure}" for failure in self.failures)
            raise ConfigurationError(
                f"{stage} {name!r} is not known{did_you_mean(name, known)}",
                f"Known: {', '.join(sorted(known))}. See: python -m framework.list{failed}",
            )
        return known[name]

    def all(self) -> Iterator[Registered]:
        """Every implementation, in the order of the pipeline."""
        for stage in STAGES:
            yield from self.entries[stage].values()

    def notify(self, hook: str, **arguments: object) -> None:
        """Call an observer hook of every plugin; an exception is logged and stops nothing."""
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            try:
                names = implementation.argnames
                implementation.function(*(arguments[name] for name in names))
            except ENDS:
                raise
            except BaseException as error:  # SystemExit too: no observer may end a run
                complaint = f"observer {implementation.plugin_name} failed in {hook}: {error!r}"
                if complaint not in self._complaints:  # there may be one a frame
                    log.warning(complaint)
                    log.debug("its traceback", exc_info=True)
                self._complaints.add(complaint)


@cache
def registry() -> Registry:
    """The registry of this process, filled at the first call."""
    return load()


def load(allowed: str | None = None) -> Registry:
    """Collect what the built-ins and the installed plugins provide.

    Args:
        allowed: overrides the environment variable ``FRAMEWORK_PLUGINS``.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(RegisterSpecs)
    manager.add_hookspecs(ObserverSpecs)
    found = Registry(manager, entries={stage: {} for stage in STAGES})
    for name in builtin_modules():
        _Plugin(found, name, PROJECT, __version__).add(partial(import_module, name))
    allowed = os.environ.get(PLUGINS_VARIABLE) if allowed is None else allowed
    for name in _unknown_points(allowed):
        cause = f"is named in {PLUGINS_VARIABLE}, but no installed package provides it"
        found.failures.append(Failure(name, "unknown", cause, "Install it, or correct the name."))
        log.warning("plugin %r %s", name, cause)
    for point in _chosen_points(allowed):
        package, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "")
        _Plugin(found, point.name, package, version).add(point.load)
    return found


def builtin_modules() -> list[str]:
    """Module names of the folders ``plugins/<stage>/<backend>``, in the order of the stages."""
    root = import_module(f"{PROJECT}.plugins")
    names = []
    for stage in STAGES:
        folders = [f"{path}/{stage}" for path in root.__path__]
        found = sorted(module.name for module in pkgutil.iter_modules(folders) if module.ispkg)
        names += [f"{root.__name__}.{stage}.{name}" for name in found if not name.startswith("_")]
    return names


def did_you_mean(
    name: str, known: Sequence[str] | Mapping[str, object], verb: str = "did you mean"
) -> str:
    """Return ``" (did you mean 'x'?)"`` or nothing."""
    close = get_close_matches(name, list(known), n=1)
    mark = "?" if verb == "did you mean" else ""
    return f" ({verb} {close[0]!r}{mark})" if close else ""


def _chosen_points(allowed: str | None) -> list[EntryPoint]:
    points = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    if allowed is None:
        return points
    wanted = _names(allowed)
    return [point for point in points if _names_of(point) & wanted]


def _unknown_points(allowed: str | None) -> list[str]:
    known = [_names_of(point) for point in entry_points(group=ENTRY_POINT_GROUP)]
    return sorted(_names(allowed or "").difference(*known))


def _names(allowed: str) -> set[str]:
    return {name.strip() for name in allowed.split(",") if name.strip()}


def _names_of(point: EntryPoint) -> set[str]:
    """Names by which the variable may mean a plugin: its own, and that of its package."""
    return {point.name, point.dist.name if point.dist else ""}


@dataclass(frozen=True, slots=True)
class _Plugin:
    """One plugin that is being added to the registry."""

    found: Registry
    name: str
    package: str
    version: str

    def add(self, load_module: Callable[[], object]) -> None:
        """Load it, register it with pluggy and add what it provides."""
        update = f"Update or uninstall it: pip install -U {self.package}"
        try:
            module = load_module()
            self.found.manager.register(module, name=f"{self.package}:{self.name}")
        except ENDS:
            raise
        except BaseException as error:  # a third-party import may raise anything
            self._fail(f"cannot be loaded: {type(error).__name__}: {error}", update)
            return
        for caller in self.found.manager.get_hookcallers(module) or []:
            try:
                self._call(caller, module)
            except ENDS:
                raise
            except BaseException as error:
                self._fail(f"{caller.name} failed: {type(error).__name__}: {error}", update)

    def _call(self, caller: pluggy.HookCaller, module: object) -> None:
        """Call one registering hook of this plugin and add what it returns."""
        hooks = [name for spec in (RegisterSpecs, ObserverSpecs) for name in vars(spec)]
        hooks = [name for name in hooks if not name.startswith("_")]
        if not caller.has_spec():
            meant = did_you_mean(caller.name, hooks)
            self._fail(f"unknown hook {caller.name!r}{meant}", f"Hooks: {', '.join(hooks)}.")
        elif caller.name not in vars(ObserverSpecs):
            implementation = next(i for i in caller.get_hookimpls() if i.plugin is module)
            answer: Any = implementation.function()
            if caller.name == "register_weights":
                self._add_weights(answer)
            elif caller.name == "register_skeletons":
                self._add_skeletons(answer)
            else:
                stage = next(name for name in STAGES if REGISTER_HOOKS[name] == caller.name)
                self._add_entries(stage, answer)

    def _add_weights(self, answer: list[WeightsEntry]) -> None:
        for weights in answer:
            known = self.found.weights.setdefault(_typed(weights, WeightsEntry).name, weights)
            if known != weights:
                self._fail(f"weights {weights.name!r} exist already", "Give them another name.")

    def _add_skeletons(self, answer: list[Skeleton]) -> None:
        for skeleton in answer:
            known = self.found.skeletons.setdefault(_typed(skeleton, Skeleton).name, skeleton)
            if known != skeleton:
                self._fail(f"skeleton {skeleton.name!r} exists already", "Give it another name.")

    def _add_entries(self, stage: StageName, answer: list[StageEntry]) -> None:
        for entry in answer:
            new = Registered(stage, _typed(entry, StageEntry), self.package, self.version)
            if not new.builtin and (fault := _fault_of(entry)):
                self._fail(
                    f"{stage} {entry.name!r} has {fault}",
                    "See docs/writing-a-plugin.md; framework.testing checks it.",
                )
                continue
            old = self.found.entries[stage].setdefault(entry.name, new)
            if old is not new:
                self.found.conflicts.setdefault((stage, entry.name), [old.package]).append(
                    self.package
                )
                self._fail(
                    f"{stage} {entry.name!r} is also provided by {old.package}",
                    f"Uninstall one, or set {PLUGINS_VARIABLE} to the plugins that you want.",
                )

    def _fail(self, cause: str, hint: str) -> None:
        self.found.failures.append(Failure(self.name, self.package, cause, hint))
        log.debug("plugin %s of %s: %s", self.name, self.package, cause, exc_info=True)


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise FrameworkError(f"expected a list of {kind.__name__}, got {type(value).__name__}")
    return value


def _fault_of(entry: StageEntry) -> str:
    """Describe what about an entry would stop runs or the help; "" where nothing would."""
    if fault := _fault_of_config(entry.config):
        return f"a config that cannot be used: {fault}"
    if entry.presets and not _found(entry.presets):
        return f"presets {entry.presets!r}, which is no package"
    return ""


def _fault_of_config(config: type) -> str:
    """Describe why Hydra would refuse a config, which stops every run; "" if it would not."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if not is_dataclass(config):
        return f"{config!r} is no dataclass"
    for option in fields(config):
        if option.name == "name":
            return "a field must not be called 'name'"
        if option.default is MISSING and option.default_factory is MISSING:
            return f"field {option.name!r} has no default"
    try:
        get_type_hints(config)
        OmegaConf.structured(config)
    except (OmegaConfBaseException, NameError, TypeError, ValueError) as error:
        return " ".join(line.strip() for line in str(error).splitlines()[:2])
    return ""


def _installed(module: str) -> bool:
    """Whether a module can be imported; a mere folder of that name, like a checkout, is none."""
    found = _found(module)
    return found is not None and found.origin is not None


def _found(module: str) -> ModuleSpec | None:
    """Where a module or package is; None where there is none."""
    try:
        return find_spec(module)
    except (ImportError, ValueError):
        return None


def _in_brief(problem: str) -> str:
    """The problem without its note and command."""
    return problem.partition(": ")[0].partition(" (")[0]


def _lacking(stage: object, name: StageName) -> list[str]:
    """Names of the contract that a stage object does not have, methods and attributes.

    isinstance() is not enough: it is true of every subclass of the Protocol, also where an
    attribute without a default (`Detector.skeleton`) was never set.
    """
    bases = [base for base in PROTOCOLS[name].__mro__ if base.__module__ == "framework.stages"]
    members = {member for base in bases for member in (*vars(base), *base.__annotations__)}
    public = [member for member in members if not member.startswith("_")]
    return sorted(member for member in public if not _has(stage, member))


def _has(stage: object, member: str) -> bool:
    """Whether there is such a member; a property is not computed, as it may need an open model."""
    return getattr_static(stage, member, None) is not None or hasattr(stage, member)
