"""A lifter trained on motion capture under synthetic cameras: 2D tracks to 3D poses."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import Self

from framework.devices import torch_device
from framework.errors import BackendError
from framework.focal import FocalLength, focal_length
from framework.geometry.camera import Array, view
from framework.scores import calibrated
from framework.skeletons import COCO17, H36M17, Skeleton, map_joints, map_scores
from framework.stages import Lifter, Runtime
from framework.types import Floats, Ints, Pose3D, Track, VideoInfo
from framework.weights import locate

from .._joints import require_joints
from .config import TemporalConfig
from .network import load_network
from .ray import lines_of_sight, lines_of_sight_now, to_camera
from .shipped import SHIPPED
from .windows import Steps, Window, blend, cut, starts, stay_rows, to_rows, to_steps, until

BATCH = 32
"""Windows lifted at once."""

_LIMBS = Skeleton(name="limbs", joints=COCO17.joints[5:], bones=())
_MIRROR_2D, _MIRROR_3D = list(COCO17.mirror), list(H36M17.mirror)


class Temporal(Lifter):
    """Temporal convolutions over COCO-17 keypoints and their scores.

    A track is resampled to 30 frames/s by its true times, lifted in overlapping windows (of all
    people together), and read back at the times of its rows. Frames in which a joint, or the
    whole person, is missing are filled from their neighbours; only rows with keypoints are valid.
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
            BackendError: the lifter is not open.
        """
        self.focal_length = focal_length(self._config.focal, video)
        matrix = view(video.size_wh, self.focal_length.longer_sides)
        if self._config.causal:
            return [self._lift_now(track, matrix) for track in tracks]
        known = [_known(track, self._config.own_3d) for track in tracks]
        stays = [
            stay_rows(track.time_s, np.any(scores > 0, axis=1))
            for track, (_, scores, _) in zip(tracks, known, strict=True)
        ]
        people = [
            to_steps(track.time_s[rows], *(part[rows] for part in parts))
            for track, parts, stay in zip(tracks, known, stays, strict=True)
            for rows in stay
        ]
        outputs = self._lift_all(people, matrix)
        return [_pose(track, stay, outputs) for track, stay in zip(tracks, stays, strict=True)]

    def _lift_all(self, people: list[Steps], matrix: Array) -> Iterator[tuple[Steps, Floats]]:
        """Yield each person's (S, 17, 4) joints and log spread; windows of all share batches."""
        windows = [cut(person, first) for person in people for first in starts(person)]
        batches = (windows[first : first + BATCH] for first in range(0, len(windows), BATCH))
        outputs = (window for batch in batches for window in self._lift_batch(batch))
        for person in people:
            lifted = blend([next(outputs) for _ in starts(person)], person)
            rays = lines_of_sight(person, matrix)
            lifted[..., :3] = to_camera(lifted[..., :3], rays)
            yield person, lifted

    def _lift_now(self, track: Track, matrix: Array) -> Pose3D:
        """Lift every row as the end of a window of its own."""
        known = _known(track, self._config.own_3d)
        result = np.full((len(track), len(H36M17.joints), 4), np.nan, np.float32)
        for rows in stay_rows(track.time_s, np.any(known[1] > 0, axis=1)):
            for first in range(0, len(rows), BATCH):
                batch = slice(first, min(first + BATCH, len(rows)))
                windows = until(track.time_s[rows], batch, *(part[rows] for part in known))
                lifted = self._lift_batch(list(zip(*windows, strict=True)))[:, -1]
                rays = lines_of_sight_now(*windows[:2], matrix)
                lifted[..., :3] = to_camera(lifted[..., :3], rays)
                result[rows[batch]] = lifted
        return _as_pose(track, result)

    @torch.inference_mode()
    def _lift_batch(self, batch: list[Window]) -> Floats:
        """(B, F, 17, 4) of windows."""
        if self._network is None:
            raise BackendError("lifter 'temporal' is used before it is opened", "Use it in `with`.")
        shown = (
            torch.from_numpy(np.stack(part)).to(self.device) for part in zip(*batch, strict=True)
        )
        before = torch.get_num_threads()
        torch.set_num_threads(self._threads)
        try:
            lifted = self._with_mirror(self._network, *shown)
        finally:
            torch.set_num_threads(before)
        return np.asarray(lifted.cpu().numpy(), np.float32)

    def _with_mirror(
        self, network: nn.Module, keypoints: Tensor, scores: Tensor, own: Tensor
    ) -> Tensor:
        plain = _join(*network(keypoints, scores, own))
        if not self._config.flip:
            return plain
        flip = keypoints.new_tensor([-1, 1, 1, 1])
        mirror = _join(
            *network(
                keypoints[:, :, _MIRROR_2D] * flip[:2],
                scores[:, :, _MIRROR_2D],
                own[:, :, _MIRROR_3D] * flip[:3],
            )
        )
        return (plain + mirror[:, :, _MIRROR_3D] * flip) / 2


def _join(joints: Tensor, spread: Tensor) -> Tensor:
    return torch.cat((joints, spread[..., None]), dim=-1)


def _known(track: Track, own_3d: bool) -> Window:
    """(T, 17, 2) keypoints, (T, 17) scores, 0 where a joint is missing, (T, 17, 3) own 3D."""
    require_joints("temporal", track.skeleton, _LIMBS)
    keypoints = map_joints(track.keypoints, track.skeleton, COCO17)
    scores = map_scores(track.keypoint_scores, track.skeleton, COCO17)
    seen = np.isfinite(keypoints).all(axis=-1) & track.present[:, None]
    own = np.full((len(track), len(H36M17.joints), 3), np.nan, np.float32)
    if own_3d and track.keypoints_3d is not None:
        own = map_joints(track.keypoints_3d, track.skeleton, H36M17)
    return keypoints, np.where(seen, calibrated(scores, track.score_threshold), 0), own


def _pose(track: Track, stays: list[Ints], outputs: Iterator[tuple[Steps, Floats]]) -> Pose3D:
    """Read the lifted steps of each stay at its rows."""
    result = np.full((len(track), len(H36M17.joints), 4), np.nan, np.float32)
    for rows in stays:
        person, steps = next(outputs)
        result[rows] = to_rows(steps, person, track.time_s[rows])
    return _as_pose(track, result)


def _as_pose(track: Track, result: Floats) -> Pose3D:
    """Joints and log spread (T, 17, 4) as a pose."""
    return Pose3D(
        track_id=track.id,
        skeleton=H36M17,
        joints=result[..., :3],
        valid=np.all(np.isfinite(result), axis=(1, 2)),
        joint_sigmas=np.exp(result[..., 3]),
    )
