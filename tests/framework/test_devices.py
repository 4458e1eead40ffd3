"""The device of PyTorch, and a number of threads that does not outlive its use."""

import pytest
import torch

from framework.devices import autocast, torch_device, torch_threads
from framework.errors import BackendError

HAS_GPU = torch.cuda.is_available()


def test_the_cpu_is_always_there():
    assert torch_device("cpu") == "cpu"


def test_auto_takes_the_gpu_where_there_is_one():
    assert torch_device("auto") == ("cuda" if HAS_GPU else "cpu")


@pytest.mark.skipif(HAS_GPU, reason="this machine has a GPU")
def test_a_gpu_that_is_demanded_is_not_replaced():
    with pytest.raises(BackendError, match="device=cuda"):
        torch_device("cuda")


def test_threads_are_as_before_afterwards_also_after_an_error():
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    with pytest.raises(ValueError, match="oh"), torch_threads(before + 2):
        raise ValueError("oh")
    assert torch.get_num_threads() == before


def test_the_cpu_computes_in_bfloat16_only_where_it_has_instructions_for_it():
    known = torch.cpu.get_capabilities()
    with autocast("cpu"):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    has_bfloat16 = any(known.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    assert product.dtype == (torch.bfloat16 if has_bfloat16 else torch.float32)
