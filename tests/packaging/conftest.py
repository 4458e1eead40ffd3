"""Wheels and an editable installation, each in a clean environment."""

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "tests" / "third_party" / "framework-example"
SOURCES = ("framework", "plugins", "conf", "checkpoint", "tests", "benchmarks", "docs", "data")
FILES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")


def pytest_collection_modifyitems(items):
    """Let one process of pytest-xdist run all of these, so that wheels are built once."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("packaging"))


def run(*command, cwd, **options):
    """Run a program to its end; its output is the message when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        check=False,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        **options,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Environment:
    """A Python of its own, used from a folder that tries to get in the way."""

    python: Path
    folder: Path

    def run(self, *arguments, **variables):
        """Run Python with arguments, and with environment variables of its own."""
        return run(self.python, *arguments, cwd=self.folder, env=self.variables(**variables))

    def script(self, *arguments, cwd):
        """Run the console script in a folder."""
        return run(self.python.with_name("framework"), *arguments, cwd=cwd, env=self.variables())

    @staticmethod
    def variables(**more):
        """Environment variables without paths to another copy of the framework."""
        return {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **more}


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """A copy of the checkout, so that building leaves nothing behind."""
    folder = tmp_path_factory.mktemp("sources")
    made = ("__pycache__", "node_modules", "*.egg-info", "build", "*.mp4", "*.npz")
    rubbish = shutil.ignore_patterns(*made)
    for name in SOURCES:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=rubbish)
    for name in FILES:
        shutil.copy(CHECKOUT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def built(sources, tmp_path_factory):
    """The sdist of the framework, the wheel made from it, and the example's wheel."""
    dist = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", dist)
    run(*build, sources, cwd=dist)
    example = tmp_path_factory.mktemp("example") / "package"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    run(*build, "--wheel", example, cwd=dist)
    return dist


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """An environment with both wheels.

    What they depend on is read from the environment of the tests: a path in a .pth file brings
    its packages, but not its editable installations, so the framework comes from the wheel.
    """
    home = tmp_path_factory.mktemp("env")
    python = environment(home)
    install(python, "--no-index", *built.glob("*.whl"), cwd=home)
    return Environment(python, hostile_folder(home / "elsewhere"))


@pytest.fixture(scope="session")
def editable(sources, tmp_path_factory):
    """An environment with an editable installation of a copy of the checkout."""
    home = tmp_path_factory.mktemp("editable")
    python = environment(home)
    install(python, "--no-index", "--no-build-isolation", "--editable", sources, cwd=home)
    return Environment(python, hostile_folder(home / "elsewhere"))


def environment(home):
    """Make an environment that reads the packages of the tests' own; return its Python."""
    venv.create(home, with_pip=False)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    site = run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=home).strip()
    shared = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (Path(site) / "dependencies.pth").write_text("\n".join(shared))
    return python


def install(python, *arguments, cwd):
    """Install packages, without what they depend on, by the pip of the tests' environment."""
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps")
    run(*pip, *arguments, cwd=cwd)


def hostile_folder(folder):
    """A folder whose ``plugins`` and ``conf`` must never be looked at."""
    for name in ("plugins", "conf"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise SystemExit('the wrong folder')\n")
    (folder / "conf" / "config.yaml").write_text("input: [not, ours\n")
    return folder
