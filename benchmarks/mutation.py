"""Mutation testing: the share of small changes of the code that its tests notice.

Each mutant changes one operator, number or condition of one source file (operators of cosmic-ray).
It is killed if its own tests fail (``tests/<same path>/test_<module>.py``), or else all tests of
that folder. Mutants that differ in annotations only are left out. Every mutant is tested in a
forked process that has the libraries imported already, so that hundreds take minutes.

Run: python benchmarks/mutation.py [most=N] FILE.py ... (needs pip install cosmic-ray; Linux, macOS)
With most=N only N mutants of each file are tested, chosen at random with a fixed seed.
"""

from __future__ import annotations

import ast
import os
import random
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from itertools import count
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest
import scipy.interpolate
import scipy.optimize
import scipy.sparse.csgraph
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

import framework.config
import framework.lab.sample.crowds

IMPORTED = (hypothesis, np, scipy.interpolate, scipy.optimize, scipy.sparse.csgraph, framework)
"""Imported before the fork, so that no mutant waits for them."""
PATIENCE_S = 120
"""A mutant whose tests take longer runs without end and counts as killed."""
WORKERS = 2
SWAPPED = [
    ("BinaryOperator", "Add Sub", "Sub Add", "Mul Div", "Div Mul", "Pow Mul", "FloorDiv Mul"),
    ("BinaryOperator", "BitAnd BitOr", "BitOr BitAnd", "Mod Mul"),
    ("ComparisonOperator", "Lt LtE", "LtE Lt", "Gt GtE", "GtE Gt", "Lt GtE", "GtE Lt", "Gt LtE"),
    ("ComparisonOperator", "LtE Gt", "Eq NotEq", "NotEq Eq", "Is IsNot", "IsNot Is"),
]
OPERATORS = [
    *(f"Replace{kind}_{pair.replace(' ', '_')}" for kind, *pairs in SWAPPED for pair in pairs),
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Invert",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "AddNot",
    "ZeroIterationForLoop",
    "NumberReplacer",
]
SLOW = "take_less_than"
"""Part of the names of tests that measure time, which a busy machine fails."""


class Mutant(NamedTuple):
    """A changed source file."""

    path: Path
    line: int
    operator: str
    source: str


def main() -> None:
    """Print the survivors and the score of each file."""
    total = killed = 0
    most = next((int(part[5:]) for part in sys.argv if part.startswith("most=")), None)
    for path in (Path(part) for part in sys.argv[1:] if part.endswith(".py")):
        if is_killed(Mutant(path, 1, "", path.read_text(encoding="utf-8"))):
            raise SystemExit(f"the tests of {path} fail without a change")
        mutants = list(mutants_of(path))
        if most is not None and most < len(mutants):
            mutants = random.Random(0).sample(mutants, most)
        with ThreadPoolExecutor(WORKERS) as pool:
            dead = list(pool.map(is_killed, mutants))
        for mutant in (m for m, is_dead in zip(mutants, dead, strict=True) if not is_dead):
            line = mutant.source.splitlines()[mutant.line - 1].strip()
            print(f"  survived {path}:{mutant.line} {mutant.operator}: {line}", flush=True)
        print(f"{path}: {sum(dead)} of {len(dead)} killed", flush=True)
        total, killed = total + len(dead), killed + sum(dead)
    print(f"all: {killed} of {total} killed, {killed / max(total, 1):.0%}")


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file once."""
    source = path.read_text(encoding="utf-8")
    seen = {meaning(source)}
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence in count():
            changed = mutate_code(source, operator, occurrence)
            if changed is None:
                break
            if (what := meaning(changed)) not in seen:
                seen.add(what)
                yield Mutant(path, first_difference(source, changed), name, changed)


def meaning(source: str) -> str:
    """The code without annotations and docstrings; equal ones behave alike."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if hasattr(node, name):
                setattr(node, name, ast.Constant(None) if name == "annotation" else None)
    return ast.dump(tree)


def first_difference(before: str, after: str) -> int:
    """Number of the first line that differs."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((number for number, (a, b) in enumerate(pairs, 1) if a != b), 1)


def is_killed(mutant: Mutant) -> bool:
    """Whether the mirrored tests fail, or else those of the folder."""
    folder = Path("tests") / mutant.path.parent
    own = folder / f"test_{mutant.path.stem}.py"
    return fails(mutant, own) or fails(mutant, folder)


def fails(mutant: Mutant, tests: Path) -> bool:
    """Run tests on a mutant in a process of its own."""
    child = os.fork()
    if not child:
        signal.alarm(PATIENCE_S)
        install(mutant)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        options = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "-k", f"not {SLOW}"]
        os._exit(int(pytest.main([*options, str(tests)])))
    _, status = os.waitpid(child, 0)
    return status != 0


def install(mutant: Mutant) -> None:
    """Let Python import the changed source in place of the file's."""
    # Ours were imported before the fork too: without this their importers would keep them.
    for name in [name for name in sys.modules if name.partition(".")[0] == "framework"]:
        del sys.modules[name]
    path, get_code = str(mutant.path.resolve()), SourceFileLoader.get_code

    def patched(loader: SourceFileLoader, name: str) -> CodeType | None:
        if os.path.realpath(loader.path) == path:
            return compile(mutant.source, loader.path, "exec")
        return get_code(loader, name)

    SourceFileLoader.get_code = patched  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
