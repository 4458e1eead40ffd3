"""Packages are imported from a folder that nobody installed."""

import sys

import pytest

from framework.errors import BackendError
from framework.plugins.detector._inference.checkout import config_file, import_package


@pytest.fixture
def checkout(tmp_path, monkeypatch, request):
    """A checkout of a package with a name of this test's own, and a configuration beside it."""
    name = f"checked_out_{abs(hash(request.node.name))}"
    for folder, value in (("first", 1), ("second", 2)):
        package = tmp_path / folder / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"value = {value}\n")
        (package / "part.py").write_text("import warnings\nwarnings.warn('old', stacklevel=1)\n")
        (package / "broken.py").write_text("import a_module_that_nobody_has\n")
    (tmp_path / "first" / "configs").mkdir()
    (tmp_path / "first" / "configs" / "net.yaml").write_text("{}")
    yield name, tmp_path
    for module in [key for key in sys.modules if key.partition(".")[0] == name]:
        del sys.modules[module]


def test_it_is_imported_with_its_parts_and_leaves_the_path_as_it_was(checkout):
    name, folder = checkout
    before = list(sys.path)
    package = import_package(name, ("part",), folder / "first", "pip install it")
    assert (package.value, package.part.__name__) == (1, f"{name}.part")
    assert sys.path == before


def test_a_folder_without_it_and_a_missing_package_are_named(checkout, tmp_path):
    name, folder = checkout
    with pytest.raises(BackendError, match=f"{folder.name} is no checkout of {name}"):
        import_package(name, (), tmp_path, "pip install it")
    with pytest.raises(BackendError, match=f"{name} cannot be imported") as caught:
        import_package(name, (), None, "pip install it")
    assert caught.value.hint == "pip install it"


def test_what_it_needs_itself_is_named(checkout):
    name, folder = checkout
    with pytest.raises(BackendError, match="a_module_that_nobody_has"):
        import_package(name, ("broken",), folder / "first", "pip install it")


def test_a_second_copy_in_one_process_is_refused(checkout):
    name, folder = checkout
    import_package(name, (), folder / "first", "")
    assert import_package(name, (), folder / "first", "").value == 1
    with pytest.raises(BackendError, match=r"was imported from .*first before, not from .*second"):
        import_package(name, (), folder / "second", "")


def test_a_configuration_is_found_in_the_first_folder_that_has_it(checkout):
    name, folder = checkout
    package = import_package(name, (), folder / "first", "")
    found = config_file(package, "net.yaml", "absent", "../configs")
    assert found.samefile(folder / "first" / "configs" / "net.yaml")
    with pytest.raises(BackendError, match="comes without configs/other"):
        config_file(package, "other.yaml", "../configs")
