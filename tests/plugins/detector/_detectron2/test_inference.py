"""Errors and log lines of detectron2 while it computes, without detectron2."""

import logging

import pytest
import torch

from framework.errors import StageError
from framework.plugins.detector._detectron2.inference import inference, quiet


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "ran out of memory"),
        (torch.cuda.OutOfMemoryError("no memory"), "ran out of memory"),
        (AssertionError(), "one of its own checks: it does not say which"),
        (AssertionError("boxes"), "one of its own checks: boxes"),
        (RuntimeError("sizes differ"), "detectron2 failed: sizes differ"),
    ],
)
def test_its_errors_are_ours(error, message):
    with pytest.raises(StageError, match=message), inference(1):
        raise error


def test_threads_and_gradients_are_as_before_afterwards():
    before = torch.get_num_threads()
    with inference(before + 1):
        assert torch.get_num_threads() == before + 1
        assert torch.is_inference_mode_enabled()
    assert torch.get_num_threads() == before
    assert not torch.is_inference_mode_enabled()


def test_a_log_is_silent_within_and_speaks_again(caplog):
    log = logging.getLogger("detectron2_test.part")
    with quiet("detectron2_test"):
        log.error("within")
    log.error("after")
    assert caplog.messages == ["after"]
