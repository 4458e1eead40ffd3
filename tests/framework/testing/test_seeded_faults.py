"""Each check can fail: a stage with one mistake is caught by the one check that is about it."""

from dataclasses import dataclass, field, replace
from itertools import count

import av
import numpy as np
import pytest

from framework.hookspecs import StageEntry
from framework.skeletons import COCO17, H36M17, map_joints
from framework.stages import (
    CompletenessFilter,
    Detector,
    Exporter,
    Interpolator,
    Lifter,
    Refiner,
    Renderer,
    Tracker,
)
from framework.testing import SUITES, ContractBroken, checks_of
from framework.testing.common import CHECKS, KEPT
from framework.testing.sample import Sample
from framework.types import Detections, FrameBatch, Pose3D, State, Track


@dataclass(frozen=True, kw_only=True)
class Config:
    speed: float = field(default=1.0, metadata={"help": "metres a second"})


@dataclass(frozen=True, kw_only=True)
class Terse:
    speed: float = 1.0


class Built:
    def __init__(self, config, runtime):
        self.config = config
        self.clear()

    def clear(self):
        """Forget everything about a clip."""

    def start(self, video):
        self.clear()


# --- Good stages: small, whole, and without a fault ------------------------------------------


class Between(Built, Interpolator):
    """One frame half-way between any two."""

    def clear(self):
        self.last = None

    def expand(self, frames):
        held, self.last = self.last, one(frames, -1)
        given = frames if held is None else joined(held, frames)
        if len(given) < 2:
            return one(given, slice(0))
        between = FrameBatch(
            images=given.images[:-1] // 2 + given.images[1:] // 2,
            index=given.index[:-1].copy(),
            time_s=(given.time_s[:-1] + given.time_s[1:]) / 2,
            is_source=np.zeros(len(given) - 1, bool),
        )
        return woven(one(given, slice(-1)), between)

    def flush(self):
        held, self.last = self.last, None
        return held


def one(frames, rows):
    rows = [rows] if isinstance(rows, int) else rows
    return FrameBatch(
        images=frames.images[rows],
        index=frames.index[rows],
        time_s=frames.time_s[rows],
        is_source=frames.is_source[rows],
    )


def joined(first, second):
    parts = ("images", "index", "time_s", "is_source")
    return FrameBatch(
        **{key: np.concatenate([getattr(first, key), getattr(second, key)]) for key in parts}
    )


def woven(first, second):
    both = joined(first, second)
    return one(both, np.argsort(both.time_s, kind="stable"))


class Bright(Built, Detector):
    """A person is whatever is brighter than its surroundings."""

    skeleton = COCO17
    score_threshold = 0.4

    def detect(self, frames):
        return [self.look(image) for image in frames.images]

    def look(self, image):
        bright = image[..., 0] > np.median(image) + 60
        if not bright.any():
            return Detections.empty(COCO17, 0.4)
        y, x = np.nonzero(bright)
        return self.person(np.array([x.min(), y.min(), x.max() + 1, y.max() + 1], np.float32))

    def person(self, box):
        return Detections(
            skeleton=COCO17,
            boxes=box[None],
            box_scores=np.full(1, 0.8, np.float32),
            keypoints=np.broadcast_to((box[:2] + box[2:]) / 2, (1, 17, 2)).astype(np.float32),
            keypoint_scores=np.full((1, 17), 0.8, np.float32),
            score_threshold=0.4,
        )


class Sure(Built, CompletenessFilter):
    def judge(self, detections, image_size_wh):
        return replace(detections, complete=(detections.keypoint_scores > 0.5).all(1))


class ByPlace(Built, Tracker):
    """The first, the second ... of each frame."""

    def clear(self):
        self.seen = []

    def update(self, index, time_s, detections):
        self.seen.append((index, time_s, detections))

    def finish(self):
        people = max((len(found) for *_, found in self.seen), default=0)
        return [self.track(number) for number in range(people)]

    def track(self, number):
        index, times, found = zip(*self.seen, strict=True)
        model = next(frame for frame in found if len(frame))
        rows = np.array([len(frame) > number for frame in found])

        def gather(name, empty):
            values = [getattr(frame, name) for frame in found]
            blank = np.full_like(getattr(model, name)[0], empty)
            return np.stack(
                [v[number] if here else blank for v, here in zip(values, rows, strict=True)]
            )

        return Track(
            id=self.number(number),
            skeleton=model.skeleton,
            frame_index=np.array(index, np.int64),
            time_s=np.array(times, np.float64),
            boxes=gather("boxes", np.nan),
            keypoints=gather("keypoints", np.nan),
            keypoint_scores=gather("keypoint_scores", 0),
            state=np.where(rows, State.OBSERVED, State.MISSING).astype(np.uint8),
            complete=rows,
            score_threshold=model.score_threshold,
            keypoints_3d=None if model.keypoints_3d is None else gather("keypoints_3d", np.nan),
        )

    def number(self, place):
        return place


