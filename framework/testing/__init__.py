"""Conformance checks for stages: three lines in a plugin's own tests run all of them.

    from framework.testing import stage_checks

    @stage_checks("tracker", "nearest")
    def test_contract(check):
        check()

Each check tests one sentence of a contract (`framework.stages`) with the implementation, on small
synthetic clips. A failed check reports what was found, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from framework.hookspecs import StageEntry
from framework.registry import Registered, registry
from framework.skeletons import COCO17, Skeleton
from framework.stages import StageName
from framework.testing import (
    common,
    completeness,
    detector,
    exporter,
    interpolator,
    lifter,
    refiner,
    renderer,
    tracker,
)
from framework.testing.check import Check, ContractBroken, Subject, Suite
from framework.types import FrameBatch

if TYPE_CHECKING:
    import pytest

__all__ = ["Check", "ContractBroken", "checks_of", "stage_checks"]

SUITES: Mapping[StageName, Suite[Any]] = {
    "interpolator": interpolator.SUITE,
    "detector": detector.SUITE,
    "completeness": completeness.SUITE,
    "tracker": tracker.SUITE,
    "lifter": lifter.SUITE,
    "refiner": refiner.SUITE,
    "renderer": renderer.SUITE,
    "exporter": exporter.SUITE,
}


def stage_checks(
    stage: StageName,
    entry: str | StageEntry,
    *,
    settings: Mapping[str, object] | None = None,
    frames: FrameBatch | None = None,
    skeleton: Skeleton = COCO17,
) -> pytest.MarkDecorator:
    """Parametrise a test with the checks of a stage, as its argument ``check``.

    Args:
        stage: whose contract it is.
        entry: a name that is installed, or the `StageEntry` itself.
        settings: fields of its config that differ from their defaults.
        frames: images with people, for a detector; without them its checks use only empty and
            noisy images, and whether it finds anybody is not checked.
        skeleton: keypoints of the synthetic people, for a stage that needs certain ones.

    Raises:
        ConfigurationError: no such entry is installed.
    """
    import pytest

    cases = checks_of(stage, entry, settings=settings, frames=frames, skeleton=skeleton)
    return pytest.mark.parametrize("check", cases, ids=[case.name for case in cases])


def checks_of(
    stage: StageName,
    entry: str | StageEntry,
    *,
    settings: Mapping[str, object] | None = None,
    frames: FrameBatch | None = None,
    skeleton: Skeleton = COCO17,
) -> list[Check]:
    """Return the checks by themselves, for use without pytest; see `stage_checks`."""
    if isinstance(entry, str):
        item = registry().find(stage, entry)
    else:
        item = Registered(stage, entry, package="(under test)", version="")
    suite = SUITES[stage]
    subject = Subject(
        item=item,
        play=suite.play,
        settings=settings or {},
        frames=frames,
        skeleton=skeleton,
    )
    general = [check for check in common.CHECKS if suite.keeps_answers or check not in common.KEPT]
    return [Check(function, subject) for function in (*general, *suite.checks)]
