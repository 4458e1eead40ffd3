"""The interpolator stage around the networks of Super-SloMo (Jiang et al., CVPR 2018)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import numpy as np
import torch
from torch import Tensor
from typing_extensions import Self

from framework.devices import torch_device, torch_threads
from framework.errors import StageError
from framework.stages import Runtime, opened
from framework.types import Bytes, Floats
from framework.weights import locate

from .._pairwise.pairwise import PairwiseInterpolator
from .config import SuperSloMoConfig
from .network import SuperSloMo, load_networks
from .published import PUBLISHED
from .synthesis import MEAN, estimate_flow, synthesize
from .tiles import padding, split_into_tiles


class SuperSloMoInterpolator(PairwiseInterpolator):
    """Pads frames to multiples of 32, and computes large ones in tiles."""

    def __init__(self, config: SuperSloMoConfig, runtime: Runtime) -> None:
        """Choose the device; weights are read on entering."""
        super().__init__(config)
        self._config = config
        self._threads = runtime.threads
        self._networks: SuperSloMo | None = None
        self.device = torch_device(runtime.device)

    def __enter__(self) -> Self:
        """Read the weights.

        Raises:
            BackendError: the file is missing, broken or of other networks.
        """
        path = locate(PUBLISHED, self._config.checkpoint)
        self._networks = load_networks(path).to(self.device)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the networks."""
        self._networks = None

    def interpolate(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return (steps - 1, H, W, 3) frames; see `PairwiseInterpolator.interpolate`.

        Raises:
            StageError: the GPU has too little memory, or the stage was not opened.
        """
        networks = opened(self._networks, "interpolator 'super_slomo'")
        height, width = first.shape[:2]
        below, beside = padding(height, width)
        edges = ((0, below), (0, beside), (0, 0))
        one, two = (np.pad(image, edges, mode="edge") for image in (first, second))
        times = (np.arange(1, steps) / steps).astype(np.float32)
        frames = np.zeros((steps - 1, *one.shape), np.float32)
        with torch_threads(self._threads), _inference():
            for tile in split_into_tiles(height + below, width + beside, self._config.tile_px):
                part = (tile.rows, tile.columns)
                for batch, computed in self._computed(networks, one[part], two[part], times):
                    frames[(batch, *part)] += tile.weight[..., None] * computed
        # The padding lies below and on the right, so it is cut off there.
        rounded = np.rint(frames[:, :height, :width] * 255)
        return np.asarray(rounded, np.uint8)

    def _computed(
        self, networks: SuperSloMo, first: Bytes, second: Bytes, times: Floats
    ) -> Iterator[tuple[slice, Floats]]:
        """Interpolated frames (B, H, W, 3) of one tile, 0..1, in batches."""
        one, two = (to_network(image[None], self.device) for image in (first, second))
        # The flow is the same for all times, so it is computed once.
        flow = estimate_flow(networks, one, two)
        size = self._config.batch_size
        for start in range(0, len(times), size):
            batch = slice(start, start + size)
            wanted = torch.from_numpy(times[batch]).to(self.device)
            yield batch, from_network(synthesize(networks, one, two, flow, wanted).frame)


def to_network(images: Bytes, device: str) -> Tensor:
    """Turn (B, H, W, 3) uint8 RGB into (B, 3, H, W) float32, 0..1, less the mean."""
    tensor = torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2)
    mean = torch.tensor(MEAN, device=device)[:, None, None]
    return tensor.float() / 255 - mean


def from_network(images: Tensor) -> Floats:
    """Turn (B, 3, H, W) less the mean into (B, H, W, 3), clipped to 0..1.

    Without clipping, a value just above 1 would become black as a byte.
    """
    mean = images.new_tensor(MEAN)[:, None, None]
    clipped: Floats = (images + mean).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return clipped


@contextmanager
def _inference() -> Iterator[None]:
    """Compute without gradients, and explain an error of GPU memory."""
    try:
        with torch.inference_mode():
            yield
    except torch.cuda.OutOfMemoryError as error:
        raise StageError(
            "interpolator 'super_slomo' ran out of GPU memory",
            "Set a smaller interpolator.batch_size or interpolator.tile_px, or device=cpu.",
        ) from error
