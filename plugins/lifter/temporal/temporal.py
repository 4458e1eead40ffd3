"""A lifter trained on motion capture with synthetic cameras: 2D tracks to 3D poses."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import Self

from framework.devices import torch_device, torch_threads
from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.scores import calibrated
from framework.skeletons import COCO17, H36M17, Skeleton, map_joints, map_scores
from framework.stages import Lifter, Runtime, opened
from framework.types import Floats, Ints, Pose3D, Track, VideoInfo
from framework.weights import locate

from .._joints import require_joints
from .config import TemporalConfig
from .network import load_network
from .ray import causal_lines_of_sight, lines_of_sight, to_camera
from .shipped import SHIPPED
from .windows import (
    NetworkArrays,
    ResampledTrack,
    at_times,
    blend,
    resample,
    visit_rows,
    window_at,
    window_starts,
    windows_ending_at,
)

BATCH = 32
"""Windows lifted at once."""

# Without the five joints of the face: detectors may lack them, and they are then missing.
_LIMBS = Skeleton(name="limbs", joints=COCO17.joints[5:], bones=())
_MIRROR_2D, _MIRROR_3D = list(COCO17.mirror), list(H36M17.mirror)


class Temporal(Lifter):
    """Temporal convolutions over COCO-17 keypoints and their scores.

    A track is resampled to 30 frames/s by its true times, lifted in overlapping windows (of all
    people together), and interpolated at the times of its rows. Where a joint, or the whole person,
    is missing, the network infers it from the other frames; only rows with keypoints are valid.
    """

    def __init__(self, config: TemporalConfig, runtime: Runtime) -> None:
        self._config = config
        self._threads = runtime.threads
        self.device = torch_device(runtime.device)
        self._network: nn.Module | None = None
        self.focal_length: FocalLength | None = None

    def __enter__(self) -> Self:
        """Load the weights."""
        self._network = load_network(self._config.weights or locate(SHIPPED)).to(self.device)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the network."""
        self._network = None

    def lift(self, tracks: list[Track], video: VideoInfo) -> list[Pose3D]:
        """Return one pose per track, with ``joint_sigmas``; every row with keypoints is valid.

        Raises:
            ConfigurationError: a track's skeleton lacks shoulders, elbows .. ankles.
            StageError: the lifter is not open.
        """
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        if self._config.causal:
            return [self._lift_causal(track, matrix) for track in tracks]
        inputs = [_network_arrays(track, self._config.detector_3d) for track in tracks]
        visits = [
            visit_rows(track.time_s, np.any(scores > 0, axis=1))
            for track, (_, scores, _) in zip(tracks, inputs, strict=True)
        ]
        people = [
            resample(track.time_s[rows], *(part[rows] for part in parts))
            for track, parts, visit in zip(tracks, inputs, visits, strict=True)
            for rows in visit
        ]
        # Lifting is lazy: each track takes the outputs of its visits, in order.
        outputs = self._lift_all(people, matrix)
        return [_pose(track, rows, outputs) for track, rows in zip(tracks, visits, strict=True)]

    def _lift_all(
        self, people: list[ResampledTrack], matrix: Array
    ) -> Iterator[tuple[ResampledTrack, Floats]]:
        """Yield each person's (S, 17, 4) joints and log uncertainty; batches hold all people."""
        # Windows of all people fill batches together: single people would leave them half empty.
        windows = [window_at(person, first) for person in people for first in window_starts(person)]
        batches = (windows[first : first + BATCH] for first in range(0, len(windows), BATCH))
        outputs = (window for batch in batches for window in self._lift_batch(batch))
        for person in people:
            lifted = blend([next(outputs) for _ in window_starts(person)], person)
            # After blending: poses relative to the line of sight do not depend on the window.
            rays = lines_of_sight(person, matrix)
            lifted[..., :3] = to_camera(lifted[..., :3], rays)
            yield person, lifted

    def _lift_causal(self, track: Track, matrix: Array) -> Pose3D:
        """Lift every row as the end of a window of its own."""
        known = _network_arrays(track, self._config.detector_3d)
        result = np.full((len(track), len(H36M17.joints), 4), np.nan, np.float32)
        # A window per row costs FRAMES times the work, but no row depends on a later one.
        for rows in visit_rows(track.time_s, np.any(known[1] > 0, axis=1)):
            for first in range(0, len(rows), BATCH):
                batch = slice(first, min(first + BATCH, len(rows)))
                windows = windows_ending_at(
                    batch, track.time_s[rows], *(part[rows] for part in known)
                )
                # (R, 17, 4) the last step of each window, the only one that belongs to a row.
                lifted = self._lift_batch(list(zip(*windows, strict=True)))[:, -1]
                rays = causal_lines_of_sight(*windows[:2], matrix)
                lifted[..., :3] = to_camera(lifted[..., :3], rays)
                result[rows[batch]] = lifted
        return _as_pose(track, result)

    @torch.inference_mode()
    def _lift_batch(self, batch: list[NetworkArrays]) -> Floats:
        """(B, F, 17, 4) joints and log uncertainty of windows."""
        network = opened(self._network, "lifter 'temporal'")
        parts = (
            torch.from_numpy(np.stack(part)).to(self.device) for part in zip(*batch, strict=True)
        )
        with torch_threads(self._threads):
            lifted = self._with_flip(network, *parts)
        return np.asarray(lifted.cpu().numpy(), np.float32)

    def _with_flip(
        self, network: nn.Module, keypoints: Tensor, scores: Tensor, detector_3d: Tensor
    ) -> Tensor:
        """Flip test-time augmentation: the mean of a pose and of that of its mirror image.

        Mirrored: x negated, left and right joints swapped.
        """
        plain = _join(*network(keypoints, scores, detector_3d))
        if not self._config.flip:
            return plain
        # x changes its sign; y, z and the uncertainty do not. The network's input is centred, so
        # the mirror image needs no width of the image.
        flip = keypoints.new_tensor([-1, 1, 1, 1])
        mirror = _join(
            *network(
                keypoints[:, :, _MIRROR_2D] * flip[:2],
                scores[:, :, _MIRROR_2D],
                detector_3d[:, :, _MIRROR_3D] * flip[:3],
            )
        )
        # Of the uncertainty, logarithms are averaged: a geometric mean, which stays positive.
        return (plain + mirror[:, :, _MIRROR_3D] * flip) / 2


