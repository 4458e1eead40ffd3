"""What all tests share."""

import os
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Under pytest-xdist, let each process compute on one core.

    Model runtimes wait for their threads in busy loops: with as many threads in each of two
    processes as there are cores, a test takes ten times as long and runs into its time limit.
    """
    if hasattr(config, "workerinput"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # PyTorch and BLAS, also in subprocesses
        os.cpu_count = lambda: 1  # the default of the option "threads"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process of pytest-xdist run all tests of a file, which share costly fixtures."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party test data that lies beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("third-party test data (../shared/data) is not on this machine")
    return folder
