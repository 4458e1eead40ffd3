"""The order of stages: watch the clip, lift what was seen, show the result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from typing_extensions import Self

from framework.appearance import with_appearance
from framework.config import build, compose_config
from framework.errors import FrameworkError, InputError, StageError
from framework.outputs import OutputFolder, result_names
from framework.record import count, describe, write_record
from framework.registry import Registered, registry
from framework.schemas import rename_options
from framework.stages import (
    CompletenessFilter,
    Detector,
    Exporter,
    Interpolator,
    Lifter,
    Refiner,
    Renderer,
    Stage,
    StageName,
    Tracker,
)
from framework.steps import Steps
from framework.types import (
    Bools,
    FrameBatch,
    Ints,
    Pose3D,
    Progress,
    RunPlan,
    RunResult,
    StageRecord,
    Times,
    Track,
    VideoInfo,
)
from framework.video.source import Source, open_source

if TYPE_CHECKING:
    from omegaconf import DictConfig

DRAWING_BATCH = 8
"""Frames decoded at once for the renderer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """What pass 1 leaves: a row per frame that the tracker was shown, made frames included."""

    index: Ints
    time_s: Times
    is_source: Bools
    tracks: list[Track]
    found: Ints
    warnings: tuple[str, ...]


class Pipeline:
    """A video in; tracks, poses, data files and a picture out.

    Stages that are not given as objects are built from the configuration. Used as a context
    manager it keeps models open from clip to clip.

    Args:
        config: a composed configuration; None: that of ``conf/config.yaml``.
        output: folder of the results; None writes no file and draws nothing.
        interpolator: this and the following: stage objects in place of configured ones.
        detector: see `framework.stages.Detector`, and so on.
        completeness: ...
        tracker: ...
        lifter: ...
        refiners: a chain, in order.
        renderer: ...
        exporters: all of them write.

    Raises:
        ConfigurationError: a chosen stage is unknown or a value is out of range.
        BackendError: something that a chosen stage needs is missing.
    """

    def __init__(
        self,
        config: DictConfig | None = None,
        *,
        output: str | Path | None = None,
        interpolator: Interpolator | None = None,
        detector: Detector | None = None,
        completeness: CompletenessFilter | None = None,
        tracker: Tracker | None = None,
        lifter: Lifter | None = None,
        refiners: Sequence[Refiner] | None = None,
        renderer: Renderer | None = None,
        exporters: Sequence[Exporter] | None = None,
    ) -> None:
        self.config = compose_config() if config is None else rename_options(config)
        self.output = None if output is None else Path(output)
        self._origin: dict[int, Registered] = {}
        self.interpolator: Interpolator = interpolator or self._build("interpolator")[0]
        self.detector: Detector = detector or self._build("detector")[0]
        self.completeness: CompletenessFilter = completeness or self._build("completeness")[0]
        self.tracker: Tracker = tracker or self._build("tracker")[0]
        self.lifter: Lifter = lifter or self._build("lifter")[0]
        self.refiners: Sequence[Refiner] = self._build("refiner") if refiners is None else refiners
        self.renderer: Renderer = renderer or self._build("renderer")[0]
        self.exporters: Sequence[Exporter] = (
            self._build("exporter") if exporters is None else exporters
        )
        self._steps = Steps()
        self._opened: ExitStack | None = None

    @classmethod
    def from_config(
        cls, overrides: Sequence[str] = (), *, output: str | Path | None = None
    ) -> Pipeline:
        """Build from overrides as on the command line: ``["tracker=largest", "threads=1"]``."""
        return cls(compose_config(overrides), output=output)

    def _build(self, stage: StageName) -> list[Any]:
        built = build(stage, self.config)
        self._origin.update((id(part), item) for item, part in built)
        return [part for _, part in built]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for stage, part in self._stages():
                with self._steps.step(stage):
                    stack.enter_context(part)
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def run(
        self, source: str | Path, name: str | None = None, keep: Collection[Path] = ()
    ) -> RunResult:
        """Turn one video into tracks, poses, files and a picture.

        Args:
            source: the video, or a file that the detector reads instead of one.
            name: what the names of the results begin with; None: the stem of the source.
            keep: files beside the source that no result may replace.

        Raises:
            FrameworkError: see `framework.errors`. Nothing half-written stays.
        """
        if self._opened is None:
            with self:
                return self.run(source, name, keep)
        try:
            path = Path(source)
            return self._run(path, name or result_names([path])[0], [path, *keep])
        except FrameworkError as error:
            registry().notify("run_failed", error=error)
            raise

    def _run(self, path: Path, name: str, inputs: Collection[Path]) -> RunResult:
        part = {key: self.config[key] for key in ("start_s", "end_s", "stride")}
        source = open_source(path, self.detector, **part)
        video = source.video
        with ExitStack() as stack:
            folder = None
            if self.output is not None:
                folder = stack.enter_context(OutputFolder(self.output, name, inputs))
            plan = RunPlan(video=video, stages=self._records(), output=self.output)
            registry().notify("run_started", plan=plan)
            watched = self._watch(source)  # pass 1: decode, detect, judge, track
            poses = self._lift(watched, video)  # pass 2: arrays only
            with self._steps.step("record"):
                result = self._gather(video, watched, poses)
            if folder is not None:
                drawn = result
                if self.renderer.wants_interpolated:
                    every = np.ones_like(watched.is_source)
                    drawn = replace(result, **_rows(watched, poses, every))
                result = self._show(result, drawn, source, folder)  # pass 3: export, draw, encode
        registry().notify("run_finished", result=result)
        return result

    def _watch(self, source: Source) -> _Watched:
        """Stream through the clip once; only keypoints outlive a chunk."""
        video, self._steps = source.video, Steps()
        watching = (self.interpolator, self.detector, self.completeness, self.tracker)
        for stage in watching:
            stage.start(video)
        seen = [(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool))]
        found: list[int] = []
        with source.frames(self._before(self.detector.batch_size)) as reader:
            for frames in self._expand(reader):
                found += self._take_in(frames)
                seen.append((frames.index, frames.time_s, frames.is_source))
                _progress("watch", reader.frames_read, video.expected_frames)
        index, time_s, is_source = (np.concatenate(part) for part in zip(*seen, strict=True))
        if len(index) == 0:
            raise InputError(f"{str(video.path)!r} holds no frame that can be decoded")
        with self._steps.step("tracker"):
            tracks = self.tracker.finish()
        notes = [note for stage in watching for note in stage.notes]
        if not any(found):
            notes.append("nobody was found in any frame: see the detector's thresholds in --help")
        return _Watched(
            index=index,
            time_s=time_s,
            is_source=is_source,
            tracks=tracks,
            found=np.array(found, np.int64),
            warnings=(*video.notes, *reader.warnings, *notes),
        )

    def _before(self, wanted: int) -> int:
        """How many source frames become about so many that leave the interpolator."""
        return max(1, wanted // self.interpolator.factor)

    def _expand(self, reader: Iterable[FrameBatch]) -> Iterator[FrameBatch]:
        """Chunks of the clip with the frames that the interpolator puts in between."""
        for frames in self._steps.each("decode", reader):
            with self._steps.step("interpolator"):
                expanded = self.interpolator.expand(frames)
            if len(expanded):
                yield expanded
        with self._steps.step("interpolator"):
            rest = self.interpolator.flush()
        if rest is not None:
            yield rest

    def _take_in(self, frames: FrameBatch) -> list[int]:
        """Detect, judge and track one chunk; return how many were found in each source frame."""
        with self._steps.step("detector"):
            found = self.detector.detect(frames)
        if len(found) != len(frames):
            raise StageError(f"detector answered {len(found)} of {len(frames)} frames")
        with self._steps.step("completeness"):
            judged = [self.completeness.judge(people, frames.size_wh) for people in found]
        with self._steps.step("tracker"):
            if self.tracker.wants_appearance:
                pairs = zip(judged, frames.images, strict=True)
                judged = [with_appearance(people, image) for people, image in pairs]
            for row, people in enumerate(judged):
                self.tracker.update(int(frames.index[row]), float(frames.time_s[row]), people)
        return [len(found[row]) for row in np.flatnonzero(frames.is_source)]

    def _lift(self, watched: _Watched, video: VideoInfo) -> list[Pose3D]:
        """Turn tracks into poses, on arrays."""
        tracks, rows = watched.tracks, len(watched.index)
        _check_rows("tracker", tracks, rows)
        _progress("lift", 0, 1)
        with self._steps.step("lifter"):
            poses = self.lifter.lift(tracks, video) if tracks else []
        for refiner in self.refiners:
            with self._steps.step("refiner"):
                poses = refiner.refine(poses, tracks, video)
        _check_rows("lifter", poses, rows)
        if [pose.track_id for pose in poses] != [track.id for track in tracks]:
            raise StageError("lifter answered other people than it was asked about")
        _progress("lift", 1, 1)
        return poses

    def _gather(self, video: VideoInfo, watched: _Watched, poses: list[Pose3D]) -> RunResult:
        """Keep the rows of source frames and add what the run knows about itself."""
        result = RunResult(
            video=video,
            **_rows(watched, poses, watched.is_source),
            seconds=self._steps.seconds,
            meta={
                **describe(video, self._records(), self.detector, self.config),
                "focal_length": self._focal_lengths() if watched.tracks else {},
            },
            warnings=watched.warnings,
        )
        return replace(result, counts=count(result, watched.found))

    def _show(
        self, result: RunResult, drawn: RunResult, source: Source, folder: OutputFolder
    ) -> RunResult:
        """Export, draw and encode, then give every file its final name.

        Args:
            result: rows of source frames.
            drawn: the same, or with the rows of made frames too where the renderer wants them.
            source: of the frames to draw.
            folder: of the files.
        """
        written: list[Path] = []
        for exporter in self.exporters:
            _progress("export", len(written), None)
            with self._steps.step("exporter"):
                written += exporter.export(result, folder.target)
        with self._steps.step("renderer"):
            written += self._draw(drawn, source, folder.target)
        with self._steps.step("record"):
            result = replace(result, paths=folder.final_paths(written))
            written += write_record(result, self.config, folder.target)
            folder.commit(written)
        return replace(result, paths=folder.final_paths(written))

    def _draw(self, result: RunResult, source: Source, target: Path) -> list[Path]:
        """Read the clip again for the renderer."""
        self.renderer.open(result, target)
        drawn, rows = 0, len(result.frame_index)
        if self.renderer.wants_frames:
            made, batch_size = self.renderer.wants_interpolated, DRAWING_BATCH
            if made:
                self.interpolator.start(result.video)
                batch_size = self._before(DRAWING_BATCH)
            with source.frames(batch_size) as reader:
                for frames in self._expand(reader) if made else reader:
                    self.renderer.draw(frames)
                    drawn += len(frames)
                    _progress("draw", drawn, rows)
            if drawn != rows:
                raise StageError(
                    f"{str(result.video.path)!r} had {rows} frames, and {drawn} when read again",
                    "The video changed while it was read; run it again.",
                )
        path = self.renderer.close()
        return [] if path is None else [path]

    def _stages(self) -> list[tuple[StageName, Stage]]:
        return [
            ("interpolator", self.interpolator),
            ("detector", self.detector),
            ("completeness", self.completeness),
            ("tracker", self.tracker),
            ("lifter", self.lifter),
            *(("refiner", part) for part in self.refiners),
            ("renderer", self.renderer),
            *(("exporter", part) for part in self.exporters),
        ]

    def _focal_lengths(self) -> dict[str, dict[str, Any]]:
        """Which focal length each stage used that needs one, by its name."""
        pairs = zip(self._records(), self._stages(), strict=True)
        used = ((record.name, part.focal_length) for record, (_, part) in pairs)
        return {name: asdict(focal) for name, focal in used if focal is not None}

    def _records(self) -> tuple[StageRecord, ...]:
        """Who does what, for observers and for the results."""
        records = []
        for stage, part in self._stages():
            item = self._origin.get(id(part))
            records.append(
                StageRecord(
                    stage=stage,
                    name=item.entry.name if item else type(part).__name__,
                    package=item.package if item else type(part).__module__,
                    version=item.version if item else "",
                    licence=item.entry.licence if item else "",
                    device=part.device,
                )
            )
        return tuple(records)


def _progress(step: str, done: int, total: int | None) -> None:
    registry().notify("progress", event=Progress(step=step, done=done, total=total))


def _rows(watched: _Watched, poses: Sequence[Pose3D], rows: Bools) -> dict[str, Any]:
    """The fields of a `RunResult` that have rows, of the rows that a mask selects."""
    whole = bool(rows.all())  # then no copy: of many people it is what weighs most
    return {
        "frame_index": watched.index[rows],
        "time_s": watched.time_s[rows],
        "tracks": tuple(track if whole else track.take(rows) for track in watched.tracks),
        "poses": tuple(pose if whole else pose.take(rows) for pose in poses),
    }


def _check_rows(stage: str, parts: Sequence[Track | Pose3D], rows: int) -> None:
    """Hold a stage to its contract: one row per frame for everybody."""
    for part in parts:
        if len(part) != rows:
            raise StageError(f"{stage} returned {len(part)} rows for {rows} frames")
