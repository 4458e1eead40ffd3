"""Which device PyTorch computes on and with how many threads; the one place that asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from framework.errors import BackendError

_FOR_BFLOAT16 = ("amx_bf16", "avx512_bf16", "bf16")
"""Names of PyTorch for the instructions of x86 (two) and Arm."""


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


def autocast(device: str) -> AbstractContextManager[object]:
    """Compute in bfloat16 within where the hardware does so faster than in float32.

    CPUs without instructions for bfloat16 convert each number: on one with AVX2 alone a matrix
    product took 70 times as long as in float32.

    Args:
        device: of the network: "cpu", "cuda" or "cuda:1".
    """
    import torch

    kind = torch.device(device).type
    known = torch.cpu.get_capabilities() if kind == "cpu" else {}
    fast = kind != "cpu" or any(known.get(name, False) for name in _FOR_BFLOAT16)
    # bfloat16 has the exponents of float32, so a loss need not be scaled as for float16.
    return torch.autocast(kind, torch.bfloat16, enabled=fast)


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
