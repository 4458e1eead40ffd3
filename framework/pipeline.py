"""The order of the stages: detect and track people, lift them to 3D, write the result.

A run has three passes. The first streams through the video, and only keypoints outlive a chunk of
frames, so that memory does not grow with the resolution. The second works on arrays with one row
per frame. The third writes data files and decodes the video again for the renderer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from typing_extensions import Self

from framework.appearance import with_appearance
from framework.config import build, compose_config, named_files, reading
from framework.errors import FrameworkError, InputError, StageError
from framework.focal import focal_length
from framework.geometry.camera import view
from framework.outputs import OutputFolder, files_of, result_names
from framework.record import count, describe, write_record
from framework.registry import Registered, registry
from framework.schemas import rename_options
from framework.shots import CutFinder, by_shot, shots_of, without_fills_over
from framework.sides import with_sides_repaired
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
from framework.timing import StepTimer
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

_NAMED_CUTS = 5
DRAWING_BATCH = 8
"""Frames decoded at once for the renderer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrackedClip:
    """What pass 1 returns, with one row per frame that the tracker got.

    Interpolated frames have rows too; pass 2 needs them, results do not.

    Attributes:
        index: (T,) number of the source frame.
        time_s: (T,) seconds, rising.
        is_source: (T,) False for an interpolated frame.
        tracks: everybody who was tracked, T rows each.
        found: people that the detector found in each source frame.
        cuts: rows with which a shot begins, but for the first.
        warnings: about the video, from its reader and from the stages.
    """

    index: Ints
    time_s: Times
    is_source: Bools
    tracks: list[Track]
    found: Ints
    cuts: Ints
    warnings: tuple[str, ...]


