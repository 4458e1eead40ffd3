"""The figures of benchmarks/house.py, on a code base small enough to count by hand."""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "house.py"

SOURCE = '''"""A module."""

# why it is so
LIMIT = 3  # a comment for readers
OTHER = 4  # noqa: S101


class Thing:
    def size(self, of: int) -> int:
        """Documented.

        Over three lines.
        """
        return of

    def _hidden(self, of):
        return of


def public(a: int, *rest: str, b) -> None: ...
'''


@pytest.fixture
def house():
    return runpy.run_path(str(SCRIPT), run_name="house")


@pytest.fixture
def checkout(tmp_path):
    files = {
        "pkg/__init__.py": "",
        "pkg/_one.py": SOURCE,
        "pkg/two.py": "class Thing:\n    pass\n\n\ndef run():\n    return 1\n",
        "pkg/template.py": "from {{ name }} import x\n",
        "tests/test_one.py": "import pytest\npytest.importorskip('x')\n\n@pytest.mark.xfail\n"
        "def test_a():\n    pytest.skip('y')\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_is_counted(house, checkout):
    found = house["figures"](house["CodeBase"].of(f"it={checkout}:pkg:tests"))
    assert found["source files"] == "2"  # neither the empty __init__.py nor the template
    assert found["lines of a file, median / longest"] == "13 / 20"
    assert found["functions"] == "4"
    assert found["functions fully typed"] == "25 %"
    # The class, method and function of _one.py; two.py itself, its class and its function.
    assert found["public definitions with a docstring"] == "17 %"
    assert found["comment lines per 100 non-blank lines"] == f"{100 * 2 / 17:.1f}"
    assert found["lines of tests per line of source"] == f"{6 / 26:.2f}"
    assert found["files with logic that have a mirrored test"] == "50 % of 2"
    assert found["places that skip or expect failure in tests"] == "3"
    assert found["class names used twice or more"] == "1"


def test_the_docstring_does_not_make_a_function_long(house, checkout):
    code = house["CodeBase"].of(f"it={checkout}:pkg:tests")
    lengths = {
        function.name: house["length_of"](function) for function in code.source[0].functions()
    }
    assert lengths == {"size": 2, "_hidden": 2, "public": 1}


def test_the_table_names_each_code_base(house, checkout, capsys):
    assert house["main"]([f"a={checkout}:pkg", f"b={checkout}:pkg:tests"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "|  | a | b |"
    assert "a: Thing (2)" in lines


def test_a_wrong_argument_is_named(house, tmp_path):
    with pytest.raises(SystemExit, match="NAME=FOLDER"):
        house["main"](["pkg"])
    with pytest.raises(SystemExit, match="not a folder"):
        house["main"]([f"a={tmp_path}:nowhere"])