def _join(joints: Tensor, spread: Tensor) -> Tensor:
    """(B, F, 17, 4) of joints (B, F, 17, 3) and log uncertainty (B, F, 17)."""
    return torch.cat((joints, spread[..., None]), dim=-1)


def _network_arrays(track: Track, use_detector_3d: bool) -> NetworkArrays:
    """(T, 17, 2) keypoints, (T, 17) scores, 0 where missing, and (T, 17, 3) detector's 3D.

    Raises:
        ConfigurationError: the track's skeleton lacks a joint.
    """
    require_joints("temporal", track.skeleton, _LIMBS)
    keypoints = map_joints(track.keypoints, track.skeleton, COCO17)
    scores = map_scores(track.keypoint_scores, track.skeleton, COCO17)
    visible = np.isfinite(keypoints).all(axis=-1) & track.present[:, None]
    # NaN means "no 3D" to the network; zeros would be a pose.
    detector_3d = np.full((len(track), len(H36M17.joints), 3), np.nan, np.float32)
    if use_detector_3d and track.keypoints_3d is not None:
        detector_3d = map_joints(track.keypoints_3d, track.skeleton, H36M17)
    # Calibrated, since networks cannot know on which scale a detector's scores are.
    scores = np.where(visible, calibrated(scores, track.score_threshold), 0)
    return keypoints, scores, detector_3d


def _pose(
    track: Track, visits: list[Ints], outputs: Iterator[tuple[ResampledTrack, Floats]]
) -> Pose3D:
    """Interpolate the lifted steps of each visit at its rows."""
    result = np.full((len(track), len(H36M17.joints), 4), np.nan, np.float32)
    for rows in visits:
        person, steps = next(outputs)
        result[rows] = at_times(steps, person, track.time_s[rows])
    return _as_pose(track, result)


def _as_pose(track: Track, result: Floats) -> Pose3D:
    """Joints and log uncertainty (T, 17, 4) as a pose; rows that are not finite are invalid."""
    return Pose3D(
        track_id=track.id,
        skeleton=H36M17,
        joints=result[..., :3],
        valid=np.all(np.isfinite(result), axis=(1, 2)),
        joint_sigmas=np.exp(result[..., 3]),  # averaged as logarithms, so never negative
    )
