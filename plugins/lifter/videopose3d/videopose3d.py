"""Lifting tracks with the temporal convolution network."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import numpy as np
import torch
from torch import Tensor
from typing_extensions import Self

from framework.checkpoints import load_tensors
from framework.devices import torch_device
from framework.errors import ConfigurationError, StageError
from framework.skeletons import H36M17, SKELETONS
from framework.stages import Lifter, Runtime
from framework.types import Floats, Pose3D, Track, VideoInfo

from .._joints import require_joints
from .config import Confidence, VideoPose3DConfig
from .network import Architecture, TemporalNetwork, build_network
from .published import find_checkpoint
from .sequences import Sequence, Window, batches_of, cut_out, sequence_of, windows_of

logger = logging.getLogger(__name__)


class VideoPose3D(Lifter):
    """2D tracks to H36M-17 poses in metres about the pelvis, camera axes.

    All people are lifted together, in windows that overlap by the network's receptive field.
    """

    def __init__(self, config: VideoPose3DConfig, runtime: Runtime) -> None:
        """Choose the device; weights are read on entering."""
        self._config = config
        self._threads = runtime.threads
        self._skeleton = SKELETONS[config.input_skeleton]
        self._network: TemporalNetwork | None = None
        self._channels, self._field = 2, 1
        self.device = torch_device(runtime.device)

    def __enter__(self) -> Self:
        """Read the weights.

        Raises:
            BackendError: they are missing, broken or of another network.
            ConfigurationError: they want an input that the settings do not give.
        """
        path = find_checkpoint(self._config.checkpoint)
        tensors = load_tensors(path, section="model_pos")
        architecture, network = build_network(tensors, path, causal=self._config.causal)
        self._channels = self._input_channels(architecture, path.name)
        self._field = architecture.receptive_field
        self._network = network.to(self.device)
        logger.debug("%s: %s", path, architecture)
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
        """Return one pose per track, valid in the rows with keypoints.

        Raises:
            ConfigurationError: a track's skeleton lacks a joint that the network reads.
            StageError: the device has too little memory, or the lifter was not entered.
        """
        if self._network is None:
            raise StageError("lifter 'videopose3d' has no network yet", "Use it in a with block.")
        sequences = [self._sequence(track, video) for track in tracks]
        poses = [
            np.full((len(track), len(H36M17.joints), 3), np.nan, np.float32) for track in tracks
        ]
        windows = windows_of(sequences, self._config.chunk_frames)
        with _settings(self._threads):
            for batch in batches_of(windows, self._config.batch_size):
                answers = self._answer(self._network, sequences, batch)
                for window, answer in zip(batch, answers.cpu().numpy(), strict=True):
                    poses[window.sequence][window.start : window.stop] = answer
        return [
            _pose(track, sequence, joints)
            for track, sequence, joints in zip(tracks, sequences, poses, strict=True)
        ]

    def _sequence(self, track: Track, video: VideoInfo) -> Sequence:
        require_joints("videopose3d", track.skeleton, self._skeleton)
        return sequence_of(
            track,
            self._skeleton,
            video.size_wh,
            channels=self._channels,
            scores=self._config.confidence is Confidence.detector,
        )

    def _answer(
        self, network: TemporalNetwork, sequences: list[Sequence], batch: list[Window]
    ) -> Tensor:
        """(B, rows, 17, 3) for windows of one length."""
        context = self._field - 1
        before = context if self._config.causal else context // 2
        cuts = [
            cut_out(sequences[window.sequence], window, before, context - before)
            for window in batch
        ]
        frames = torch.from_numpy(np.stack(cuts)).to(self.device)
        if not self._config.flip:
            return network.forward(frames.flatten(2))
        both = torch.cat([frames, _mirrored(frames, self._skeleton.mirror)])
        plain, mirrored = network.forward(both.flatten(2)).chunk(2)
        return (plain + _mirrored(mirrored, H36M17.mirror)) / 2

    def _input_channels(self, architecture: Architecture, name: str) -> int:
        """2 or 3, after a check that the network reads and answers what it is meant to."""
        joints = len(self._skeleton.joints)
        channels, rest = divmod(architecture.in_features, joints)
        if architecture.out_joints != len(H36M17.joints) or rest or channels not in (2, 3):
            raise ConfigurationError(
                f"{name} reads {architecture.in_features} values a frame and answers "
                f"{architecture.out_joints} joints; lifter.input_skeleton={self._skeleton.name} "
                f"has {joints} joints of 2 or 3 values, and the answer must be H36M's 17",
                "Choose another lifter.checkpoint or lifter.input_skeleton.",
            )
        if channels == 3 and self._config.confidence is Confidence.refuse:
            raise ConfigurationError(
                f"{name} wants a confidence with every joint, as Detectron's softmax gives it "
                "(0.005 on average); other detectors' scores are 20 to 200 times larger",
                "Use pretrained_h36m_detectron_coco.bin, which reads x and y only; or set "
                "lifter.confidence=constant, or =detector where the 2D is Detectron's.",
            )
        return channels


def _mirrored(poses: Tensor, partners: tuple[int, ...]) -> Tensor:
    """Poses (..., J, D) of the same people in a mirror: x negated, left and right exchanged."""
    mirrored = poses[..., list(partners), :].clone()
    mirrored[..., 0].neg_()
    return mirrored


def _pose(track: Track, sequence: Sequence, joints: Floats) -> Pose3D:
    # The network's own root is near zero, but a free output.
    joints -= joints[:, H36M17.root, None].copy()
    joints[~sequence.present] = np.nan
    return Pose3D(track_id=track.id, skeleton=H36M17, joints=joints, valid=sequence.present)


@contextmanager
def _settings(threads: int) -> Iterator[None]:
    """Torch for lifting: no gradients, so many threads, whole float32 also in convolutions."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            yield
    except torch.cuda.OutOfMemoryError as error:
        raise StageError(
            "lifter 'videopose3d' ran out of GPU memory",
            "Set a smaller lifter.chunk_frames or lifter.batch_size, or device=cpu.",
        ) from error
    finally:
        torch.set_num_threads(before)
