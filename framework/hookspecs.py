"""The hooks that a plugin may implement, and what it registers through them.

A plugin is a module with functions of these names, marked ``@hookimpl``, announced under the
entry-point group ``framework.plugins``. Registering hooks are called once, when the program
looks for plugins; they return descriptions and must import nothing heavy. Observers are called
during a run. Every implementation is called by itself: one that raises is reported with its
package and does not disturb the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

from framework.errors import FrameworkError
from framework.skeletons import Skeleton

if TYPE_CHECKING:  # it imports NumPy, which plugins that only register do not need
    from framework.types import Progress, RunPlan, RunResult

PROJECT = "framework"
ENTRY_POINT_GROUP = "framework.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A Python module that an implementation needs.

    Attributes:
        name: as imported.
        install: the command that brings it and nothing else, shown when it is missing.
        note: what else there is to know then, a few words without a colon.
        option: a field of the implementation's config that says where else it is, such as a
            checkout; "" for none.
    """

    name: str
    install: str
    note: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """A registered weight file that an implementation needs.

    Attributes:
        name: `WeightsEntry.name`.
        option: a field of the implementation's config that gives another file instead; "" for
            none.
    """

    name: str
    option: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """A model that a library fetches by itself from the Hugging Face hub at first use.

    Attributes:
        name: its id there, ``"owner/name"``.
    """

    name: str


class Trainer(Protocol):
    """What the module that ``StageEntry.trainer`` names has; ``framework.train`` calls it."""

    def schema(self) -> object:
        """Return the settings as a Hydra node: a dataclass or a DictConfig."""
        ...

    def train(self, config: Any) -> None:
        """Train with settings of that schema, to the end; go on from an own checkpoint."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntry:
    """One implementation of a stage; which stage it is follows from the hook that returns it.

    Attributes:
        name: what the user types, ``detector=NAME``; a Python identifier.
        summary: one line for ``--help`` and the list.
        config: frozen dataclass with a default for every field and ``metadata={"help": ...}``.
        factory: ``"package.module:Class"``, called as ``Class(config, runtime)``. Imported only
            when a run asks for it.
        requires: modules, weight files and models of the hub; "usable now" is computed from them.
        licence: SPDX name (or a sentence) of the code and weights behind it, as the user must
            know it; "" means that of the package.
        non_commercial: whether that licence forbids commercial use.
        homepage: address of the project behind it.
        presets: package with YAML presets (``their_pkg.conf``) for Hydra's search path, or "".
        trainer: module that trains its weights, with the functions of `Trainer`, or "". Settings
            are in ``conf/train/<name>.yaml``.
    """

    name: str
    summary: str
    config: type[Any]
    factory: str
    requires: tuple[Module | WeightFile | HubModel, ...] = ()
    licence: str = ""
    non_commercial: bool = False
    homepage: str = ""
    presets: str = ""
    trainer: str = ""

    def __post_init__(self) -> None:
        """Check what can be checked without importing the backend."""
        if not self.name.isidentifier():
            raise ValueError(f"StageEntry name {self.name!r} is not an identifier")
        module, _, attribute = self.factory.partition(":")
        if not module or not attribute:
            raise ValueError(f"factory of {self.name!r} must read 'package.module:Class'")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsEntry:
    """A weight file that can be fetched and verified.

    Attributes:
        name: how `WeightFile` and ``framework.fetch`` call it.
        filename: its name in ``checkpoint/`` or the cache.
        size: bytes; 0 where it is not known.
        sha256: hex digest of the file, or its first digits where only those are published; ""
            where nobody publishes one.
        licence: SPDX name or a sentence.
        sources: mirrors in the order to try (see `framework.weights` for their forms).
        non_commercial: ask once before fetching.
        page: address where a person finds it, for files that no source serves.
    """

    name: str
    filename: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Mapping[str, str], ...] = field(default_factory=tuple)
    non_commercial: bool = False
    page: str = ""


class RegisterSpecs:
    """Hooks that register. Called once per program; not called when plugins are switched off."""

    @hookspec
    def register_interpolators(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Interpolator`."""

    @hookspec
    def register_detectors(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Detector`."""

    @hookspec
    def register_completenesses(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.CompletenessFilter`."""

    @hookspec
    def register_trackers(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Tracker`."""

    @hookspec
    def register_lifters(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Lifter`."""

    @hookspec
    def register_refiners(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Refiner`."""

    @hookspec
    def register_renderers(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Renderer`."""

    @hookspec
    def register_exporters(self) -> list[StageEntry]:  # type: ignore[empty-body]
        """Return implementations of `framework.stages.Exporter`."""

    @hookspec
    def register_weights(self) -> list[WeightsEntry]:  # type: ignore[empty-body]
        """Return weight files that `framework.weights` may fetch."""

    @hookspec
    def register_skeletons(self) -> list[Skeleton]:  # type: ignore[empty-body]
        """Return skeletons beside the built-in ones; their names must be new."""


class ObserverSpecs:
    """Hooks that observe a run. They return nothing and cannot change it."""

    @hookspec
    def run_started(self, plan: RunPlan) -> None:
        """A clip is about to be read. Not called when the input could not be opened."""

    @hookspec
    def progress(self, event: Progress) -> None:
        """A chunk of frames, or a part of a step, is done."""

    @hookspec
    def run_finished(self, result: RunResult) -> None:
        """A clip is done and its files have their final names."""

    @hookspec
    def run_failed(self, error: FrameworkError) -> None:
        """A clip failed; called instead of `run_finished`."""


REGISTER_HOOKS: Mapping[str, str] = {
    "interpolator": "register_interpolators",
    "detector": "register_detectors",
    "completeness": "register_completenesses",
    "tracker": "register_trackers",
    "lifter": "register_lifters",
    "refiner": "register_refiners",
    "renderer": "register_renderers",
    "exporter": "register_exporters",
}