class Flat(Built, Lifter):
    """The keypoints on a plane, the person 1.7 m tall."""

    def lift(self, tracks, video):
        return [self.pose(track) for track in tracks]

    def pose(self, track):
        points = map_joints(track.keypoints, track.skeleton, H36M17)
        points = points - points[:, :1]
        joints = np.pad(points * 0.015, ((0, 0), (0, 0), (0, 1)))
        valid = track.present & np.isfinite(joints).all((1, 2))
        joints[~valid] = np.nan
        return Pose3D(track_id=track.id, skeleton=H36M17, joints=joints, valid=valid)


class Taller(Built, Refiner):
    def refine(self, poses, tracks, video):
        return [self.pose(pose) for pose in poses]

    def pose(self, pose):
        return replace(pose, joints=pose.joints * np.float32(1.01))


class Names(Built, Exporter):
    def export(self, result, target):
        path = target.with_name(f"{target.name}.txt")
        path.write_text("\n".join(["people", *(str(track.id) for track in result.tracks)]))
        return [path]


class Copy(Built, Renderer):
    """The clip itself."""

    def __exit__(self, *_):
        self.out = None

    def open(self, result, target):
        self.path = target.with_name(f"{target.name}.avi")
        self.out = av.open(str(self.path), "w")
        self.stream = self.out.add_stream("mjpeg", rate=result.video.fps)
        self.stream.width, self.stream.height = result.video.size_wh
        self.stream.pix_fmt = "yuvj420p"

    def draw(self, frames):
        for image in frames.images:
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            self.out.mux(self.stream.encode(picture))

    def close(self):
        self.out.mux(self.stream.encode(None))
        self.out.close()
        return self.path


GOOD = {
    "interpolator": Between,
    "detector": Bright,
    "completeness": Sure,
    "tracker": ByPlace,
    "lifter": Flat,
    "refiner": Taller,
    "renderer": Copy,
    "exporter": Names,
}

# --- Faults: (stage, check that must catch it, what is wrong) ---------------------------------

FAULTS = []


def fault(stage, check, config=Config):
    """Register a class as the implementation of ``stage`` that only ``check`` refuses."""

    def register(cls):
        globals()[cls.__qualname__.replace(".", "_")] = cls
        FAULTS.append(pytest.param(stage, check, cls, config, id=f"{stage}-{check}-{cls.__name__}"))
        return cls

    return register


# What all stages promise, on one stage each.

fault("refiner", "settings_have_defaults_and_help", Terse)(type("NoHelp", (Taller,), {}))
fault("refiner", "says_where_it_runs")(type("OnAuto", (Taller,), {"device": "auto"}))
_SEEDS = count()


@fault("refiner", "same_answer_again")
class Unseeded(Taller):
    """Every object is another one, as soon as there are two people."""

    def __init__(self, config, runtime):
        super().__init__(config, runtime)
        self.size = np.float32(1 + next(_SEEDS) / 1e6)

    def refine(self, poses, tracks, video):
        size = self.size if len(poses) > 1 else np.float32(1)
        return [replace(pose, joints=pose.joints * size) for pose in poses]


@fault("tracker", "start_forgets_the_last_clip")
class Remembers(ByPlace):
    def start(self, video):
        pass

    def __enter__(self):
        self.clear()
        return self


@fault("tracker", "can_be_opened_twice")
class OpensOnce(ByPlace):
    closed = False

    def __enter__(self):
        if self.closed:
            raise RuntimeError("the model is gone")
        return self

    def __exit__(self, *_):
        self.closed = True


@fault("refiner", "leaves_its_input_alone")
class InPlace(Taller):
    def pose(self, pose):
        pose.joints[...] *= np.float32(1)
        return pose


@fault("completeness", "leaves_its_input_alone")
class BehindTheGuard(Sure):
    def judge(self, detections, image_size_wh):
        detections.complete.flags.writeable = True
        detections.complete[:] = ~detections.complete
        return super().judge(detections, image_size_wh)


@fault("refiner", "answers_can_be_pickled")
class NotPlain(Taller):
    def pose(self, pose):
        @dataclass(frozen=True, kw_only=True)
        class Better(Pose3D):
            pass

        pose = super().pose(pose)
        names = ("track_id", "skeleton", "joints", "valid", "root", "joint_sigmas")
        return Better(**{name: getattr(pose, name) for name in names})


