"""The end of a command: what is printed, and which exit code follows."""

import os
import signal
import subprocess
import sys

import pytest
from omegaconf import OmegaConf

from framework.commands import exit_code_of
from framework.errors import InputError


@pytest.fixture(autouse=True)
def handlers():
    """Restore the signal handlers, which a command sets for its process."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def ending(error):
    def work(arguments):
        raise error

    return work


def test_a_command_that_succeeds_returns_its_code_and_gets_its_arguments(capsys):
    assert exit_code_of(len, ["a", "b"]) == 2
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("no file", "Check it."), 3, "error: no file\n  Check it.\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (
            ZeroDivisionError("oh"),
            5,
            "error: unexpected ZeroDivisionError: oh\n  This is a mistake",
        ),
        (PermissionError(13, "Permission denied", "out"), 5, "error: Permission denied: 'out'\n"),
    ],
)
def test_an_error_is_printed_once_and_becomes_a_code(capsys, error, code, said):
    assert exit_code_of(ending(error), [], "stopped") == code
    assert capsys.readouterr().err.startswith(said)


def test_an_error_of_omegaconf_is_a_configuration_error(capsys):
    def work(arguments):
        return OmegaConf.create({"threads": "${missing}"}).threads

    assert exit_code_of(work, ["thread=2"]) == 2
    assert "did you mean 'threads'?" in capsys.readouterr().err


def test_debug_shows_the_traceback(capsys):
    assert exit_code_of(ending(InputError("no file")), ["Debug=TRUE"]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_a_command_like_ctrl_c(capsys, name):
    def work(arguments):
        os.kill(os.getpid(), signal.Signals[name])
        signal.pause()

    assert exit_code_of(work, [], "stopped") == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_second_signal_does_not_disturb_the_cleaning_up(capsys):
    cleaned = []

    def work(arguments):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned.append(True)

    assert exit_code_of(work, []) == 130
    assert cleaned == [True]


def test_a_reader_that_ends_early_is_no_error():
    code = (
        "from framework.commands import exit_code_of\n"
        "def work(arguments):\n"
        "    for _ in range(100000): print('line', flush=True)\n"
        "raise SystemExit(exit_code_of(work, []))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
