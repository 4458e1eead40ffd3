"""The pipeline from Python: one row per frame, whole files or none, errors with a name."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework import Pipeline, results
from framework.errors import ConfigurationError, InputError, StageError
from framework.hookspecs import hookimpl
from framework.record import is_whole
from framework.registry import registry
from framework.skeletons import COCO17
from framework.stages import (
    Detector,
    Exporter,
    Interpolator,
    Lifter,
    Refiner,
    Renderer,
    Stage,
    Tracker,
)
from framework.testing.sample import Sample
from framework.types import (
    Detections,
    FrameBatch,
    Pose3D,
    Progress,
    RunResult,
    State,
    Track,
    VideoInfo,
)

SAMPLE = Sample.make(rows=12, people=1)
QUICK = ["renderer=none", "exporter=[npz]", "lifter=detector3d"]
Clip = Callable[..., Path]
Disc = type[Detector]


def pipeline(detector: Detector, output: Path | None = None, **stages: object) -> Pipeline:
    config = Pipeline.from_config(QUICK).config
    return Pipeline(config, output=output, detector=detector, **stages)


def test_every_frame_has_a_row_and_a_person(make_clip: Clip, disc_detector: Disc) -> None:
    result = pipeline(disc_detector()).run(make_clip(frames=12))
    assert result.frame_index.tolist() == list(range(12))
    np.testing.assert_allclose(result.time_s, np.arange(12) / 25, atol=1e-3)
    assert (result.tracks[0].state == State.OBSERVED).all()
    assert result.poses[0].valid.all()
    assert result.counts["coverage"] == 1


@pytest.mark.parametrize("batch_size", [1, 3, 5, 100])
def test_the_batch_size_changes_nothing(
    make_clip: Clip, disc_detector: Disc, batch_size: int
) -> None:
    clip = make_clip()
    one, other = (pipeline(disc_detector(size)).run(clip) for size in (4, batch_size))
    np.testing.assert_array_equal(one.tracks[0].keypoints, other.tracks[0].keypoints)
    np.testing.assert_array_equal(one.poses[0].joints, other.poses[0].joints)


def test_start_end_and_stride_keep_the_numbers_of_the_source_frames(
    make_clip: Clip, disc_detector: Disc
) -> None:
    config = Pipeline.from_config([*QUICK, "start_s=0.2", "end_s=0.4", "stride=2"]).config
    result = Pipeline(config, detector=disc_detector()).run(make_clip(frames=20))
    assert result.frame_index.tolist() == [5, 7, 9]


def test_without_an_output_folder_nothing_is_written(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    clip = make_clip()
    before = set(tmp_path.rglob("*"))
    assert pipeline(disc_detector()).run(clip).paths == {}
    assert set(tmp_path.rglob("*")) == before


def test_results_read_back_equal(make_clip: Clip, disc_detector: Disc, tmp_path: Path) -> None:
    result = pipeline(disc_detector(), tmp_path / "out").run(make_clip())
    assert set(result.paths) == {"npz", "summary.json", "config.yaml"}
    loaded = results.load(result.paths["npz"])
    np.testing.assert_array_equal(loaded.poses[0].joints, result.poses[0].joints)
    np.testing.assert_array_equal(loaded.time_s, result.time_s)


def test_nobody_in_the_clip_still_gives_whole_results(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    result = pipeline(disc_detector(), tmp_path / "out").run(make_clip(empty=True))
    assert result.tracks == ()
    assert result.counts["detected"] == 0
    assert results.load(result.paths["npz"]).frame_index.tolist() == list(range(12))


def test_one_pipeline_runs_clip_after_clip_alike(make_clip: Clip, disc_detector: Disc) -> None:
    first, second = make_clip("a.mp4", 5), make_clip("b.mp4", 9)
    with pipeline(disc_detector()) as runner:
        lengths = [len(runner.run(clip).time_s) for clip in (first, second, first)]
    assert lengths == [5, 9, 5]


class Doubling(Interpolator):
    """Repeats every frame half a period later; holds back nothing."""

    def expand(self, frames: FrameBatch) -> FrameBatch:
        made = np.tile([True, False], len(frames))
        return FrameBatch(
            images=frames.images.repeat(2, axis=0),
            index=frames.index.repeat(2),
            time_s=frames.time_s.repeat(2) + np.where(made, 0, 0.02),
            is_source=made,
        )

    def flush(self) -> None:
        return None


def test_frames_in_between_are_tracked_but_leave_one_row_per_source_frame(
    make_clip: Clip, disc_detector: Disc
) -> None:
    seen: list[int] = []

    class Counting(Refiner):
        def refine(
            self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo
        ) -> list[Pose3D]:
            seen.append(len(tracks[0]))
            return poses

    result = pipeline(disc_detector(), interpolator=Doubling(), refiners=[Counting()]).run(
        make_clip(frames=6)
    )
    assert seen == [12]
    assert result.frame_index.tolist() == list(range(6))


class Failing(Exporter):
    """Writes half a file, then runs into something."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def export(self, result: RunResult, target: Path) -> list[Path]:
        target.with_suffix(".half").write_text("half")
        raise self.error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (RuntimeError("tensor sizes"), "exporter 'Failing' failed: RuntimeError: tensor sizes"),
    ],
)
def test_a_failing_stage_is_named_and_leaves_nothing(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path, error: Exception, message: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(StageError, match=message):
        pipeline(disc_detector(), out, exporters=[Failing(error)]).run(make_clip())
    assert list(out.iterdir()) == []


def test_a_failing_exporter_does_not_take_the_files_of_others_with_it(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    out, clip = tmp_path / "out", make_clip()
    others = Pipeline.from_config(QUICK).exporters
    exporters = [Failing(RuntimeError("tensor sizes")), *others]
    with pytest.raises(StageError, match=r"tensor sizes \(the other files are whole, in '.*out'\)"):
        pipeline(disc_detector(), out, exporters=exporters).run(clip)
    assert sorted(path.name for path in out.iterdir()) == [
        "clip.npz", "clip_config.yaml", "clip_summary.json",
    ]  # fmt: skip
    assert len(results.load(out / "clip.npz").tracks) == 1
    summary = json.loads((out / "clip_summary.json").read_text())
    assert "tensor sizes" in summary["failed"][0]
    assert not is_whole(out, "clip", clip, Pipeline.from_config(QUICK).config)


def test_an_interruption_leaves_nothing_and_keeps_older_results(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    whole = pipeline(disc_detector(), out).run(make_clip())
    before = whole.paths["npz"].read_bytes()
    with pytest.raises(KeyboardInterrupt):
        pipeline(disc_detector(), out, exporters=[Failing(KeyboardInterrupt())]).run(make_clip())
    assert {path.name for path in out.iterdir()} == {path.name for path in whole.paths.values()}
    assert whole.paths["npz"].read_bytes() == before


def test_a_stage_that_loses_rows_is_caught(make_clip: Clip, disc_detector: Disc) -> None:
    class Shortening(Refiner):
        def refine(
            self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo
        ) -> list[Pose3D]:
            return [pose.take(np.arange(3)) for pose in poses]

    with pytest.raises(StageError, match="3 rows for 12 frames"):
        pipeline(disc_detector(), refiners=[Shortening()]).run(make_clip())


def test_a_detector_that_skips_frames_is_caught(make_clip: Clip, disc_detector: Disc) -> None:
    class Skipping(disc_detector):  # type: ignore[misc,valid-type]
        def detect(self, frames: FrameBatch) -> list[Detections]:
            return super().detect(frames)[1:]  # type: ignore[no-any-return]

    with pytest.raises(StageError, match="detector answered 2 of 3 frames"):
        pipeline(Skipping()).run(make_clip())


def test_an_output_that_is_a_file_is_refused_before_the_first_frame(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ConfigurationError, match="cannot be written to"):
        pipeline(disc_detector(), file).run(make_clip())


def test_a_missing_input_is_one_clear_error(disc_detector: Disc, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.mp4.*does not exist"):
        pipeline(disc_detector()).run(tmp_path / "nowhere.mp4")


@pytest.mark.parametrize("wanted", [False, True])
def test_appearance_is_measured_only_for_trackers_that_ask(
    make_clip: Clip, disc_detector: Disc, wanted: bool
) -> None:
    seen: list[Detections] = []

    class Recording(Tracker):
        wants_appearance = wanted

        def update(self, index: int, time_s: float, detections: Detections) -> None:
            seen.append(detections)

        def finish(self) -> list[Track]:
            return []

    pipeline(disc_detector(), tracker=Recording()).run(make_clip())
    assert seen
    assert all((people.appearance is not None) == wanted for people in seen)


def test_notes_of_a_stage_reach_the_result(make_clip: Clip, disc_detector: Disc) -> None:
    detector = disc_detector()
    detector.notes = ["the lamp flickered"]  # type: ignore[attr-defined]
    assert "the lamp flickered" in pipeline(detector).run(make_clip()).warnings


def test_stages_are_opened_once_and_closed_after_an_error(
    make_clip: Clip, disc_detector: Disc
) -> None:
    calls: list[str] = []

    class Counted(disc_detector):  # type: ignore[misc,valid-type]
        def __enter__(self) -> Stage:
            calls.append("open")
            return self  # type: ignore[no-any-return]

        def __exit__(self, *error: object) -> None:
            calls.append("close")

    runner = pipeline(Counted())
    with pytest.raises(InputError):
        runner.run("missing.mp4")
    runner.run(make_clip())
    assert calls == ["open", "close"] * 2


def test_a_result_cannot_be_altered_by_replacing_rows_with_too_few(
    make_clip: Clip, disc_detector: Disc
) -> None:
    result = pipeline(disc_detector()).run(make_clip())
    with pytest.raises(ValueError, match="a clip of 12 rows"):
        replace(result, poses=tuple(pose.take(np.arange(2)) for pose in result.poses))


class Steps:
    """An observer that writes down every step."""

    def __init__(self) -> None:
        self.events: list[Progress] = []

    @hookimpl
    def progress(self, event: Progress) -> None:
        self.events.append(event)


def test_observers_get_every_step_with_its_progress(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    steps = Steps()
    registry().manager.register(steps)
    try:
        pipeline(disc_detector(5), tmp_path / "out").run(make_clip(frames=12))
    finally:
        registry().manager.unregister(steps)
    assert [(event.step, event.done, event.total) for event in steps.events] == [
        ("track", 5, 12),
        ("track", 10, 12),
        ("track", 12, 12),
        ("track", 12, 12),  # the last frame waits until it is known that no shot begins with it
        ("lift", 0, 1),
        ("lift", 1, 1),
        ("export", 0, None),
    ]


def test_an_interpolator_gets_so_many_frames_that_the_detector_gets_its_batch(
    make_clip: Clip, disc_detector: Disc
) -> None:
    given: list[int] = []
    got: list[int] = []

    class Tripling(Doubling):
        factor = 3

        def expand(self, frames: FrameBatch) -> FrameBatch:
            given.append(len(frames))
            return super().expand(frames)

    class Counting(disc_detector):  # type: ignore[misc,valid-type]
        def detect(self, frames: FrameBatch) -> list[Detections]:
            got.append(len(frames))
            return super().detect(frames)  # type: ignore[no-any-return]

    pipeline(Counting(7), interpolator=Tripling()).run(make_clip(frames=5))
    assert given == [1, 2, 1, 1]  # one frame waits, as a cut is known only a frame later
    assert got == [2, 4, 2, 2]


def test_people_are_counted_in_source_frames_only(make_clip: Clip, disc_detector: Disc) -> None:
    result = pipeline(disc_detector(), interpolator=Doubling()).run(make_clip(frames=6))
    assert (result.counts["found"], result.counts["detected"], result.counts["frames"]) == (6, 6, 6)


def test_a_clip_without_people_gets_a_note_and_no_focal_length(
    make_clip: Clip, disc_detector: Disc
) -> None:
    empty = pipeline(disc_detector()).run(make_clip("empty.mp4", empty=True))
    assert any("nobody was found in any frame" in warning for warning in empty.warnings)
    assert empty.meta["focal_length"] == {}
    whole = pipeline(disc_detector()).run(make_clip())
    assert not any("nobody was found" in warning for warning in whole.warnings)
    assert set(whole.meta["focal_length"]) == {"root", "consistent"}


def test_a_lifter_of_other_people_is_caught(make_clip: Clip, disc_detector: Disc) -> None:
    class Renumbering(Refiner):
        def refine(
            self, poses: list[Pose3D], tracks: list[Track], video: VideoInfo
        ) -> list[Pose3D]:
            return [replace(pose, track_id=pose.track_id + 1) for pose in poses]

    with pytest.raises(StageError, match="poses of other people"):
        pipeline(disc_detector(), refiners=[Renumbering()]).run(make_clip())


def test_a_tracker_that_loses_rows_is_named(make_clip: Clip, disc_detector: Disc) -> None:
    inner = Pipeline.from_config(QUICK).tracker

    class Losing(Tracker):
        def start(self, video: VideoInfo) -> None:
            inner.start(video)

        def update(self, index: int, time_s: float, detections: Detections) -> None:
            inner.update(index, time_s, detections)

        def finish(self) -> list[Track]:
            return [track.take(np.arange(4)) for track in inner.finish()]

    with pytest.raises(StageError, match="tracker returned 4 rows for 12 frames"):
        pipeline(disc_detector(), tracker=Losing()).run(make_clip())


class Drawing(Renderer):
    """Draws nothing, but wants the frames."""

    def __init__(self) -> None:
        self.drawn = 0

    def open(self, result: RunResult, target: Path) -> None:
        self.drawn = 0

    def draw(self, frames: FrameBatch) -> None:
        self.drawn += len(frames)

    def close(self) -> None:
        return None


class Undrawn(Drawing):
    """Does not even want them."""

    wants_frames = False


def test_a_video_that_changes_during_the_run_is_noticed(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    clip, shorter = make_clip(frames=12), make_clip("shorter.mp4", frames=7)

    class Swapping(Exporter):
        def export(self, result: RunResult, target: Path) -> list[Path]:
            shorter.replace(clip)
            return []

    for renderer in (Drawing(), Undrawn()):  # one reads the clip again, one does not
        stages = {"exporters": [Swapping()], "renderer": renderer}
        with pytest.raises(StageError, match="changed while it was read"):
            pipeline(disc_detector(), tmp_path / "out", **stages).run(clip)
        assert list((tmp_path / "out").iterdir()) == []
        clip, shorter = make_clip(frames=12), make_clip("shorter.mp4", frames=7)


def test_a_renderer_gets_every_frame_again(
    make_clip: Clip, disc_detector: Disc, tmp_path: Path
) -> None:
    renderer = Drawing()
    result = pipeline(disc_detector(), tmp_path / "out", renderer=renderer).run(make_clip())
    assert renderer.drawn == 12
    assert set(result.paths) == {"npz", "summary.json", "config.yaml"}


class Walking(Tracker):
    """Tracks a walking person whose legs the detector exchanges from the fifth frame on."""

    def __init__(self) -> None:
        order = np.array(
            [
                joint if any(x in name for x in ("hip", "knee", "ankle")) else own
                for own, (joint, name) in enumerate(zip(COCO17.mirror, COCO17.joints, strict=True))
            ]
        )
        [self.pose, *_], [self.right, *_] = SAMPLE.poses, SAMPLE.tracks
        keypoints = self.right.keypoints.copy()
        keypoints[4:] = keypoints[4:][:, order]
        self.track = replace(self.right, keypoints=keypoints)

    def start(self, video: VideoInfo) -> None:
        pass

    def update(self, index: int, time_s: float, detections: Detections) -> None:
        pass

    def finish(self) -> list[Track]:
        return [self.track]


class Lifting(Lifter):
    """Lifts everything to one pose, and remembers what it was given."""

    def __init__(self, pose: Pose3D) -> None:
        self.pose, self.given = pose, list[Track]()

    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        self.given += tracks
        return [self.pose for _ in tracks]


@pytest.mark.parametrize("repair", [True, False])
def test_a_track_with_exchanged_sides_is_repaired_and_lifted_again(
    make_clip: Clip, disc_detector: Disc, repair: bool
) -> None:
    config = Pipeline.from_config([*QUICK, f"repair_sides={repair}"]).config
    tracker = Walking()
    lifter = Lifting(tracker.pose)
    stages = {"detector": disc_detector(), "tracker": tracker, "lifter": lifter, "refiners": []}
    result = Pipeline(config, **stages).run(make_clip(frames=len(tracker.track)))
    expected = tracker.right if repair else tracker.track
    np.testing.assert_array_equal(result.tracks[0].keypoints, expected.keypoints)
    np.testing.assert_array_equal(lifter.given[-1].keypoints, expected.keypoints)
    assert len(lifter.given) == (2 if repair else 1)
    assert any("exchanged left and right" in note for note in result.warnings) is repair
    assert (result.counts["exchanged"] > 0) is repair
