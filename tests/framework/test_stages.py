"""Contracts of stages: declared members, defaults, and refusals of what does not fulfil them."""

from dataclasses import dataclass

import pytest

from framework.errors import BackendError, StageError
from framework.hookspecs import StageEntry
from framework.registry import Registered
from framework.skeletons import COCO17
from framework.stages import (
    PROTOCOLS,
    STAGES,
    Detector,
    Exporter,
    Runtime,
    Stage,
    StageName,
    Tracker,
    opened,
)
from framework.testing import checks_of
from framework.testing.exporter import nobody_is_a_result
from framework.types import Detections


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No options."""


class Base(Detector):
    """What the detectors below share."""

    skeleton = COCO17

    def __init__(self, config, runtime):
        pass


class Whole(Base):
    def detect(self, frames):
        return [Detections.empty(COCO17)] * len(frames)


class Misspelt(Base):
    def detct(self, frames):
        return [Detections.empty(COCO17)] * len(frames)


class WithoutSkeleton(Detector):
    def __init__(self, config, runtime):
        pass

    def detect(self, frames):
        return []


class NeedsItsModel(Whole):
    """A property that works only after opening."""

    @property
    def score_threshold(self):
        raise StageError("detector is not open")


class Duck:
    """A detector that inherits nothing, with a misspelt attribute."""

    device = "cpu"
    notes = ()
    focal_length = None
    skeleton = COCO17
    batch_sise = 4
    score_threshold = 0.5

    def __init__(self, config, runtime):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def start(self, video):
        pass

    def detect(self, frames):
        return []


class Shy(Exporter):
    """Writes one file a person, and so none for nobody."""

    def __init__(self, config, runtime):
        pass

    def export(self, result, target):
        paths = [target.with_name(f"{target.name}_{track.id}.txt") for track in result.tracks]
        for path in paths:
            path.write_text("x")
        return paths


def entry(kind: type, stage: StageName = "detector") -> Registered:
    factory = f"{__name__}:{kind.__name__}"
    made = StageEntry(name="theirs", summary="x", config=Nothing, factory=factory)
    return Registered(stage, made, "their-package", "1")


def create(kind: type, stage: StageName = "detector") -> Stage:
    return entry(kind, stage).create(Nothing(), Runtime())


def test_a_whole_detector_is_built_and_inherits_the_defaults():
    detector = create(Whole)
    assert (detector.device, tuple(detector.notes), detector.focal_length) == ("cpu", (), None)
    assert (detector.batch_size, detector.score_threshold) == (16, 0.5)
    with detector as same:
        assert same is detector


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Misspelt, r"It lacks detect \(found 'detct'\)"),
        (WithoutSkeleton, "It lacks skeleton"),
        (Duck, r"It lacks batch_size \(found 'batch_sise'\)"),
    ],
)
def test_a_detector_that_lacks_a_member_is_refused_by_name_when_it_is_built(kind, said):
    with pytest.raises(BackendError, match=said) as caught:
        create(kind)
    assert "detector 'theirs' of package their-package" in caught.value.message


def test_a_property_is_not_computed_before_the_stage_is_open():
    assert isinstance(create(NeedsItsModel), NeedsItsModel)


@pytest.mark.parametrize("stage", STAGES)
def test_every_contract_declares_what_the_core_reads(stage):
    members = {
        name for base in PROTOCOLS[stage].__mro__ for name in getattr(base, "__annotations__", {})
    }
    assert {"device", "notes", "focal_length"} <= members
    assert ("wants_appearance" in members) == (stage == "tracker")
    assert PROTOCOLS[stage].__abstractmethods__


def test_defaults_of_optional_members():
    assert (Stage.notes, Stage.focal_length, Tracker.wants_appearance) == ((), None, False)


def test_an_exporter_may_write_no_file_when_nobody_was_found():
    check = next(
        check
        for check in checks_of("exporter", entry(Shy, "exporter").entry)
        if check.name == nobody_is_a_result.__name__
    )
    check()


def test_what_a_stage_loads_is_there_only_once_it_is_open():
    assert opened("model", "lifter 'x'") == "model"
    with pytest.raises(StageError, match="lifter 'x' is not open"):
        opened(None, "lifter 'x'")
