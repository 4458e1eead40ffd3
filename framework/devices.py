"""Which device PyTorch computes on; the one place that asks for a GPU."""

from __future__ import annotations

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
            "Leave device out to use what is there; the summary says which device that was.",
        )
    return "cpu"