# Interpolators.


@fault("interpolator", "source_frames_come_out_unchanged")
class Brightens(Between):
    def expand(self, frames):
        out = super().expand(frames)
        return replace(out, images=out.images | 1)


@fault("interpolator", "made_frames_lie_between")
class IndexOfTheNext(Between):
    def expand(self, frames):
        out = super().expand(frames)
        return replace(out, index=out.index + ~out.is_source)


@fault("interpolator", "chunks_do_not_matter")
class WithinTheChunk(Between):
    def expand(self, frames):
        self.last = None
        out = super().expand(frames)
        rest, self.last = self.last, None
        return joined(out, rest)


@fault("interpolator", "one_frame_is_a_clip")
class NeverOneOnly(Between):
    def expand(self, frames):
        self.rows = getattr(self, "rows", 0) + len(frames)
        return super().expand(frames)

    def flush(self):
        last = super().flush()
        if self.__dict__.pop("rows", 0) == 1:
            after = replace(last, time_s=last.time_s + 0.01, is_source=np.zeros(1, bool))
            return joined(last, after)
        return last


@fault("interpolator", "nothing_comes_from_nothing")
class FlushesNothing(Between):
    fresh = True

    def expand(self, frames):
        self.fresh = False
        return super().expand(frames)

    def flush(self):
        if self.fresh:
            return one(Sample.make(rows=1, people=0).frames, slice(1))
        return super().flush()


# Detectors.


@fault("detector", "one_answer_per_frame")
class SkipsFramesOfAnOddBatch(Bright):
    def detect(self, frames):
        found = super().detect(frames)
        return found[:-1] if len(found) == 7 else found


@fault("detector", "no_frames_no_answers")
class NeedsAFrame(Bright):
    def detect(self, frames):
        assert frames.images[0].size
        return super().detect(frames)


@fault("detector", "answers_as_announced")
class AnotherThreshold(Bright):
    score_threshold = 0.7


@fault("detector", "boxes_have_corners_in_order")
class WidthAndHeight(Bright):
    def person(self, box):
        found = super().person(box)
        return replace(found, boxes=np.concatenate([box[:2], box[2:] - box[:2] - 40])[None])


@fault("detector", "scores_are_numbers")
class Logits(Bright):
    def person(self, box):
        return replace(super().person(box), box_scores=np.full(1, 4.2, np.float32))


@fault("detector", "nobody_in_a_blank_frame")
class WholeImage(Bright):
    def look(self, image):
        found = super().look(image)
        height, width = image.shape[:2]
        return found if len(found) else self.person(np.array([0, 0, width, height], np.float32))


@fault("detector", "batches_do_not_matter")
class AveragesTheBatch(Bright):
    def detect(self, frames):
        score = np.float32(min(1, 0.5 + len(frames) / 100))
        found = super().detect(frames)
        return [replace(each, box_scores=each.box_scores * score) for each in found]


@fault("detector", "finds_the_people_shown")
class Blind(Bright):
    def look(self, image):
        return Detections.empty(COCO17, 0.4)


# Completeness.


@fault("completeness", "drops_nobody")
class KeepsTheComplete(Sure):
    def judge(self, detections, image_size_wh):
        judged = super().judge(detections, image_size_wh)
        return judged.take(judged.complete)


@fault("completeness", "changes_nothing_else")
class ClipsBoxes(Sure):
    def judge(self, detections, image_size_wh):
        judged = super().judge(detections, image_size_wh)
        return replace(judged, boxes=judged.boxes.clip(0, 50))


@fault("completeness", "nobody_is_fine")
class NeedsSomebody(Sure):
    def judge(self, detections, image_size_wh):
        if len(detections) == 0 and detections.score_threshold == 0.5 and self.first:
            raise IndexError("list index out of range")
        self.first = False
        return super().judge(detections, image_size_wh)

    def clear(self):
        self.first = True


# Trackers.


@fault("tracker", "one_row_per_frame")
class OnlySeenRows(ByPlace):
    def finish(self):
        tracks = super().finish()
        return [track.take(np.arange(len(track) - (len(track) == 24))) for track in tracks]


@fault("tracker", "rows_carry_index_and_time")
class CountsByItself(ByPlace):
    def track(self, number):
        track = super().track(number)
        return replace(track, frame_index=np.arange(len(track)))


@fault("tracker", "missing_rows_hold_nothing")
class Zeros(ByPlace):
    def track(self, number):
        track = super().track(number)
        return replace(track, boxes=np.nan_to_num(track.boxes))


