"""Checks of the contract that all stages share."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from omegaconf import OmegaConf

from framework.testing.arrays import arrays, difference, freeze
from framework.testing.check import Subject, expect


def settings_have_defaults_and_help(subject: Subject[Any]) -> None:
    """A config is a frozen dataclass that Hydra understands. Each field has a default.

    Inherit `framework.options.Options`; write ``name: float = option(0.5, "what it is, unit")``.
    """
    config = subject.item.entry.config
    expect(is_dataclass(config), f"{config.__name__} is no dataclass")
    expect(config.__dataclass_params__.frozen, f"{config.__name__} is not frozen")
    for option in fields(config):
        has_default = not option.default is option.default_factory is MISSING
        expect(has_default, f"{config.__name__}.{option.name} has no default")
        expect(option.metadata.get("help"), f"{config.__name__}.{option.name} has no help")
    OmegaConf.structured(config)


def says_where_it_runs(subject: Subject[Any]) -> None:
    """``device`` is "cpu" or "cuda": where the work is really done, not what was asked for."""
    device = subject.create().device
    expect(device in ("cpu", "cuda"), f"device is {device!r}")


def same_answer_again(subject: Subject[Any]) -> None:
    """Two objects with the same settings give the same clip the same answer, to the last bit.

    Give every random generator a seed that does not change.
    """
    first, second = (subject.played(subject.sample()) for _ in range(2))
    apart = difference(first, second)
    expect(not apart, f"two answers to one clip differ in {apart}")


def start_forgets_the_last_clip(subject: Subject[Any]) -> None:
    """After ``start(video)`` an object answers as if the clip were its first.

    Reset everything that belongs to a clip in ``start``.
    """
    fresh = subject.played(subject.sample(rows=12, people=1))
    with subject.ready(subject.sample().video) as stage:
        subject.play(stage, subject.sample())
        sample = subject.sample(rows=12, people=1)
        stage.start(sample.video)
        apart = difference(fresh, subject.play(stage, sample))
    expect(not apart, f"a second clip was answered otherwise than by a new object, in {apart}")


def can_be_opened_twice(subject: Subject[Any]) -> None:
    """An object may be used as a context manager again after it was closed.

    Open models in ``__enter__`` and free them in ``__exit__``, not in the constructor.
    """
    stage, answers = subject.create(), []
    for _ in range(2):
        sample = subject.sample()
        with stage:
            stage.start(sample.video)
            answers.append(subject.play(stage, sample))
    apart = difference(answers[0], answers[1])
    expect(not apart, f"opened again it answered otherwise, in {apart}")


def leaves_its_input_alone(subject: Subject[Any]) -> None:
    """The arrays that a stage is given are the same afterwards.

    Other stages use them too: copy before you write.
    """
    sample = subject.sample()
    before = freeze(sample)
    with warnings.catch_warnings():
        # Some libraries warn of every array that is read-only, whatever they do with it.
        warnings.simplefilter("ignore")
        try:
            subject.played(sample)
        except ValueError as error:
            expect("read-only" not in str(error), "an array of the input was written to")
            raise
    changed = [path for path, part in arrays(sample).items() if difference(before[path], part)]
    expect(not changed, f"changed: {', '.join(changed)}")


def answers_can_be_pickled(subject: Subject[Any]) -> None:
    """What a stage returns goes to other processes: it survives pickle unchanged.

    Return the types of `framework.types` themselves, with plain NumPy arrays.
    """
    answer = subject.played(subject.sample(rows=12))
    try:
        again = pickle.loads(pickle.dumps(answer))  # noqa: S301  (our own bytes)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        expect(False, f"it cannot be pickled: {error}")
    apart = difference(answer, again)
    expect(not apart, f"pickle changed {apart}")


CHECKS = (
    settings_have_defaults_and_help,
    says_where_it_runs,
    same_answer_again,
    start_forgets_the_last_clip,
    can_be_opened_twice,
    leaves_its_input_alone,
    answers_can_be_pickled,
)
KEPT = (answers_can_be_pickled,)
"""Only for stages whose answers are data."""
