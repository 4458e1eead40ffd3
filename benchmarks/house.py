"""How the source code is built: size, types, docstrings, comments and tests, side by side.

    python benchmarks/house.py
    python benchmarks/house.py before=../old:framework,plugins:tests now=.:framework,plugins:tests \
        pluggy=../pluggy:src/pluggy:testing kedro=../kedro:kedro:tests

Each argument is NAME=FOLDER[:SOURCE[:TESTS]]: a checkout, its source folders and its test folders,
separated by commas. Nothing is imported or run: files are parsed only, so that any code base can
be measured beside this one, with the same rules.

- Files: ``*.py``, without ``__init__.py`` of fewer than five lines, and without templates that are
  no Python yet.
- Functions: methods and nested ones too; their length is that from ``def`` to the last line,
  without the docstring.
- Typed: every parameter (but ``self`` or ``cls``) and the result; ``__init__`` needs no result.
- Docstrings: of modules, classes, methods and functions whose names have no leading underscore.
- Comments: lines with one that is meant for a reader, so not ``noqa``, ``type: ignore`` and such.
- Mirrored: a source file with code to run, ``a/b.py``, has a test ``a/test_b.py`` (leading
  underscores dropped). Packages' ``__init__.py`` and ``__main__.py`` need none.
- Skips: places in tests that may skip a test or let it fail, not how often they do in a run.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
OURS = f"here={ROOT}:framework,plugins:tests"
PRAGMA = re.compile(r"#\s*(noqa|type:|pragma|fmt:|ruff:|mypy:|pylint:|isort:|!|-\*-)")
SHORTEST_INIT = 5
SKIPPING = {"skip", "skipif", "importorskip", "xfail"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One parsed file.

    Attributes:
        path: below its source folder, which is the first part.
        text: of the file.
        tree: its syntax tree.
    """

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """All lines, blank ones included."""
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        """Every function of the file, methods and nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@dataclass(frozen=True)
class CodeBase:
    """A checkout to measure: its name, its source files and its test files."""

    name: str
    source: list[Source]
    tests: list[Source]

    @classmethod
    def of(cls, argument: str) -> CodeBase:
        """Read NAME=FOLDER[:SOURCE[:TESTS]]."""
        name, equals, place = argument.partition("=")
        if not equals:
            sys.exit(f"{argument!r} does not read NAME=FOLDER[:SOURCE[:TESTS]]")
        folder, sources, tests, *_ = [*place.split(":"), "", ""]
        root = Path(folder)
        tested = [root / part for part in (tests or "tests").split(",")]
        parts = [root / part for part in sources.split(",")] if sources else [root]
        for part in parts:
            if not part.is_dir():
                sys.exit(f"{part} is not a folder")
        return cls(
            name,
            [file for part in parts for file in _parsed(part, tested)],
            [file for part in tested for file in _parsed(part, [])],
        )


def _parsed(folder: Path, without: Sequence[Path]) -> Iterator[Source]:
    for path in sorted(folder.rglob("*.py")):
        if any(path.is_relative_to(other) for other in without):
            continue
        text = path.read_text(encoding="utf-8")
        if path.name == "__init__.py" and len(text.splitlines()) < SHORTEST_INIT:
            continue
        with suppress(SyntaxError):
            yield Source(path.relative_to(folder.parent), text, ast.parse(text))


def length_of(function: Function) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    docstring = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def is_typed(function: Function) -> bool:
    """Whether every parameter and the result have annotations."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    if named and named[0].arg in ("self", "cls"):
        named = named[1:]
    starred = [part for part in (arguments.vararg, arguments.kwarg) if part]
    parameters = [*named, *arguments.kwonlyargs, *starred]
    has_result = function.returns is not None or function.name == "__init__"
    return has_result and all(parameter.annotation for parameter in parameters)


def public_definitions(file: Source) -> Iterator[ast.Module | ast.ClassDef | Function]:
    """The module, its classes, their methods and its functions, as far as named publicly."""
    if not file.path.stem.startswith("_") or file.path.stem == "__init__":
        yield file.tree
    waiting: list[ast.stmt] = list(file.tree.body)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.ClassDef, Function)) or node.name.startswith("_"):
            continue
        if any(ast.unparse(mark).endswith(("overload", ".setter")) for mark in node.decorator_list):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            waiting += node.body