@fault("tracker", "present_rows_hold_somebody")
class FilledWithNothing(ByPlace):
    def track(self, number):
        track = super().track(number)
        return replace(track, state=np.maximum(track.state, np.uint8(State.OBSERVED)))


@fault("tracker", "ids_differ")
class AllOne(ByPlace):
    def number(self, place):
        return 1


@fault("tracker", "keeps_skeleton_threshold_and_3d")
class ForgetsThe3D(ByPlace):
    def track(self, number):
        return replace(super().track(number), keypoints_3d=None)


@fault("tracker", "keeps_skeleton_threshold_and_3d")
class OwnThreshold(ByPlace):
    def track(self, number):
        return replace(super().track(number), score_threshold=0.5)


@fault("tracker", "needs_no_3d")
class Needs3D(ByPlace):
    def update(self, index, time_s, detections):
        assert detections.keypoints_3d is not None or not len(detections)
        super().update(index, time_s, detections)


@fault("tracker", "nobody_is_an_empty_list")
class AlwaysSomebody(ByPlace):
    def finish(self):
        if self.seen and not any(len(found) for *_, found in self.seen):
            raise ValueError("max() arg is an empty sequence")
        return super().finish()


@fault("tracker", "no_frames_are_fine")
class NeedsAnUpdate(ByPlace):
    def finish(self):
        assert self.seen[-1]
        return super().finish()


@fault("tracker", "one_frame_is_a_clip")
class NeedsTwoFrames(ByPlace):
    def finish(self):
        if len(self.seen) == 1:
            raise ValueError("at least two points are needed for a velocity")
        return super().finish()


# Lifters.


@fault("lifter", "one_pose_per_track")
class OwnIds(Flat):
    def pose(self, track):
        return replace(super().pose(track), track_id=track.id + 100)


@fault("lifter", "only_rows_with_keypoints_are_valid")
class FillsGaps(Flat):
    def pose(self, track):
        pose = super().pose(track)
        joints = pose.joints.copy()
        joints[~pose.valid] = joints[pose.valid][0] if pose.valid.any() else 0
        return replace(pose, joints=joints, valid=np.ones(len(pose), bool))


@fault("lifter", "valid_rows_are_whole")
class ZerosInGaps(Flat):
    def pose(self, track):
        pose = super().pose(track)
        return replace(pose, joints=np.nan_to_num(pose.joints))


@fault("lifter", "relative_to_the_root")
class FarAway(Flat):
    def pose(self, track):
        pose = super().pose(track)
        return replace(pose, joints=pose.joints + np.array([0, 0, 4], np.float32))


@fault("lifter", "metres")
class Millimetres(Flat):
    def pose(self, track):
        pose = super().pose(track)
        return replace(pose, joints=pose.joints * np.float32(1000))


@fault("lifter", "head_above_feet")
class UpIsUp(Flat):
    def pose(self, track):
        pose = super().pose(track)
        joints = pose.joints.copy()
        torso = [H36M17.index(name) for name in ("neck", "head", "left_ankle", "right_ankle")]
        joints[:, torso, 1] *= -1
        return replace(pose, joints=joints)


@fault("lifter", "a_left_hand_stays_left")
class Mirrors(Flat):
    def pose(self, track):
        pose = super().pose(track)
        return replace(pose, joints=pose.joints * np.array([-1, 1, 1], np.float32))


@fault("lifter", "a_left_hand_stays_left")
class SwapsSides(Flat):
    def pose(self, track):
        pose = super().pose(track)
        return replace(pose, joints=pose.joints[:, list(H36M17.mirror)])


@fault("lifter", "people_are_independent")
class AsTallAsTheFirst(Flat):
    def lift(self, tracks, video):
        poses = super().lift(tracks, video)
        size = np.float32(1 + 0.01 * len(poses))
        return [replace(pose, joints=pose.joints * size) for pose in poses]


@fault("lifter", "nobody_is_an_empty_list")
class CannotStackNothing(Flat):
    def lift(self, tracks, video):
        assert np.stack([track.keypoints for track in tracks]).ndim
        return super().lift(tracks, video)


@fault("lifter", "one_frame_is_a_clip")
class NeedsAWindow(Flat):
    def pose(self, track):
        if len(track) == 1:
            raise ValueError("the receptive field is larger than the clip")
        return super().pose(track)


# Refiners.


@fault("refiner", "keeps_people")
class NumbersAnew(Taller):
    def pose(self, pose):
        return replace(super().pose(pose), track_id=pose.track_id + 1)


