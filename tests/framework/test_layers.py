"""The core knows stages by contract: it imports no plugin."""

import ast
from pathlib import Path

import framework

CORE = Path(framework.__file__).parent


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_the_core_imports_no_plugin() -> None:
    files = list(CORE.rglob("*.py"))
    assert len(files) > 20
    guilty = {
        (str(path.relative_to(CORE)), name)
        for path in files
        for name in imports(path)
        if name.split(".")[0] == "plugins" or name.startswith("framework.plugins")
    }
    assert guilty == set()
