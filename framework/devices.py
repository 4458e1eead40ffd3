"""Which device PyTorch computes on and with how many threads; the one place that asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from framework.errors import BackendError


def torch_device(wanted: str) -> str:
    """Return "cpu" or "cuda" for what a run granted (`framework.stages.Runtime.device`).

    Args:
        wanted: "cpu", "cuda", or "auto": the GPU if there is one.

    Raises:
        BackendError: a GPU is demanded and PyTorch can use none.
    """
    if wanted == "cpu":
        return "cpu"
    import torch  # heavy, and not needed to compute on the CPU without it

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise BackendError(
            "device=cuda, but PyTorch finds no GPU that it can use",
            "Leave device out to use what is available; the summary shows which device that was.",
        )
    return "cpu"


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let PyTorch compute with ``count`` threads within, and with as many as before afterwards.

    The number belongs to the process, so a stage that left it changed would slow down, or
    oversubscribe, what computes next.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
