"""Lifting tracks with the temporal convolutional network of VideoPose3D."""

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
from framework.devices import torch_device, torch_threads
from framework.errors import ConfigurationError, StageError
from framework.skeletons import H36M17, SKELETONS
from framework.stages import Lifter, Runtime, opened
from framework.types import Bools, Floats, Pose3D, Track, VideoInfo

from .._joints import require_joints
from .config import Confidence, VideoPose3DConfig
from .network import VideoPose3DArchitecture, VideoPose3DNetwork, build_network
from .published import find_checkpoint
from .sequences import NetworkInput, Window, batches_of, network_input, windows_of, with_context

logger = logging.getLogger(__name__)


class VideoPose3D(Lifter):
    """2D tracks to H36M-17 poses in metres relative to the pelvis, camera axes.

    All people are lifted together, in windows that overlap by the network's receptive field, so
    that neither batches nor windows change the result.
    """

    def __init__(self, config: VideoPose3DConfig, runtime: Runtime) -> None:
        """Choose the device; `__enter__` reads the weights."""
        self._config = config
        self._threads = runtime.threads
        self._skeleton = SKELETONS[config.input_skeleton]
        self._network: VideoPose3DNetwork | None = None
        self._channels, self._field = 2, 1
        self.device = torch_device(runtime.device)

    def __enter__(self) -> Self:
        """Read the weights.

        Raises:
            BackendError: they are missing, broken or of another network.
            ConfigurationError: the options do not fit the network's input.
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
            StageError: the device has too little memory, or the lifter is not open.
        """
        network = opened(self._network, "lifter 'videopose3d'")
        inputs = [self._input(track, video) for track in tracks]
        poses = [
            np.full((len(track), len(H36M17.joints), 3), np.nan, np.float32) for track in tracks
        ]
        windows = windows_of(inputs, self._config.chunk_frames)
        with _inference(self._threads):
            for batch in batches_of(windows, self._config.batch_size):
                lifted = self._lift_batch(network, inputs, batch)
                for window, joints in zip(batch, lifted.cpu().numpy(), strict=True):
                    poses[window.track][window.start : window.stop] = joints
        return [
            _pose(track, values.present, joints)
            for track, values, joints in zip(tracks, inputs, poses, strict=True)
        ]

    def _input(self, track: Track, video: VideoInfo) -> NetworkInput:
        require_joints("videopose3d", track.skeleton, self._skeleton)
        return network_input(
            track,
            self._skeleton,
            video.size_wh,
            channels=self._channels,
            scores=self._config.confidence is Confidence.detector,
        )

    def _lift_batch(
        self, network: VideoPose3DNetwork, inputs: list[NetworkInput], batch: list[Window]
    ) -> Tensor:
        """(B, rows, 17, 3) joints of windows of one length."""
        # As many rows beside the window as its first and last output depend on.
        context = self._field - 1
        before = context if self._config.causal else context // 2
        cuts = [
            with_context(inputs[window.track], window, before, context - before) for window in batch
        ]
        # (B, rows + field - 1, J, D); the network takes J * D values, joint by joint.
        frames = torch.from_numpy(np.stack(cuts)).to(self.device)
        if not self._config.flip:
            return network.forward(frames.flatten(2))
        # Flip test-time augmentation: one batch with both.
        both = torch.cat([frames, _mirrored(frames, self._skeleton.mirror)])
        plain, mirrored = network.forward(both.flatten(2)).chunk(2)
        return (plain + _mirrored(mirrored, H36M17.mirror)) / 2

    def _input_channels(self, architecture: VideoPose3DArchitecture, name: str) -> int:
        """Check that the network has the joints of the options; return 2 or 3.

        Raises:
            ConfigurationError: it has others, or needs a confidence that is not chosen.
        """
        joints = len(self._skeleton.joints)
        channels, rest = divmod(architecture.in_features, joints)
        if architecture.out_joints != len(H36M17.joints) or rest or channels not in (2, 3):
            raise ConfigurationError(
                f"{name} has {architecture.in_features} input values per frame and outputs "
                f"{architecture.out_joints} joints; lifter.input_skeleton={self._skeleton.name} "
                f"has {joints} joints of 2 or 3 values, and the output must be the 17 of H36M",
                "Choose another lifter.checkpoint or lifter.input_skeleton.",
            )
        if channels == 3 and self._config.confidence is Confidence.refuse:
            raise ConfigurationError(
                f"{name} needs a confidence with every joint, as Detectron's softmax gives it "
                "(0.005 on average); other detectors' scores are 20 to 200 times larger",
                "Use pretrained_h36m_detectron_coco.bin, which needs x and y only; or set "
                "lifter.confidence=constant, or =detector where the 2D is Detectron's.",
            )
        return channels


def _mirrored(poses: Tensor, partners: tuple[int, ...]) -> Tensor:
    """Poses (..., J, D) mirrored: x negated, left and right joints swapped."""
    mirrored = poses[..., list(partners), :].clone()
    mirrored[..., 0].neg_()
    return mirrored


def _pose(track: Track, present: Bools, joints: Floats) -> Pose3D:
    # The network's output of the root is near zero, not zero.
    joints -= joints[:, H36M17.root, None].copy()
    joints[~present] = np.nan
    return Pose3D(track_id=track.id, skeleton=H36M17, joints=joints, valid=present)


@contextmanager
def _inference(threads: int) -> Iterator[None]:
    """PyTorch for inference: no gradients, a number of threads, no TensorFloat-32.

    TF32 has 10 bits of mantissa; it would move joints by millimetres between CPU and GPU.
    """
    full_precision = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    try:
        with torch_threads(threads), torch.inference_mode(), full_precision:
            yield
    except torch.cuda.OutOfMemoryError as error:
        raise StageError(
            "lifter 'videopose3d' ran out of GPU memory",
            "Set a smaller lifter.chunk_frames or lifter.batch_size, or device=cpu.",
        ) from error
