"""The interpolator stage around the Super-SloMo networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import numpy as np
import torch
from torch import Tensor
from typing_extensions import Self

from framework.devices import torch_device
from framework.errors import StageError
from framework.stages import Runtime
from framework.types import Bytes, Floats
from framework.weights import locate

from .._between.between import Between
from .config import SuperSloMoConfig
from .network import SuperSloMo, load_networks
from .published import PUBLISHED
from .synthesis import MEAN, between, flow
from .tiles import padding, tiles


class SuperSloMoFrames(Between):
    """Frames are padded to multiples of 32, and large ones are computed in tiles."""

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
            BackendError: they are missing, broken or of other networks.
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

    def make(self, first: Bytes, second: Bytes, steps: int) -> Bytes:
        """Return (steps - 1, H, W, 3) frames; see `Between.make`.

        Raises:
            StageError: the device has too little memory, or the stage was not entered.
        """
        if self._networks is None:
            raise StageError("interpolator 'super_slomo' has no networks yet", "Use it in `with`.")
        height, width = first.shape[:2]
        below, beside = padding(height, width)
        edges = ((0, below), (0, beside), (0, 0))
        one, two = (np.pad(image, edges, mode="edge") for image in (first, second))
        times = (np.arange(1, steps) / steps).astype(np.float32)
        whole = np.zeros((steps - 1, *one.shape), np.float32)
        with _settings(self._threads):
            for tile in tiles(height + below, width + beside, self._config.tile_px):
                cut = (tile.rows, tile.columns)
                for batch, answer in self._made(self._networks, one[cut], two[cut], times):
                    whole[(batch, *cut)] += tile.weight[..., None] * answer
        shown = np.rint(whole[:, :height, :width] * 255)
        return np.asarray(shown, np.uint8)

    def _made(
        self, networks: SuperSloMo, first: Bytes, second: Bytes, times: Floats
    ) -> Iterator[tuple[slice, Floats]]:
        """Made frames (B, H, W, 3) of one tile, 0..1, in batches."""
        one, two = (to_network(image[None], self.device) for image in (first, second))
        known = flow(networks, one, two)
        size = self._config.batch_size
        for start in range(0, len(times), size):
            batch = slice(start, start + size)
            asked = torch.from_numpy(times[batch]).to(self.device)
            yield batch, from_network(between(networks, one, two, known, asked).frame)


def to_network(images: Bytes, device: str) -> Tensor:
    """(B, H, W, 3) uint8 RGB as (B, 3, H, W) float32 less the mean."""
    tensor = torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2)
    mean = torch.tensor(MEAN, device=device)[:, None, None]
    return tensor.float() / 255 - mean


def from_network(images: Tensor) -> Floats:
    """(B, 3, H, W) less the mean as (B, H, W, 3), 0..1; what is beyond is cut off."""
    mean = images.new_tensor(MEAN)[:, None, None]
    shown: Floats = (images + mean).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return shown


@contextmanager
def _settings(threads: int) -> Iterator[None]:
    """Torch without gradients, with so many threads, and a name for memory that ran out."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            yield
    except torch.cuda.OutOfMemoryError as error:
        raise StageError(
            "interpolator 'super_slomo' ran out of GPU memory",
            "Set a smaller interpolator.batch_size or interpolator.tile_px, or device=cpu.",
        ) from error
    finally:
        torch.set_num_threads(before)
