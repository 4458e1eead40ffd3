"""Made-up clips: people who walk in front of a camera, with all that a stage may be given.

Camera axes: x right, y down, z forward, metres. The people face the camera, so that their left
hand is at the right of the frame; the first one holds the left hand up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from typing_extensions import Self

from framework.skeletons import COCO17, H36M17, Skeleton
from framework.types import Detections, Floats, FrameBatch, Pose3D, RunResult, State, Track
from framework.types import VideoInfo as Video

SIZE_WH = (160, 120)
FPS = Fraction(25)
FOCAL_PX = 140.0

_MIDDLE = {
    "pelvis": (0, 0, 0),
    "spine": (0, -0.25, 0),
    "thorax": (0, -0.5, 0),
    "neck": (0, -0.66, -0.1),
    "nose": (0, -0.66, -0.1),
    "head": (0, -0.82, 0),
}
_LEFT = {
    "left_eye_inner": (0.02, -0.7, -0.09),
    "left_eye": (0.03, -0.7, -0.08),
    "left_eye_outer": (0.04, -0.7, -0.08),
    "left_ear": (0.07, -0.68, 0),
    "mouth_left": (0.03, -0.62, -0.08),
    "left_shoulder": (0.18, -0.5, 0),
    "left_elbow": (0.26, -0.23, 0.02),
    "left_wrist": (0.28, 0.02, -0.04),
    "left_pinky": (0.29, 0.1, -0.04),
    "left_index": (0.28, 0.11, -0.06),
    "left_thumb": (0.26, 0.08, -0.07),
    "left_hip": (0.11, 0, 0),
    "left_knee": (0.12, 0.43, -0.02),
    "left_ankle": (0.12, 0.85, 0.03),
    "left_heel": (0.12, 0.9, 0.07),
    "left_foot_index": (0.14, 0.92, -0.12),
}
_RAISED = {"left_elbow": (0.35, -0.68, 0), "left_wrist": (0.3, -0.93, -0.03)}
_RAISED |= {f"left_{tip}": (0.3, -1.02, -0.04) for tip in ("pinky", "index", "thumb")}


def _partner(joint: str) -> str:
    return joint.replace("left", "right")


_STANDING: dict[str, tuple[float, float, float]] = {
    **_MIDDLE,
    **_LEFT,
    **{_partner(joint): (-x, y, z) for joint, (x, y, z) in _LEFT.items()},
}


def walk(skeleton: Skeleton, rows: int, *, raised: bool) -> Floats:
    """(T, J, 3) metres about the pelvis: a walk on the spot, 1.75 m tall, facing the camera.

    Joints that are known by no name stand beside the pelvis, on their side of the body.
    """
    figure = {**_STANDING, **(_RAISED if raised else {})}
    side = {joint: ("left" in joint) - ("right" in joint) for joint in skeleton.joints}
    still = np.array([figure.get(joint, (0.1 * side[joint], 0, 0)) for joint in skeleton.joints])
    legs = np.array([side[joint] * (still[row, 1] > 0.2) for row, joint in enumerate(side)])
    # (T, J): one stride a second at 25 frames per second; left and right in opposite phase.
    swing = np.sin(2 * np.pi * np.arange(rows) / 25)[:, None] * legs
    body = np.repeat(still[None], rows, 0)
    body[..., 2] += 0.25 * swing * still[:, 1]
    return body.astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One clip; with eight frames or more, some of them show one person or nobody.

    Attributes:
        video: path, size and rate; the file itself exists only after `written`.
        frames: noise with a brighter pillar where somebody stands.
        detections: one a frame, with 3D; everybody in it counts as complete.
        tracks, poses: of the same people; rows in which they are out of sight are missing.
    """

    video: Video
    frames: FrameBatch
    detections: list[Detections]
    tracks: list[Track]
    poses: list[Pose3D]

    @classmethod
    def make(cls, *, rows: int, people: int, skeleton: Skeleton = COCO17) -> Self:
        """Make a clip; all arrays are new and may be written to."""
        # With enough rows: a gap of two, an empty frame near the end, a second person who is late.
        seen = np.ones((people, rows), bool)
        seen[:, rows // 4 : rows // 4 + 2] &= rows < 8
        seen[:, -2:-1] &= rows < 8
        seen[1:, :3] &= rows < 8
        tracks = [_track(number, skeleton, seen[number]) for number in range(people)]
        video = Video(path=Path("clip.avi"), size_wh=SIZE_WH, fps=FPS, n_frames=rows)
        return cls(
            video=video,
            frames=_images(rows, tracks),
            detections=[_detected(tracks, row, skeleton) for row in range(rows)],
            tracks=tracks,
            poses=[_pose(track, number) for number, track in enumerate(tracks)],
        )

    def showing(self, frames: FrameBatch, rows: int) -> Self:
        """The same clip with somebody else's images, as many of them as there are rows."""
        video = replace(self.video, size_wh=frames.size_wh, n_frames=min(rows, len(frames)))
        return replace(self, frames=part(frames, 0, rows), video=video)

    @property
    def result(self) -> RunResult:
        """What a run would hand to exporters and renderers."""
        return RunResult(
            video=self.video,
            frame_index=self.frames.index,
            time_s=self.frames.time_s,
            tracks=tuple(self.tracks),
            poses=tuple(self.poses),
            counts={"frames": len(self.frames), "people": len(self.tracks)},
            meta={"input": {"name": self.video.path.name}, "stages": [], "config": {}},
        )

    def written(self, folder: Path) -> Self:
        """Write the clip as a file, for those who look at it themselves."""
        path = folder / self.video.path.name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mjpeg", rate=self.video.fps)
            stream.width, stream.height = self.video.size_wh
            stream.pix_fmt = "yuvj420p"
            for image in self.frames.images:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode(None))
        return replace(self, video=replace(self.video, path=path))


