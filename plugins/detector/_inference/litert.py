"""A LiteRT (TensorFlow Lite) model with one input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from framework.errors import BackendError, StageError

from .pruning import only_outputs
from .stderr import stderr_without

TensorShape = tuple[int, ...]
_GREETING = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU."


class LiteRtModel:
    """A tflite file whose tensors are identified by their shapes.

    Tensor names are not used: they differ between exports of the same network.

    Args:
        path: the file.
        threads: threads of LiteRT; the outputs do not depend on them.
        takes: shape of the input, float32.
        gives: shapes of the outputs wanted, float32, all different.

    Raises:
        BackendError: the file cannot be opened, or its tensors have other shapes.
    """

    def __init__(
        self, path: Path, threads: int, takes: TensorShape, gives: tuple[TensorShape, ...]
    ) -> None:
        try:
            with stderr_without(_GREETING):
                self._interpreter = _opened(path, threads, set(gives))
        except (ValueError, RuntimeError) as error:
            raise BackendError(
                f"{path} cannot be opened as a LiteRT model: {error}",
                "Remove the file; it is fetched again when it is next needed.",
            ) from error
        inputs = _index_by_shape(self._interpreter.get_input_details())
        outputs = _index_by_shape(self._interpreter.get_output_details())
        if list(inputs) != [takes] or not set(gives) <= set(outputs):
            raise BackendError(
                f"{path} maps {[*inputs]} to {[*outputs]}, expected {takes} to {[*gives]}",
                "This is another model; replace it by the one that its file name promises.",
            )
        self._path = path
        self._input = inputs[takes]
        self._outputs = [outputs[shape] for shape in gives]

    def __call__(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the model once and return its outputs in the order of ``gives``.

        Raises:
            StageError: inference failed.
        """
        try:
            self._interpreter.set_tensor(self._input, tensor)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise StageError(f"LiteRT failed with {self._path.name}: {error}") from error
        # get_tensor copies; the interpreter overwrites its own buffers with the next run.
        return [self._interpreter.get_tensor(index) for index in self._outputs]


def _opened(path: Path, threads: int, gives: set[TensorShape]) -> Interpreter:
    whole = Interpreter(str(path), num_threads=threads)
    found = {tuple(map(int, tensor["shape"])) for tensor in whole.get_output_details()}
    content = only_outputs(path, gives) if gives < found else None
    chosen = whole if content is None else Interpreter(model_content=content, num_threads=threads)
    chosen.allocate_tensors()
    return chosen


def _index_by_shape(details: list[dict[str, object]]) -> dict[TensorShape, int]:
    return {tuple(map(int, tensor["shape"])): tensor["index"] for tensor in details}  # type: ignore
