"""No source file unpickles freely, and none evaluates text as code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("framework", "plugins", "benchmarks", "docs")
NEVER = {
    *(f"{module}.{call}" for module in ("pickle", "_pickle", "dill", "cloudpickle", "marshal")
      for call in ("load", "loads", "Unpickler")),
    *("joblib.load shelve.open pandas.read_pickle torch.jit.load torch.hub.load eval exec "
      "yaml.load yaml.load_all yaml.full_load yaml.unsafe_load yaml.unsafe_load_all".split()),
}  # fmt: skip
ONLY_WITH = {"torch.load": ("weights_only", True), "numpy.load": ("allow_pickle", False)}
DEFAULTS = {"numpy.load": False}


def findings(source: str) -> Iterator[str]:
    """Every call in a source text that could run what a file says."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname or a.name.partition(".")[0]: a.name if a.asname else
                      a.name.partition(".")[0] for a in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = full_name(node.func, names)
            if called in NEVER and not is_own_copy(node, called, names):
                yield f"{node.lineno}: {called}"
            if called in ONLY_WITH:
                key, wanted = ONLY_WITH[called]
                given = {word.arg: word.value for word in node.keywords}
                value = given.get(key, ast.Constant(DEFAULTS.get(called)))
                if not (isinstance(value, ast.Constant) and value.value is wanted):
                    yield f"{node.lineno}: {called} without {key}={wanted}"


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def is_own_copy(node: ast.Call, called: str, names: dict[str, str]) -> bool:
    """``pickle.loads(pickle.dumps(...))`` reads nothing from outside."""
    argument = node.args[0] if node.args else None
    return (
        called == "pickle.loads"
        and isinstance(argument, ast.Call)
        and full_name(argument.func, names) == "pickle.dumps"
    )


SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_source_reads_freely():
    assert len(SOURCES) > 100
    found = [f"{path}:{what}" for path in SOURCES for what in findings(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import pickle\npickle.load(f)", "pickle.load"),
        ("import pickle as p\np.loads(x)", "pickle.loads"),
        ("from pickle import load as read\nread(f)", "pickle.load"),
        ("import pickle\npickle.Unpickler(f).load()", "pickle.Unpickler"),
        ("import torch\ntorch.load(p)", "torch.load without"),
        ("import torch\ntorch.load(p, weights_only=False)", "torch.load without"),
        ("from torch import load\nload(p, weights_only=safe)", "torch.load without"),
        ("import numpy as np\nnp.load(p, allow_pickle=True)", "numpy.load without"),
        ("import yaml\nyaml.load(t, Loader=yaml.SafeLoader)", "yaml.load"),
        ("eval(t)", "eval"),
    ],
)
def test_the_search_finds(source, said):
    (found,) = findings(source)
    assert said in found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.loads(pickle.dumps(x))",
        "import torch\ntorch.load(p, weights_only=True)",
        "import numpy as np\nnp.load(p)",
        "import yaml\nyaml.safe_load(t)",
        "model.eval()",
    ],
)
def test_the_search_passes(source):
    assert list(findings(source)) == []
