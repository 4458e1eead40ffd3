"""The contract of each stage. A plugin implements one of these; `framework.testing` checks it.

Subclass the Protocol of your stage: a subclass inherits the defaults below (it runs on the CPU,
opens nothing, keeps no state of a clip) and is refused when it lacks a method that has none.
An object that is no subclass will do where it has every member.

Every stage object is built by its entry's ``factory(config, runtime)``, used as a context
manager, started with ``start(video)`` before each clip, and used for any number of clips, one
after the other. It must not modify the arrays that it gets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

from framework.errors import StageError
from framework.skeletons import Skeleton

if TYPE_CHECKING:  # these import NumPy; the registry and --help need the contracts without it
    from typing_extensions import Self

    from framework.focal import FocalLength
    from framework.types import (
        BlankClip,
        Detections,
        FrameBatch,
        Pose3D,
        RunResult,
        Track,
        VideoInfo,
    )

StageName = Literal[
    "interpolator",
    "detector",
    "completeness",
    "tracker",
    "lifter",
    "refiner",
    "renderer",
    "exporter",
]
STAGES: tuple[StageName, ...] = StageName.__args__  # type: ignore[attr-defined]
CHAINS: tuple[StageName, ...] = ("refiner", "exporter")
"""Stages of which a run takes a list, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a run grants every stage.

    Attributes:
        device: "cpu", "cuda", or "auto": the GPU where the stage can use one that is there.
            With "cuda" a stage raises BackendError when there is none.
        threads: threads a model runtime may use.
    """

    device: str = "auto"
    threads: int = 2


@runtime_checkable
class Stage(Protocol):
    """What all stages share.

    Attributes:
        device: where the work is done, "cpu" or "cuda"; shown in the summary.
        notes: sentences about the clip just processed ("nobody was ever complete: following the
            largest person"); the summary shows them.
        focal_length: the focal length that was used, from `framework.focal.focal_length`, with its
            source; None for a stage that needs none. The result records it.
    """

    device: str = "cpu"
    notes: Sequence[str] = ()
    focal_length: FocalLength | None = None

    def __enter__(self) -> Self:
        """Open models and files, once."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free them. Called also after an error."""
        return None

    def start(self, video: VideoInfo) -> None:
        """Reset the state of the last clip and prepare for this one."""
        return None

    def cut(self) -> None:
        """Carry nothing over to the next frame: another shot begins with it."""
        return None


T = TypeVar("T")


def opened(part: T | None, stage: str) -> T:
    """Return what a stage loads in `Stage.__enter__`, a model for example.

    Args:
        part: what it loaded; None before that.
        stage: how the user calls it, like "lifter 'temporal'".

    Raises:
        StageError: the stage was not opened.
    """
    if part is None:
        raise StageError(f"{stage} is not open", "Use it as a context manager: with ... as stage.")
    return part


@runtime_checkable
class Interpolator(Stage, Protocol):
    """Puts frames between frames, against motion that is too fast for the frame rate.

    Attributes:
        factor: about how many frames come out for each that goes in, known after `start`; chunks
            are made that much smaller, so that the detector gets batches of its size.
    """

    factor: int = 1

    @abstractmethod
    def expand(self, frames: FrameBatch) -> FrameBatch:
        """Return the frames with more in between.

        Source frames come out unchanged, once, in order, with ``is_source`` set and their own
        index and time. An interpolated frame has ``is_source`` cleared, the index of the source
        frame before it and a time of its own. The last frame may be held back until the next one
        is known.
        """
        ...

    @abstractmethod
    def flush(self) -> FrameBatch | None:
        """Return what was held back, after the last chunk; None when nothing was."""
        ...


@runtime_checkable
class Detector(Stage, Protocol):
    """Finds people and their 2D keypoints.

    Attributes:
        skeleton: of every `Detections` that it returns.
        batch_size: frames per call that suit it best. Results must not depend on it.
        score_threshold: the keypoint score from which a joint counts as seen.
    """

    skeleton: Skeleton
    batch_size: int = 16
    score_threshold: float = 0.5

    @abstractmethod
    def detect(self, frames: FrameBatch) -> list[Detections]:
        """Return one `Detections` per frame, in order, empty ones included.

        Frames of a clip come in order; a detector may track people from one to the next.
        A frame without people is ``Detections.empty(skeleton)``, never the whole image as a person.

        Raises:
            StageError: inference failed.
        """
        ...


@runtime_checkable
class FileDetector(Detector, Protocol):
    """A detector that reads what it finds from a file, and so can do without a video."""

    @abstractmethod
    def open_clip(self, path: Path) -> BlankClip | None:
        """Return the clip that a file or folder of keypoints stands for.

        None when it is something else, a video perhaps. ``start(clip.video)`` follows, and
        `detect` with blank frames.

        Raises:
            InputError: it is damaged, or does not say what one must know of a clip.
        """
        ...


@runtime_checkable
class CompletenessFilter(Stage, Protocol):
    """Decides which people are wholly visible."""

    @abstractmethod
    def judge(self, detections: Detections, image_size_wh: tuple[int, int]) -> Detections:
        """Return the same people with ``complete`` filled in; nobody is dropped or moved.

        Called once per frame, in order; may keep state to avoid flicker.
        """
        ...


@runtime_checkable
class Tracker(Stage, Protocol):
    """Turns people in frames into people over time.

    Attributes:
        wants_appearance: whether the run measures `Detections.appearance` for `update` while it
            has the frame; a tracker must do without it too.
    """

    wants_appearance: bool = False

    @abstractmethod
    def update(self, index: int, time_s: float, detections: Detections) -> None:
        """Take the people of the next frame; ``time_s`` rises from call to call."""
        ...

    @abstractmethod
    def finish(self) -> list[Track]:
        """Return the identities: one row per `update` since `start`, in that order.

        A row without the person is ``State.MISSING``: NaN boxes and keypoints, scores 0.
        Nobody at all is an empty list. Ids differ; the order is the tracker's choice.
        """
        ...


@runtime_checkable
class Lifter(Stage, Protocol):
    """Turns 2D tracks into 3D poses."""

    @abstractmethod
    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return one `Pose3D` per track, in order, with the track's rows and id.

        A pose is valid only in rows with keypoints. Joints are metres, camera axes (x right,
        y down, z forward), relative to the root joint. A left hand stays a left hand. The
        answer does not depend on how many people or frames are lifted at once.
        """
        ...


@runtime_checkable
class Refiner(Stage, Protocol):
    """Improves 3D poses: smoothing, bone lengths, ground, root path."""

    @abstractmethod
    def refine(self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return as many poses with the same ids and rows; a row may become invalid."""
        ...


@runtime_checkable
class Exporter(Stage, Protocol):
    """Writes a result as data files."""

    @abstractmethod
    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write files whose names begin with ``target`` (a path without suffix).

        The pipeline gives a private folder and moves whole files to their place afterwards.

        Returns:
            The paths written. A format that holds one person a file may write none when nobody
            was found; every other writes its file all the same.
        """
        ...


@runtime_checkable
class Renderer(Stage, Protocol):
    """Draws a result as a video or a page.

    Attributes:
        wants_frames: whether the clip is decoded a second time for `draw`.
        wants_interpolated: whether interpolated frames are drawn too. Then the result has their
            rows, and the frames are interpolated again.
    """

    wants_frames: bool = True
    wants_interpolated: bool = False

    @abstractmethod
    def open(self, result: RunResult, target: Path) -> None:
        """Begin a file whose name begins with ``target`` (a path without suffix)."""
        ...

    @abstractmethod
    def draw(self, frames: FrameBatch) -> None:
        """Draw these frames; they come in the order of the result's rows."""
        ...

    @abstractmethod
    def close(self) -> Path | None:
        """Finish and return the path written; None from a renderer that draws nothing."""
        ...


PROTOCOLS: dict[StageName, type] = {
    "interpolator": Interpolator,
    "detector": Detector,
    "completeness": CompletenessFilter,
    "tracker": Tracker,
    "lifter": Lifter,
    "refiner": Refiner,
    "renderer": Renderer,
    "exporter": Exporter,
}
