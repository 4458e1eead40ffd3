"""What an evaluation found: sections of candidates that are compared on the same joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from framework.errors import InputError
from framework.lab.evaluation.candidates import Candidate
from framework.lab.evaluation.measures import Measures, by_action, by_joint, measure, shared_joints

_MIN_JOINTS = 3
"""Fewer joints can be laid over any others by a similarity transform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The measures of one candidate; None when it could not run."""

    name: str
    problem: str = ""
    measures: Measures | None = None
    joints: dict[str, dict[str, float]] = field(default_factory=dict)
    actions: dict[str, Measures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Candidates under one condition, compared on the same joints."""

    name: str
    joints: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that an evaluation found; its field names are the keys of ``evaluation.json``."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


def section(name: str, candidates: Sequence[Candidate], wanted: Sequence[str]) -> Section:
    """Measure candidates on the joints that the truth and all of them have.

    Raises:
        InputError: no person of the truth was found, or fewer than three joints are shared.
    """
    everything = [pair for candidate in candidates for pair in candidate.pairs]
    if not everything:
        raise InputError(
            "no person of the truth was found in the video", "Check the result of a run on it."
        )
    joints = shared_joints(everything, wanted)
    if len(joints) < _MIN_JOINTS:
        raise InputError(
            f"truth and predictions share only {len(joints)} of the joints {', '.join(wanted)}",
            "Check the names of the truth's joints.",
        )
    rows = tuple(_row(candidate, joints) for candidate in candidates)
    return Section(name=name, joints=tuple(joints), rows=rows)


def _row(candidate: Candidate, joints: Sequence[str]) -> Row:
    if not candidate.pairs:
        problem = candidate.problem or "found no person of the truth"
        return Row(name=candidate.name, problem=problem)
    actions = by_action(candidate.pairs, joints)
    return Row(
        name=candidate.name,
        measures=measure(candidate.pairs, joints),
        joints=by_joint(candidate.pairs, joints),
        actions=actions if len(actions) > 1 else {},
    )
