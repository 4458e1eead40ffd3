"""One LiteRT model with one input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from framework.errors import BackendError, StageError

Shape = tuple[int, ...]
STDERR = 2
GREETING = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU."


class LiteRtModel:
    """A tflite file whose tensors are told apart by their shapes.

    Args:
        path: the file.
        threads: of LiteRT; the answers do not depend on them.
        takes: shape of the input, float32.
        gives: shapes of the outputs wanted, float32, all different.

    Raises:
        BackendError: the file cannot be opened, or its tensors are others.
    """

    def __init__(self, path: Path, threads: int, takes: Shape, gives: tuple[Shape, ...]) -> None:
        try:
            with _without_greeting():
                self._interpreter = Interpreter(str(path), num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BackendError(
                f"{path} cannot be opened as a LiteRT model: {error}",
                "Remove the file; it is fetched again when it is next needed.",
            ) from error
        inputs = _by_shape(self._interpreter.get_input_details())
        outputs = _by_shape(self._interpreter.get_output_details())
        if list(inputs) != [takes] or not set(gives) <= set(outputs):
            raise BackendError(
                f"{path} maps {[*inputs]} to {[*outputs]}, expected {takes} to {[*gives]}",
                "This is another model; put the file in place that its name promises.",
            )
        self._path = path
        self._input = inputs[takes]
        self._outputs = [outputs[shape] for shape in gives]

    def __call__(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the model once; the outputs come in the order of ``gives``."""
        try:
            self._interpreter.set_tensor(self._input, tensor)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise StageError(f"LiteRT failed with {self._path.name}: {error}") from error
        return [self._interpreter.get_tensor(index) for index in self._outputs]


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Keep LiteRT's greeting off the error output; all else written meanwhile is passed on.

    LiteRT writes it past Python, and offers no setting against it.
    """
    with TemporaryFile() as written:
        screen = os.dup(STDERR)
        os.dup2(written.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(screen, STDERR)
            os.close(screen)
            written.seek(0)
            os.write(STDERR, b"".join(line for line in written if GREETING not in line))


def _by_shape(details: list[dict[str, object]]) -> dict[Shape, int]:
    return {tuple(map(int, tensor["shape"])): tensor["index"] for tensor in details}  # type: ignore
