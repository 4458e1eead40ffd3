"""Errors: text, hint and exit code."""

import pickle

import pytest

from framework.errors import (
    BackendError,
    ConfigurationError,
    FrameworkError,
    InputError,
    StageError,
    os_error_in_words,
)


@pytest.mark.parametrize(
    ("kind", "code"), [(ConfigurationError, 2), (InputError, 3), (BackendError, 4), (StageError, 5)]
)
def test_every_kind_has_its_exit_code(kind, code):
    assert kind("x").exit_code == code
    assert issubclass(kind, FrameworkError)


def test_the_hint_stands_below_the_message():
    assert str(InputError("no file", "Check the path.")) == "no file\n  Check the path."
    assert str(InputError("no file")) == "no file"


def test_an_error_survives_the_way_from_another_process():
    again = pickle.loads(pickle.dumps(StageError("it failed", "Try again.")))  # noqa: S301
    assert (again.message, again.hint, again.exit_code) == ("it failed", "Try again.", 5)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(2, "No such file", "a b"), "No such file: 'a b'"),
        (OSError(28, "No space"), "No space"),
        (OSError("odd"), "odd"),
    ],
)
def test_errors_of_the_system_in_words(error, words):
    assert os_error_in_words(error) == words
