"""The data that flows between stages: frozen structs of arrays, checked once when built.

Letters in shapes: N people, J joints, T rows of a clip, B frames of a batch.
Image space: pixels of the upright frame, x right, y down, (0, 0) is the outer corner of the
first pixel. Camera space: metres, x right, y down, z forward. Missing is NaN *and* a cleared
flag, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.reading import Reading
from framework.skeletons import Skeleton

Floats = NDArray[np.float32]
Times = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Image = Bytes
"""(H, W, 3) RGB, upright."""


class State(IntEnum):
    """Where the keypoints of one row of a track come from."""

    MISSING = 0
    OBSERVED = 1
    FILLED = 2


class Sides(IntFlag):
    """Limbs of which left and right were exchanged."""

    ARMS = 1
    LEGS = 2


def _expect(owner: object, name: str, dtype: type, *shape: int | None) -> None:
    """Raise ValueError unless field ``name`` has this dtype and shape (None: any length)."""
    array = getattr(owner, name)
    where = f"{type(owner).__name__}.{name}"
    if not isinstance(array, np.ndarray) or array.dtype != dtype:
        kind = getattr(array, "dtype", type(array).__name__)
        raise ValueError(f"{where} must be an array of {np.dtype(dtype)}, but is {kind}")
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = tuple("any" if want is None else want for want in shape)
        raise ValueError(f"{where} must have shape {wanted}, but has {array.shape}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """A clip whose frames are files of one picture each.

    Attributes:
        files: in order.
        index: (T,) int64 numbers of the frames from 0, rising; a hole where a file is missing.
    """

    files: tuple[Path, ...]
    index: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """What is known of a clip before it is decoded.

    Attributes:
        path: the file.
        size_wh: width and height in pixels, after rotation, as it is displayed.
        fps: average frame rate; real times travel with the frames.
        n_frames: frames the container declares, or None; not all need to decode.
        duration_s: declared duration in seconds, or None.
        exact_duration: whether it is that of the frames alone, to a frame.
        rotation_deg: clockwise rotation (0, 90, 180, 270) that makes the coded frame upright.
        has_audio: whether there is a sound track.
        has_frames: whether there is a video; without one only keypoints are known.
        focal: focal length from metadata, in longer sides of the frame, or None.
        notes: what the user should know about the file.
        start_s, end_s, stride: the part of the clip that a run reads.
        reading: how the file is read.
        pictures: the files of the frames, where ``path`` is a folder or a pattern of pictures.
        fields: whether every field of an interlaced film is a frame of its own.
    """

    path: Path
    size_wh: tuple[int, int]
    fps: Fraction
    n_frames: int | None = None
    duration_s: float | None = None
    exact_duration: bool = field(default=False, compare=False)
    rotation_deg: int = 0
    has_audio: bool = False
    has_frames: bool = True
    focal: float | None = None
    notes: tuple[str, ...] = ()
    start_s: float = 0.0
    end_s: float | None = None
    stride: int = 1
    reading: Reading = field(default_factory=Reading, compare=False)
    pictures: Pictures | None = field(default=None, compare=False)
    fields: bool = False

    @property
    def fps_read(self) -> Fraction:
        """Average rate of the frames that a run reads: every ``stride``-th of the file."""
        return self.fps / self.stride

    @property
    def expected_frames(self) -> int | None:
        """Frames that a run will probably read, or None when the container does not say."""
        frames = self.n_frames
        if self.duration_s is not None and (self.start_s or self.end_s is not None):
            length_s = min(self.end_s or self.duration_s, self.duration_s) - self.start_s
            frames = round(length_s * self.fps)
        # Rounded up: the first frame of a part is always taken.
        return None if frames is None else -(-frames // self.stride)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankClip:
    """A clip without a video: when its frames were, not what was in them.

    Attributes:
        video: the file that stands for the video; ``has_frames`` is cleared.
        index: (T,) int64 numbers of the frames, rising.
        time_s: (T,) float64 seconds, rising.
    """

    video: VideoInfo
    index: Ints
    time_s: Times

    def __post_init__(self) -> None:
        """Check shapes and dtypes."""
        _expect(self, "index", np.int64, None)
        _expect(self, "time_s", np.float64, len(self.index))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBatch:
    """Some frames in a row; never kept beyond its chunk.

    Attributes:
        images: (B, H, W, 3) uint8 RGB, upright.
        index: (B,) int64, number of the source frame from 0 (an interpolated frame carries
            the number of the source frame before it).
        time_s: (B,) float64, presentation time in seconds from the start of the clip, rising.
        is_source: (B,) bool, False for a frame that an interpolator made.
    """

    images: Bytes
    index: Ints
    time_s: Times
    is_source: Bools

    def __post_init__(self) -> None:
        """Check shapes and dtypes."""
        _expect(self, "images", np.uint8, None, None, None, 3)
        for name, dtype in (("index", np.int64), ("time_s", np.float64), ("is_source", np.bool_)):
            _expect(self, name, dtype, len(self.images))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of every frame, in pixels."""
        return self.images.shape[2], self.images.shape[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """The people of one frame.

    Attributes:
        skeleton: what the J keypoints are.
        boxes: (N, 4) float32, x1 y1 x2 y2 in pixels.
        box_scores: (N,) float32, 0..1.
        keypoints: (N, J, 2) float32 pixels; NaN where the detector gives none.
        keypoint_scores: (N, J) float32; their meaning is the detector's own.
        score_threshold: the keypoint score from which this detector counts a joint as seen.
        keypoints_3d: (N, J, 3) float32, camera axes, metres, any origin, or None.
        hint_ids: (N,) int64 numbers of people that the detector followed, or None. A hint for
            trackers, not an identity.
        complete: (N,) bool, filled in by the completeness stage.
        appearance: (N, parts, colours) float32 histograms from `framework.appearance`, NaN where
            a part is not seen; None unless the tracker asks for them.
    """

    skeleton: Skeleton
    boxes: Floats
    box_scores: Floats
    keypoints: Floats
    keypoint_scores: Floats
    score_threshold: float = 0.5
    keypoints_3d: Floats | None = None
    hint_ids: Ints | None = None
    complete: Bools = field(default_factory=lambda: np.zeros(0, bool))
    appearance: Floats | None = None

    def __post_init__(self) -> None:
        """Check shapes and dtypes; before the completeness stage all count as not complete."""
        n, j = len(self.boxes), len(self.skeleton.joints)
        if len(self.complete) == 0 and n:
            object.__setattr__(self, "complete", np.zeros(n, bool))
        _expect(self, "boxes", np.float32, n, 4)
        _expect(self, "box_scores", np.float32, n)
        _expect(self, "keypoints", np.float32, n, j, 2)
        _expect(self, "keypoint_scores", np.float32, n, j)
        _expect(self, "complete", np.bool_, n)
        if self.keypoints_3d is not None:
            _expect(self, "keypoints_3d", np.float32, n, j, 3)
        if self.hint_ids is not None:
            _expect(self, "hint_ids", np.int64, n)
        if self.appearance is not None:
            _expect(self, "appearance", np.float32, n, None, None)

    def __len__(self) -> int:
        return len(self.boxes)

    @classmethod
    def empty(cls, skeleton: Skeleton, score_threshold: float = 0.5) -> Detections:
        """Nobody in the frame."""
        joints = len(skeleton.joints)
        return cls(
            skeleton=skeleton,
            boxes=np.zeros((0, 4), np.float32),
            box_scores=np.zeros(0, np.float32),
            keypoints=np.zeros((0, joints, 2), np.float32),
            keypoint_scores=np.zeros((0, joints), np.float32),
            score_threshold=score_threshold,
        )

    def take(self, people: NDArray[Any]) -> Detections:
        """The people that an index array or a (N,) mask selects."""
        return replace(
            self,
            boxes=self.boxes[people],
            box_scores=self.box_scores[people],
            keypoints=self.keypoints[people],
            keypoint_scores=self.keypoint_scores[people],
            keypoints_3d=None if self.keypoints_3d is None else self.keypoints_3d[people],
            hint_ids=None if self.hint_ids is None else self.hint_ids[people],
            complete=self.complete[people],
            appearance=None if self.appearance is None else self.appearance[people],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One identity: one row per frame that the tracker got.

    Attributes:
        id: the identity's number, unique within a clip.
        skeleton: what the J keypoints are.
        frame_index: (T,) int64, number of the source frame of each row.
        time_s: (T,) float64, seconds, rising.
        boxes: (T, 4) float32 x1 y1 x2 y2 pixels, NaN where missing.
        keypoints: (T, J, 2) float32 pixels, NaN where missing.
        keypoint_scores: (T, J) float32, 0 where missing.
        state: (T,) uint8 of `State`.
        complete: (T,) bool, the completeness stage's judgement of the observed rows.
        score_threshold: the keypoint score from which a joint counts as seen.
        keypoints_3d: (T, J, 3) float32 metres, camera axes, any origin, NaN where missing; or None.
        exchanged: (T,) uint8 of `Sides`: the detector had exchanged left and right of these limbs,
            and the keypoints are those after the repair; None: of none in any row.
    """

    id: int
    skeleton: Skeleton
    frame_index: Ints
    time_s: Times
    boxes: Floats
    keypoints: Floats
    keypoint_scores: Floats
    state: Bytes
    complete: Bools
    score_threshold: float = 0.5
    keypoints_3d: Floats | None = None
    exchanged: Bytes | None = None

    def __post_init__(self) -> None:
        """Check shapes and dtypes."""
        t, j = len(self.frame_index), len(self.skeleton.joints)
        _expect(self, "frame_index", np.int64, t)
        _expect(self, "time_s", np.float64, t)
        _expect(self, "boxes", np.float32, t, 4)
        _expect(self, "keypoints", np.float32, t, j, 2)
        _expect(self, "keypoint_scores", np.float32, t, j)
        _expect(self, "state", np.uint8, t)
        _expect(self, "complete", np.bool_, t)
        if self.keypoints_3d is not None:
            _expect(self, "keypoints_3d", np.float32, t, j, 3)
        if self.exchanged is not None:
            _expect(self, "exchanged", np.uint8, t)

    def __len__(self) -> int:
        return len(self.frame_index)

    @property
    def present(self) -> Bools:
        """(T,) bool: rows with keypoints, observed or filled."""
        return np.asarray(self.state != State.MISSING)

    def take(self, rows: NDArray[Any]) -> Track:
        """The rows that an index array or a (T,) mask selects."""
        return replace(
            self,
            frame_index=self.frame_index[rows],
            time_s=self.time_s[rows],
            boxes=self.boxes[rows],
            keypoints=self.keypoints[rows],
            keypoint_scores=self.keypoint_scores[rows],
            state=self.state[rows],
            complete=self.complete[rows],
            keypoints_3d=None if self.keypoints_3d is None else self.keypoints_3d[rows],
            exchanged=None if self.exchanged is None else self.exchanged[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose3D:
    """The 3D pose of one track, row by row.

    Attributes:
        track_id: `Track.id`.
        skeleton: what the joints are (H36M-17 for every built-in lifter).
        joints: (T, J, 3) float32 metres, relative to the skeleton's root joint, camera axes;
            NaN where not valid.
        valid: (T,) bool.
        root: (T, 3) float32 metres, the root joint in camera space, NaN where unknown; or None.
        joint_sigmas: (T, J) float32 metres, the uncertainty of each joint as a standard deviation
            along each axis, NaN where not valid; or None.
    """

    track_id: int
    skeleton: Skeleton
    joints: Floats
    valid: Bools
    root: Floats | None = None
    joint_sigmas: Floats | None = None

    def __post_init__(self) -> None:
        """Check shapes and dtypes."""
        t = len(self.joints)
        _expect(self, "joints", np.float32, t, len(self.skeleton.joints), 3)
        _expect(self, "valid", np.bool_, t)
        if self.root is not None:
            _expect(self, "root", np.float32, t, 3)
        if self.joint_sigmas is not None:
            _expect(self, "joint_sigmas", np.float32, t, len(self.skeleton.joints))

    def __len__(self) -> int:
        return len(self.joints)

    def take(self, rows: NDArray[Any]) -> Pose3D:
        """The rows that an index array or a (T,) mask selects."""
        root = None if self.root is None else self.root[rows]
        joint_sigmas = None if self.joint_sigmas is None else self.joint_sigmas[rows]
        return replace(
            self,
            joints=self.joints[rows],
            valid=self.valid[rows],
            root=root,
            joint_sigmas=joint_sigmas,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """Which implementation of a stage a run uses, for the plan, the summary and the results."""

    stage: str
    name: str
    package: str = ""
    version: str = ""
    licence: str = ""
    device: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What is about to run; handed to observers before the first frame.

    Attributes:
        video: the clip.
        stages: the chosen implementations in the order of the pipeline.
        output: folder of the results, or None when nothing is written.
    """

    video: VideoInfo
    stages: tuple[StageRecord, ...]
    output: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step forward; handed to observers.

    Attributes:
        step: "track" (decode, detect and track), "lift", "export" or "draw".
        done: frames (or parts) finished in this step.
        total: how many there will be, or None when unknown.
    """

    step: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The whole result of one clip. Rows are decoded source frames, the same for all people.

    Attributes:
        video: the clip.
        frame_index: (T,) int64; time_s: (T,) float64 seconds.
        tracks, poses: one per person, in the same order, T rows each.
        paths: files written so far, by what follows the stem ("npz", "pose3d.mp4", ...).
        seconds: wall time by step and stage.
        counts: frames read, rows with a person, and so on (see `framework.record.count`).
        meta: versions, stages, licences and the resolved configuration; plain JSON types.
        warnings: sentences for the user.
    """

    video: VideoInfo
    frame_index: Ints
    time_s: Times
    tracks: tuple[Track, ...]
    poses: tuple[Pose3D, ...]
    paths: Mapping[str, Path] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int | float] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that everybody has one row per frame."""
        t = len(self.frame_index)
        _expect(self, "frame_index", np.int64, t)
        _expect(self, "time_s", np.float64, t)
        lengths = [len(track) for track in self.tracks] + [len(pose) for pose in self.poses]
        if any(length != t for length in lengths):
            raise ValueError(f"a clip of {t} rows has tracks and poses of {lengths} rows")
