"""What native code writes to file descriptor 2 is held back or passed on."""

import os

import pytest

from framework.plugins.detector._inference.stderr import stderr_without


def write(text: bytes) -> None:
    os.write(2, text)


def test_lines_with_the_unwanted_text_are_dropped_and_the_others_come_afterwards(capfd):
    with stderr_without(b"greeting"):
        write(b"a greeting\nan error\n")
        assert capfd.readouterr().err == ""
    write(b"later\n")
    assert capfd.readouterr().err == "an error\nlater\n"


def test_they_are_dropped_also_when_the_block_fails(capfd):
    with pytest.raises(ValueError, match="failed"), stderr_without(b"greeting"):
        write(b"a greeting\nan error\n")
        raise ValueError("failed")
    assert capfd.readouterr().err == "an error\n"


def test_without_a_text_everything_is_dropped_unless_the_block_fails(capfd):
    with stderr_without():
        write(b"log\n")
    assert capfd.readouterr().err == ""
    with pytest.raises(ValueError, match="failed"), stderr_without():
        write(b"why\n")
        raise ValueError("failed")
    assert capfd.readouterr().err == "why\n"