class Pipeline:
    """From a video to tracks, 3D poses, data files and a rendered video.

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
        self._timer = StepTimer()
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
                with self._timer.step(stage):
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
        """Turn one video into tracks, poses, data files and a rendered video.

        Args:
            source: the video, or a file that the detector reads instead of one.
            name: how the names of the result files begin; None: with the stem of the source.
            keep: files beside the source that no result may replace.

        Raises:
            FrameworkError: see `framework.errors`. No incomplete file is left.
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
        part = {key: self.config[key] for key in ("start_s", "end_s", "stride", "input_fps")}
        named = named_files(self.config, path)
        source = open_source(path, self.detector, reading=reading(self.config), **part)
        video = source.video
        read = [path, *named.values()]
        before = _identity(read)
        with ExitStack() as stack:
            folder = None
            if self.output is not None:
                overwrite, kept = self.config.overwrite, [*inputs, *read]
                opened = OutputFolder(self.output, name, path, kept, overwrite=overwrite)
                folder = stack.enter_context(opened)
            plan = RunPlan(video=video, stages=self._records(), output=self.output)
            registry().notify("run_started", plan=plan)
            tracked = self._track(source)  # pass 1: decode, detect, judge, track
            tracked, poses = self._lift(tracked, video)  # pass 2: lift and refine arrays
            with self._timer.step("record"):
                result = self._result(video, tracked, poses, named)
            if folder is not None:  # pass 3: export, decode again, draw, encode
                drawn = result
                if self.renderer.wants_interpolated:
                    every = np.ones_like(tracked.is_source)
                    drawn = replace(result, **_rows(tracked, poses, every))
                written, failures = self._written(result, drawn, source, folder)
                _check_unchanged(read, before)
                result = self._commit(result, written, failures, folder)
        registry().notify("run_finished", result=result)
        return result

    def _track(self, source: Source) -> _TrackedClip:
        """Stream through the clip once; only keypoints outlive a chunk."""
        video, self._timer = source.video, StepTimer()
        streaming = (self.interpolator, self.detector, self.completeness, self.tracker)
        for stage in streaming:
            stage.start(video)
        # An empty first chunk keeps dtypes, and lets the concatenation below work without frames.
        chunks = [(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool))]
        found: list[int] = []
        cut_rows: list[int] = []
        with source.frames(self._source_frames(self.detector.batch_size)) as reader:
            for frames, begins in self._interpolated(self._shots(reader, source)):
                if begins:
                    cut_rows.append(sum(len(chunk[0]) for chunk in chunks))
                    for stage in streaming:
                        stage.cut()
                found += self._track_chunk(frames)
                chunks.append((frames.index, frames.time_s, frames.is_source))
                _progress("track", reader.frames_read, video.expected_frames)
        index, time_s, is_source = (np.concatenate(part) for part in zip(*chunks, strict=True))
        if len(index) == 0:
            raise InputError(f"{str(video.path)!r} holds no frame that can be decoded")
        with self._timer.step("tracker"):
            rows = np.array(cut_rows, np.int64)
            tracks = [without_fills_over(track, rows) for track in self.tracker.finish()]
        notes = [note for stage in streaming for note in stage.notes]
        notes += _cut_notes(time_s[rows])
        if not any(found):
            notes.append(
                "nobody was found in any frame: people may be too small or hidden for this "
                "detector; others, and its thresholds, are in --help"
            )
        return _TrackedClip(
            index=index,
            time_s=time_s,
            is_source=is_source,
            tracks=tracks,
            found=np.array(found, np.int64),
            cuts=rows,
            warnings=(*video.notes, *reader.warnings, *notes),
        )

    def _source_frames(self, wanted: int) -> int:
        """How many source frames the interpolator turns into about ``wanted`` frames."""
        return max(1, wanted // self.interpolator.factor)

    def _shots(
        self, reader: Iterable[FrameBatch], source: Source
    ) -> Iterable[tuple[FrameBatch, bool]]:
        """Frames, and whether a shot begins with them; a clip without pictures has no cuts."""
        if self.config.find_cuts and source.blank is None:
            return shots_of(reader, CutFinder())
        return ((frames, False) for frames in reader)

    def _interpolated(
        self, shots: Iterable[tuple[FrameBatch, bool]]
    ) -> Iterator[tuple[FrameBatch, bool]]:
        """Chunks of the clip with interpolated frames, and whether a shot begins with them."""
        first = False
        for frames, begins in self._timer.each("decode", shots):
            if begins:  # nothing lies between two shots
                yield from self._rest(first)
                first = True
            with self._timer.step("interpolator"):
                expanded = self.interpolator.expand(frames)
            if len(expanded):  # an interpolator may hold everything back until the next chunk
                yield expanded, first
                first = False
        yield from self._rest(first)

    def _rest(self, first: bool) -> Iterator[tuple[FrameBatch, bool]]:
        """What the interpolator held back."""
        with self._timer.step("interpolator"):
            rest = self.interpolator.flush()
        if rest is not None:
            yield rest, first

    def _track_chunk(self, frames: FrameBatch) -> list[int]:
        """Detect, judge and track one chunk; return how many were found in each source frame."""
        with self._timer.step("detector"):
            found = self.detector.detect(frames)
        if len(found) != len(frames):
            raise StageError(f"detector answered {len(found)} of {len(frames)} frames")
        with self._timer.step("completeness"):
            judged = [self.completeness.judge(people, frames.size_wh) for people in found]
        with self._timer.step("tracker"):
            if self.tracker.wants_appearance:  # measured here, as images do not outlive the chunk
                pairs = zip(judged, frames.images, strict=True)
                judged = [with_appearance(people, image) for people, image in pairs]
            for row, people in enumerate(judged):
                self.tracker.update(int(frames.index[row]), float(frames.time_s[row]), people)
        return [len(found[row]) for row in np.flatnonzero(frames.is_source)]

    def _lift(self, tracked: _TrackedClip, video: VideoInfo) -> tuple[_TrackedClip, list[Pose3D]]:
        """Turn tracks into poses, on arrays; exchange sides back that the detector exchanged."""
        tracks, rows = tracked.tracks, len(tracked.index)
        _check_rows("tracker", tracks, rows)
        _progress("lift", 0, 1)
        with self._timer.step("lifter"):
            poses = self._lifted(tracks, video, tracked.cuts)
            if self.config.repair_sides and tracks:
                repaired = self._with_sides_repaired(tracks, poses, video)
                # Only what changed is lifted again; most clips have no exchange.
                changed = [n for n, track in enumerate(repaired) if track is not tracks[n]]
                again = self._lifted([repaired[n] for n in changed], video, tracked.cuts)
                for n, pose in zip(changed, again, strict=True):
                    poses[n] = pose
                tracks = repaired
        for refiner in self.refiners:
            with self._timer.step("refiner", self._name_of(refiner)):
                poses = self._refined(refiner, poses, tracks, video, tracked.cuts)
        _check_poses(poses, tracks)
        _progress("lift", 1, 1)
        notes = (*tracked.warnings, *_exchanged_notes(tracks))
        return replace(tracked, tracks=tracks, warnings=notes), poses

    def _lifted(self, tracks: list[Track], video: VideoInfo, cuts: Ints) -> list[Pose3D]:
        """One pose per track; motion ends at a cut."""

        def lift(parts: list[Track], numbers: list[int], rows: slice) -> list[Pose3D]:
            return list(self.lifter.lift(parts, video)) if parts else []

        every = list(range(len(tracks)))
        poses = by_shot(tracks, cuts, lift) if len(cuts) else lift(tracks, every, slice(None))
        _check_poses(poses, tracks)
        return poses

    @staticmethod
    def _refined(
        refiner: Refiner, poses: list[Pose3D], tracks: list[Track], video: VideoInfo, cuts: Ints
    ) -> list[Pose3D]:
        if not len(cuts):
            return refiner.refine(poses, tracks, video)

        def refine(parts: list[Track], numbers: list[int], rows: slice) -> list[Pose3D]:
            own = [poses[n].take(np.arange(rows.start, rows.stop)) for n in numbers]
            return refiner.refine(own, parts, video) if parts else []

        return by_shot(tracks, cuts, refine)

    def _with_sides_repaired(
        self, tracks: list[Track], poses: list[Pose3D], video: VideoInfo
    ) -> list[Track]:
        focal = self.lifter.focal_length or focal_length(None, video)
        matrix = view(video.size_wh, focal.longer_sides)
        pairs = zip(tracks, poses, strict=True)
        return [with_sides_repaired(track, pose, matrix) for track, pose in pairs]

    def _result(
        self,
        video: VideoInfo,
        tracked: _TrackedClip,
        poses: list[Pose3D],
        named: Mapping[str, Path],
    ) -> RunResult:
        """Keep the rows of source frames, and add counts, timings and the record of the run."""
        result = RunResult(
            video=video,
            **_rows(tracked, poses, tracked.is_source),
            seconds=self._timer.seconds,
            meta={
                **describe(video, self._records(), self.detector, self.config, named=named),
                "focal_length": self._focal_lengths() if tracked.tracks else {},
                "shots": _shots(tracked),
            },
            warnings=tracked.warnings,
        )
        return replace(result, counts=count(result, tracked.found))

    def _written(
        self, result: RunResult, drawn: RunResult, source: Source, folder: OutputFolder
    ) -> tuple[list[Path], list[FrameworkError]]:
        """Export, draw and encode; return the whole files and what failed.

        An exporter or renderer that fails does not take the files of the others with it.

        Args:
            result: rows of source frames.
            drawn: the same, with rows of interpolated frames too where the renderer wants them.
            source: of the frames to draw.
            folder: of the files.
        """
        written: list[Path] = []
        failures: list[FrameworkError] = []
        for exporter in self.exporters:
            _progress("export", len(written), None)
            with _kept(failures), self._timer.step("exporter", self._name_of(exporter)):
                written += _free(exporter.export(result, folder.target), folder)
        with _kept(failures), self._timer.step("renderer"):
            written += _free(self._draw(drawn, source, folder.target), folder)
        return written, failures

    def _commit(
        self,
        result: RunResult,
        written: Sequence[Path],
        failures: Sequence[FrameworkError],
        folder: OutputFolder,
    ) -> RunResult:
        """Give every whole file its final name, then raise what failed before."""
        if failures:
            if not written:
                raise failures[0]
            folder.keep_only(written)
        with self._timer.step("record"):
            notes = [note for part in (*self.exporters, self.renderer) for note in part.notes]
            result = replace(
                result,
                paths=folder.final_paths(written),
                warnings=(*result.warnings, *notes),
            )
            own = write_record(
                result,
                self.config,
                folder.target,
                written,
                failed=[each.message for each in failures],
                earlier=folder.earlier,
            )
            folder.commit([*written, own[0]], record=own[1])
        if failures:
            raise _with_rest(failures, folder.folder)
        return replace(result, paths=folder.final_paths([*written, *own]))

    def _draw(self, result: RunResult, source: Source, target: Path) -> list[Path]:
        """Decode the clip again for the renderer; return the files that it wrote."""
        self.renderer.open(result, target)
        drawn, rows = 0, len(result.frame_index)
        if self.renderer.wants_frames:
            interpolated, batch_size = self.renderer.wants_interpolated, DRAWING_BATCH
            if interpolated:
                self.interpolator.start(result.video)
                batch_size = self._source_frames(DRAWING_BATCH)
            with source.frames(batch_size) as reader:
                shots = self._shots(reader, source) if interpolated else ()
                between = (frames for frames, _ in self._interpolated(shots))
                for frames in between if interpolated else reader:
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
        """The focal length that was used, by the name of each stage that needs one."""
        pairs = zip(self._records(), self._stages(), strict=True)
        used = ((record.name, part.focal_length) for record, (_, part) in pairs)
        return {name: asdict(focal) for name, focal in used if focal is not None}

    def _name_of(self, part: Stage) -> str:
        """How the user calls a stage object; its class where it was given as an object."""
        item = self._origin.get(id(part))
        return item.entry.name if item else type(part).__name__

    def _records(self) -> tuple[StageRecord, ...]:
        """Which implementation does each stage, for observers and for the results."""
        records = []
        for stage, part in self._stages():
            item = self._origin.get(id(part))
            records.append(
                StageRecord(
                    stage=stage,
                    name=self._name_of(part),
                    package=item.package if item else type(part).__module__,
                    version=item.version if item else "",
                    licence=item.entry.licence if item else "",
                    device=part.device,
                )
            )
        return tuple(records)


def _cut_notes(times_s: Times) -> list[str]:
    if not len(times_s):
        return []
    named = ", ".join(f"{time_s:.1f}" for time_s in times_s[:_NAMED_CUTS])
    more = " ..." if len(times_s) > _NAMED_CUTS else ""
    count = "a cut" if len(times_s) == 1 else f"{len(times_s)} cuts"
    return [f"the film has {count} (at {named}{more} s): people are followed within each shot"]


def _shots(tracked: _TrackedClip) -> list[dict[str, Any]]:
    """Where each shot begins: number of the source frame, and seconds."""
    rows = [0, *tracked.cuts.tolist()]
    return [
        {"frame_index": int(tracked.index[row]), "time_s": float(tracked.time_s[row])}
        for row in rows
    ]


def _progress(step: str, done: int, total: int | None) -> None:
    registry().notify("progress", event=Progress(step=step, done=done, total=total))


def _rows(tracked: _TrackedClip, poses: Sequence[Pose3D], rows: Bools) -> dict[str, Any]:
    """The fields of a `RunResult` that have rows, of the rows that a mask selects."""
    whole = bool(rows.all())  # then nothing is copied: tracks of many people are large
    return {
        "frame_index": tracked.index[rows],
        "time_s": tracked.time_s[rows],
        "tracks": tuple(track if whole else track.take(rows) for track in tracked.tracks),
        "poses": tuple(pose if whole else pose.take(rows) for pose in poses),
    }


def _free(paths: Sequence[Path], folder: OutputFolder) -> Sequence[Path]:
    """The same paths; raises ConfigurationError where one would replace somebody else's file."""
    folder.check_free(paths)
    return paths


@contextmanager
def _kept(failures: list[FrameworkError]) -> Iterator[None]:
    """Keep an error for later: what other exporters and the renderer write must not be lost."""
    try:
        yield
    except FrameworkError as error:
        failures.append(error)


def _identity(paths: Iterable[Path]) -> list[tuple[str, int, int, int]]:
    """What changes when somebody writes to a file or puts another one in its place."""
    stats = [(file, file.stat()) for path in paths for file in files_of(path)]
    return [(str(file), each.st_ino, each.st_size, each.st_mtime_ns) for file, each in stats]


def _check_unchanged(paths: Iterable[Path], before: list[tuple[str, int, int, int]]) -> None:
    """Raise StageError where a file that was read is not the one from the start of the run."""
    try:
        changed = _identity(paths) != before
    except OSError:
        changed = True
    if changed:
        raise StageError(
            f"{', '.join(map(str, paths))}: changed while it was read, so no result was kept",
            "Run it again when nobody writes to it.",
        )


def _with_rest(failures: Sequence[FrameworkError], folder: Path) -> FrameworkError:
    """All failures as one error, which also says that everything else was written."""
    first, message = failures[0], "; ".join(each.message for each in failures)
    error = type(first)(f"{message} (the other files are whole, in {str(folder)!r})", first.hint)
    error.__cause__ = first
    return error


def _exchanged_notes(tracks: Sequence[Track]) -> list[str]:
    """What the user is told about sides that were exchanged back."""
    return [
        f"person {track.id}: the detector had exchanged left and right in "
        f"{np.count_nonzero(track.exchanged)} frames; they are repaired, and marked as exchanged"
        for track in tracks
        if track.exchanged is not None
    ]


def _check_poses(poses: Sequence[Pose3D], tracks: Sequence[Track]) -> None:
    """Raise StageError unless these are the poses of these people, row by row."""
    if [pose.track_id for pose in poses] != [track.id for track in tracks]:
        raise StageError("lifter returned poses of other people than those in its tracks")
    for pose, track in zip(poses, tracks, strict=True):
        _check_rows("lifter", [pose], len(track))


def _check_rows(stage: str, parts: Sequence[Track | Pose3D], rows: int) -> None:
    """Raise StageError unless everybody has one row per frame, as the contract demands."""
    for part in parts:
        if len(part) != rows:
            raise StageError(f"{stage} returned {len(part)} rows for {rows} frames")
