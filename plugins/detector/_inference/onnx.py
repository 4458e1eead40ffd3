"""ONNX files run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from framework.errors import BackendError, StageError
from framework.stages import Runtime

Tensor = NDArray[Any]

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


class OnnxModel:
    """An opened ONNX file.

    Args:
        path: the file.
        runtime: device, and threads of one `run`.
        content: the model itself where ``path`` is only what it was made from.

    Attributes:
        device: where it really runs, "cpu" or "cuda".
        takes: shapes of the inputs by name; a variable length is a name or None.
        gives: shapes of the outputs by name.

    Raises:
        BackendError: the file cannot be opened, or a GPU is demanded that cannot be used.
    """

    def __init__(self, path: Path, runtime: Runtime, content: bytes | None = None) -> None:
        if not path.is_file():
            raise BackendError(f"there is no file {path}", "Check the path.")
        self._path = path
        try:
            self._session = onnxruntime.InferenceSession(
                str(path) if content is None else content,
                _options(runtime.threads),
                providers=_providers(runtime.device),
            )
        except BackendError:
            raise
        except Exception as error:  # ONNX Runtime's own exceptions share no base class
            raise BackendError(
                f"{path} cannot be opened as an ONNX model: {str(error).splitlines()[0]}",
                "Give an ONNX file; fetch it again if it was cut off or is a web page.",
            ) from error
        # ONNX Runtime falls back to the CPU silently, so the session is asked.
        self.device = "cuda" if _CUDA in self._session.get_providers() else "cpu"
        self.takes = {tensor.name: tensor.shape for tensor in self._session.get_inputs()}
        self.gives = {tensor.name: tensor.shape for tensor in self._session.get_outputs()}

    def run(self, feed: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run the model once and return its outputs by name; several threads may call it at once.

        Raises:
            StageError: inference failed.
        """
        try:
            outputs = self._session.run(None, dict(feed))
        except Exception as error:  # as above
            shapes = [np.shape(tensor) for tensor in feed.values()]
            raise StageError(f"{self._path.name} failed on input {shapes}: {error}") from error
        return dict(zip(self.gives, outputs, strict=True))


class OnnxBatches:
    """An ONNX file that takes any number of images, run in the fastest way.

    On a GPU the whole batch is one run. On a CPU every image is a run of its own, as many side by
    side as there are threads: measured with networks of RTMPose's size, batches gained nothing,
    and one run on two threads took twice as long as two runs of one thread. Only a single image
    gets all threads. So on a CPU a result does not depend on what else is in the batch.

    Args:
        path: the file; it has one input.
        runtime: device and threads.
        content: see `OnnxModel`.

    Attributes:
        device: where it really runs, "cpu" or "cuda".
        takes: shape of the input.
        gives: shapes of the outputs by name.

    Raises:
        BackendError: see `OnnxModel`.
    """

    def __init__(self, path: Path, runtime: Runtime, content: bytes | None = None) -> None:
        self._all_threads = OnnxModel(path, runtime, content)
        self.device, self.gives = self._all_threads.device, self._all_threads.gives
        self._input, self.takes = next(iter(self._all_threads.takes.items()))
        self._one_thread, self._pool = self._all_threads, ThreadPoolExecutor(runtime.threads)
        if self.device == "cpu" and runtime.threads > 1:
            self._one_thread = OnnxModel(path, Runtime(device="cpu", threads=1), content)

    def shapes_for(self, size_wh: tuple[int, int]) -> dict[str, tuple[int, ...]]:
        """Shapes of the outputs by name for one black image: exported graphs leave some open.

        Raises:
            StageError: it takes no image of this size.
        """
        black = np.zeros((1, 3, size_wh[1], size_wh[0]), np.float32)
        return {name: value.shape for name, value in self.run(black).items()}

    def run(self, batch: Tensor) -> dict[str, Tensor]:
        """Return the outputs by name for a batch of at least one.

        Raises:
            StageError: inference failed.
        """
        if self.device == "cuda":
            return self._all_threads.run({self._input: batch})
        outputs = self.run_each(batch)
        return {name: np.concatenate([one[name] for one in outputs]) for name in self.gives}

    def run_each(self, batch: Tensor) -> list[dict[str, Tensor]]:
        """Return the outputs of each image by itself; their lengths may differ.

        Raises:
            StageError: inference failed.
        """
        singles = [{self._input: batch[row : row + 1]} for row in range(len(batch))]
        if len(singles) == 1:
            return [self._all_threads.run(singles[0])]
        return list(self._pool.map(self._one_thread.run, singles))


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Threads that spin while they wait would take the cores from the other model's runtime.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only; users cannot mend what warnings say of a graph
    return options


def _providers(device: str) -> list[str]:
    if device == "cpu":
        return [_CPU]
    if _CUDA in onnxruntime.get_available_providers():
        return [_CUDA, _CPU]
    if device == "cuda":
        raise BackendError(
            "device=cuda, but the installed ONNX Runtime cannot use a GPU",
            "pip uninstall onnxruntime, then pip install onnxruntime-gpu; or leave device out",
        )
    return [_CPU]
