"""One check of a contract, and the implementation that it tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, Generic, TypeVar, cast

from framework.registry import Registered
from framework.skeletons import COCO17, Skeleton
from framework.stages import Runtime, Stage
from framework.testing.sample import Sample
from framework.types import FrameBatch, VideoInfo

StageT = TypeVar("StageT", bound=Stage)


class ContractBroken(AssertionError):
    """What a check found, what it expected, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Subject(Generic[StageT]):
    """An implementation under test.

    Attributes:
        item: its entry.
        play: processes one sample clip by a stage object and returns the result.
        settings: fields of its config that differ from their defaults.
        skeleton: keypoints of the people in sample clips.
        frames: the author's images with people, or None.
        runtime: device and threads of the stages.
    """

    item: Registered
    play: Callable[[StageT, Sample], object]
    settings: Mapping[str, object] = field(default_factory=dict)
    skeleton: Skeleton = COCO17
    frames: FrameBatch | None = None
    runtime: Runtime = field(default_factory=lambda: Runtime(threads=1))

    def create(self) -> StageT:
        """Build a new object."""
        config = self.item.entry.config(**self.settings)
        return cast(StageT, self.item.create(config, self.runtime))

    @contextmanager
    def ready(self, video: VideoInfo) -> Iterator[StageT]:
        """Build a new object, open it and start a clip."""
        with self.create() as stage:
            stage.start(video)
            yield stage

    def sample(self, rows: int = 24, people: int = 2) -> Sample:
        """Return a synthetic clip; with the author's images where there are some."""
        sample = Sample.make(rows=rows, people=people, skeleton=self.skeleton)
        return sample if self.frames is None else sample.showing(self.frames, rows)

    def played(self, sample: Sample) -> object:
        """Process a clip by a new object."""
        with self.ready(sample.video) as stage:
            return self.play(stage, sample)


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """A sentence of a contract; calling it raises `ContractBroken` where it does not hold."""

    function: Callable[[Subject[Any]], None]
    subject: Subject[Any]

    @property
    def name(self) -> str:
        """Its name in reports."""
        return self.function.__name__

    def __call__(self) -> None:
        """Test the implementation."""
        __tracebackhide__ = True
        try:
            self.function(self.subject)
        except ContractBroken as error:
            raise ContractBroken(self._report(str(error))) from None
        except Exception as error:
            found = f"{type(error).__name__} was raised: {error}"
            raise ContractBroken(self._report(found)) from error

    def __repr__(self) -> str:
        return f"{self.subject.item.stage} {self.subject.item.entry.name!r}: {self.name}"

    def _report(self, found: str) -> str:
        item = self.subject.item
        lines = cleandoc(self.function.__doc__ or "").splitlines()
        expected = "\n    ".join(line for line in lines if line)
        return (
            f"{self!r} ({item.entry.factory})\n"
            f"  Found: {found}\n"
            f"  Expected: {expected}\n"
            f"  The whole contract: framework/stages.py"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite(Generic[StageT]):
    """How to use a stage, and the checks that only it has.

    Attributes:
        play: processes one sample clip by a stage object and returns the result.
        checks: functions of a `Subject`; their docstring says what is expected.
        keeps_answers: whether answers are data (files are not compared or pickled).
    """

    play: Callable[[StageT, Sample], object]
    checks: tuple[Callable[[Subject[StageT]], None], ...]
    keeps_answers: bool = True


def expect(holds: object, found: str) -> None:
    """Raise `ContractBroken` with what was found unless something holds."""
    if not holds:
        raise ContractBroken(found)
