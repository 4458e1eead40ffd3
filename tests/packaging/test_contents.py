"""What is in the distributions: everything that is needed, and nothing else."""

import tarfile
from zipfile import ZipFile

PACKAGED = {".py", ".yaml", ".safetensors", ".json", ".md", ".typed"}
PACKAGED |= {".html", ".css", ".js", ".mjs"}  # of the viewer


def expected(sources):
    """Names in the wheel of the files on disk."""
    homes = {
        "framework": "framework",
        "plugins": "framework/plugins",
        "conf": "framework/conf",
        "checkpoint": "framework/checkpoint",
    }
    return {
        f"{home}/{path.relative_to(sources / folder).as_posix()}"
        for folder, home in homes.items()
        for path in (sources / folder).rglob("*")
        if path.is_file() and (path.suffix in PACKAGED or path.name == "py.typed")
    }


def test_the_wheel_holds_the_folders_and_nothing_else(built, sources):
    (wheel,) = built.glob("framework-[0-9]*.whl")
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = expected(sources)
    assert names == wanted, f"missing {wanted - names}, too many {names - wanted}"
    assert {"framework/py.typed", "framework/conf/config.yaml"} <= names
    assert "framework/plugins/detector/blazepose/blazepose.py" in names


def test_the_sdist_can_build_the_same_wheel(built, sources):
    # The wheel above was built from the sdist, so the sdist holds what the wheel needs.
    (sdist,) = built.glob("framework-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "NOTICE"} <= names
    assert not [name for name in names if name.startswith(("benchmarks/", "data/", "docs/"))]


def test_the_licence_travels_along(built):
    (wheel,) = built.glob("framework-[0-9]*.whl")
    names = ZipFile(wheel).namelist()
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {
        "LICENSE",
        "NOTICE",
    }