@fault("refiner", "keeps_rows")
class LosesTheLastRow(Taller):
    def pose(self, pose):
        return super().pose(pose if len(pose) == 1 else pose.take(np.arange(len(pose) - 1)))


@fault("refiner", "no_row_becomes_valid")
class Invents(Taller):
    def pose(self, pose):
        joints = pose.joints.copy()
        joints[~pose.valid] = 0.5
        return replace(pose, joints=joints, valid=np.ones(len(pose), bool))


@fault("refiner", "valid_rows_are_whole")
class SpreadsGaps(Taller):
    def pose(self, pose):
        joints = pose.joints.copy()
        joints[1:] += pose.joints[:-1]
        return replace(pose, joints=joints)


@fault("refiner", "roots_belong_to_poses")
class StandsInGaps(Taller):
    def pose(self, pose):
        return replace(super().pose(pose), root=np.nan_to_num(pose.root))


@fault("refiner", "uncertainties_stay")
class ForgetsDoubt(Taller):
    def pose(self, pose):
        return replace(super().pose(pose), joint_sigmas=None)


@fault("refiner", "nobody_is_an_empty_list")
class NoPosesNoDice(Taller):
    def refine(self, poses, tracks, video):
        assert poses[0].skeleton
        return super().refine(poses, tracks, video)


@fault("refiner", "one_frame_is_a_clip")
class NeedsAPast(Taller):
    def pose(self, pose):
        assert len(pose) > 1, "the filter needs a padding of 1 row"
        return super().pose(pose)


# Exporters.


@fault("exporter", "writes_what_it_returns")
class LeavesCrumbs(Names):
    def export(self, result, target):
        if len(result.tracks) and len(result.frame_index) > 1:
            target.with_name(f"{target.name}.tmp").touch()
        return super().export(result, target)


@fault("exporter", "names_begin_with_target")
class CutsTheDot(Names):
    def export(self, result, target):
        return super().export(result, target.with_suffix(""))


@fault("exporter", "nobody_is_a_result")
class FailsForNobody(Names):
    def export(self, result, target):
        assert result.tracks[0].id >= 0
        return super().export(result, target)


@fault("exporter", "one_frame_is_a_clip")
class NeedsARate(Names):
    def export(self, result, target):
        assert len(result.time_s) == 0 or np.diff(result.time_s)[0] > 0
        return super().export(result, target)


# Renderers.


@fault("renderer", "returns_the_file_it_wrote")
class CutsTheName(Copy):
    def open(self, result, target):
        super().open(result, target.with_suffix(""))


@fault("renderer", "draws_every_row")
class LosesTheTail(Copy):
    def open(self, result, target):
        super().open(result, target)
        self.last = 10 if len(result.tracks) else 10**9

    def draw(self, frames):
        super().draw(one(frames, frames.index <= self.last))


@fault("renderer", "chunks_do_not_matter")
class DropsSmallBatches(Copy):
    rows = 0

    def draw(self, frames):
        self.rows += len(frames)
        if len(frames) > 1 or self.rows < 3:
            super().draw(frames)


@fault("renderer", "nobody_is_a_result")
class NeedsAStar(Copy):
    def open(self, result, target):
        assert result.tracks[0]
        super().open(result, target)


@fault("renderer", "one_frame_is_a_clip")
class NeedsMotion(Copy):
    def open(self, result, target):
        assert result.time_s[1] > 0
        super().open(result, target)


def failed(stage, cls, config=Config):
    """Names of the checks that refuse an implementation."""
    entry = StageEntry(name="mine", summary="", config=config, factory=f"{__name__}:{cls.__name__}")
    frames = Sample.make(rows=12, people=2).frames
    names = set()
    for check in checks_of(stage, entry, frames=frames if stage == "detector" else None):
        try:
            check()
        except ContractBroken:
            names.add(check.name)
    return names


@pytest.mark.parametrize("stage", GOOD)
def test_a_stage_without_fault_passes_every_check(stage):
    assert failed(stage, GOOD[stage]) == set()


@pytest.mark.parametrize(("stage", "check", "cls", "config"), FAULTS)
def test_a_fault_is_caught_by_the_check_that_is_about_it(stage, check, cls, config):
    assert failed(stage, cls, config) == {check}


def test_every_check_has_a_fault_that_it_catches():
    proved = {case.values[:2] for case in FAULTS}
    own = {(stage, check.__name__) for stage, suite in SUITES.items() for check in suite.checks}
    assert own <= proved
    assert {check.__name__ for check in (*CHECKS, *KEPT)} <= {name for _, name in proved}