def comment_lines(text: str) -> int:
    """Lines with a comment for a reader."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(
        token.type == tokenize.COMMENT and not PRAGMA.match(token.string) for token in tokens
    )


def has_logic(file: Source) -> bool:
    """Whether a function of the file does more than to state a signature."""
    if file.path.name in ("__init__.py", "__main__.py"):
        return False
    return any(
        not isinstance(statement, (ast.Expr, ast.Pass))
        or not isinstance(getattr(statement, "value", None), (ast.Constant, type(None)))
        for function in file.functions()
        for statement in function.body
    )


def mirrored(code: CodeBase) -> tuple[int, int]:
    """How many source files with logic there are, and how many have a test in the same place."""
    tests = {tuple(file.path.parts[1:]) for file in code.tests}
    wanted = [file for file in code.source if has_logic(file)]
    found = 0
    for file in wanted:
        *folders, name = file.path.parts
        test = f"test_{name.lstrip('_')}"
        found += (*folders, test) in tests or (*folders[1:], test) in tests
    return len(wanted), found


def skips(code: CodeBase) -> int:
    """Places in the tests that call or mark with pytest's skip, importorskip, skipif or xfail."""
    return sum(
        isinstance(node, ast.Attribute)
        and node.attr in SKIPPING
        and ast.unparse(node.value) in ("pytest", "pytest.mark")
        for file in code.tests
        for node in ast.walk(file.tree)
    )


def shared_class_names(code: CodeBase) -> dict[str, int]:
    """Names of top-level classes that more than one file of the source defines."""
    counted = Counter(
        node.name
        for file in code.source
        for node in file.tree.body
        if isinstance(node, ast.ClassDef)
    )
    return {name: count for name, count in sorted(counted.items()) if count > 1}


def figures(code: CodeBase) -> dict[str, str]:
    """The rows of the table for one code base."""
    files = [file.lines for file in code.source]
    functions = [function for file in code.source for function in file.functions()]
    lengths = [length_of(function) for function in functions]
    public = [node for file in code.source for node in public_definitions(file)]
    non_blank = sum(bool(line.strip()) for file in code.source for line in file.text.splitlines())
    comments = sum(comment_lines(file.text) for file in code.source)
    tests = sum(file.lines for file in code.tests)
    wanted, found = mirrored(code)
    return {
        "source files": f"{len(files)}",
        "lines of source": f"{sum(files)}",
        "lines of a file, median / longest": f"{median(files):.0f} / {max(files)}",
        "functions": f"{len(functions)}",
        "lines of a function, median / 95th percentile / longest": (
            f"{median(lengths):.0f} / {quantiles(lengths, n=20)[-1]:.0f} / {max(lengths)}"
        ),
        "functions fully typed": _share(sum(map(is_typed, functions)), len(functions)),
        "public definitions with a docstring": _share(
            sum(ast.get_docstring(node) is not None for node in public), len(public)
        ),
        "comment lines per 100 non-blank lines": f"{100 * comments / non_blank:.1f}",
        "lines of tests per line of source": f"{tests / sum(files):.2f}",
        "files with logic that have a mirrored test": f"{_share(found, wanted)} of {wanted}",
        "places that skip or expect failure in tests": f"{skips(code)}",
        "class names used twice or more": f"{len(shared_class_names(code))}",
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"


def main(arguments: Sequence[str]) -> int:
    """Print the table, and below it the class names that are used more than once."""
    codes = [CodeBase.of(argument) for argument in arguments or [OURS]]
    columns = [figures(code) for code in codes]
    print("|", " | ".join(["", *(code.name for code in codes)]), "|")
    print("|---" * (len(codes) + 1) + "|")
    for row in columns[0]:
        print("|", " | ".join([row, *(column[row] for column in columns)]), "|")
    for code in codes:
        shared = [f"{name} ({count})" for name, count in shared_class_names(code).items()]
        print(f"\n{code.name}: {', '.join(shared) or 'no class name is used twice'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