def part(frames: FrameBatch, start: int, stop: int) -> FrameBatch:
    """Some frames of a batch, copied."""
    rows = slice(start, stop)
    return FrameBatch(
        images=frames.images[rows].copy(),
        index=frames.index[rows].copy(),
        time_s=frames.time_s[rows].copy(),
        is_source=frames.is_source[rows].copy(),
    )


def chunks(frames: FrameBatch, size: int) -> list[FrameBatch]:
    """A batch in pieces of at most ``size`` frames."""
    return [part(frames, start, start + size) for start in range(0, len(frames), size)]


def plain_frames(grey: int, rows: int = 3) -> FrameBatch:
    """Frames of one colour: there is nobody in them."""
    images = np.full((rows, SIZE_WH[1], SIZE_WH[0], 3), grey, np.uint8)
    return _batch(images)


def _batch(images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> FrameBatch:
    index = np.arange(len(images), dtype=np.int64)
    return FrameBatch(
        images=images,
        index=index,
        time_s=index / float(FPS),
        is_source=np.ones(len(images), bool),
    )


def _place(number: int, rows: int) -> Floats:
    """(T, 1, 3) where a person's pelvis is: side by side, slowly to the right."""
    place = np.zeros((rows, 1, 3))
    place[:, 0] = (-0.9 + 1.6 * number, 0.1, 4 + 0.5 * number)
    place[:, 0, 0] += 0.2 * np.arange(rows) / 25
    return place.astype(np.float32)


def _track(
    number: int, skeleton: Skeleton, seen: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Track:
    rows = len(seen)
    body = walk(skeleton, rows, raised=number == 0)
    there = body + _place(number, rows)
    # (T, J, 2) pinhole projection, principal point in the middle of the frame.
    pixels = there[..., :2] / there[..., 2:] * FOCAL_PX + np.array(SIZE_WH) / 2
    boxes = np.concatenate([pixels.min(1) - 4, pixels.max(1) + 4], 1)
    # Missing is NaN, as the contract of `Track` demands.
    for array in (body, pixels, boxes):
        array[~seen] = np.nan
    return Track(
        id=3 + number,
        skeleton=skeleton,
        frame_index=np.arange(rows, dtype=np.int64),
        time_s=np.arange(rows) / float(FPS),
        boxes=boxes.astype(np.float32),
        keypoints=pixels.astype(np.float32),
        keypoint_scores=np.where(seen[:, None], 0.9, 0).repeat(body.shape[1], 1).astype(np.float32),
        state=np.where(seen, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=seen.copy(),
        keypoints_3d=body,
    )


def _pose(track: Track, number: int) -> Pose3D:
    rows, valid = len(track), track.present
    joints, root = walk(H36M17, rows, raised=number == 0), _place(number, rows)[:, 0]
    joints[~valid], root[~valid] = np.nan, np.nan
    return Pose3D(track_id=track.id, skeleton=H36M17, joints=joints, valid=valid, root=root)


def _detected(tracks: list[Track], row: int, skeleton: Skeleton) -> Detections:
    """The people of one frame."""
    there = [track for track in tracks if track.present[row]]
    if not there:
        return Detections.empty(skeleton)
    return Detections(
        skeleton=skeleton,
        boxes=np.stack([track.boxes[row] for track in there]),
        box_scores=np.full(len(there), 0.9, np.float32),
        keypoints=np.stack([track.keypoints[row] for track in there]),
        keypoint_scores=np.stack([track.keypoint_scores[row] for track in there]),
        keypoints_3d=np.stack([track.keypoints_3d[row] for track in there]),  # type: ignore[index]
        complete=np.ones(len(there), bool),
    )


def _images(rows: int, tracks: list[Track]) -> FrameBatch:
    rng = np.random.default_rng(0)
    images = rng.integers(40, 70, (rows, SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    for track in tracks:
        for row in np.flatnonzero(track.present):
            x1, y1, x2, y2 = track.boxes[row].clip(0).astype(int)
            images[row, y1:y2, x1:x2] += 120
    return _batch(images)
