"""Every implementation that is registered keeps the contract of its stage."""

from dataclasses import replace

import pytest

from framework.hookspecs import WeightFile
from framework.registry import registry
from framework.testing import checks_of
from framework.weights import search_folders

CASES = [
    pytest.param(item, check, id=f"{item.stage}-{item.entry.name}-{check.name}")
    for item in registry().all()
    for check in checks_of(item.stage, item.entry)
]


def unusable(item):
    """Why this implementation cannot run here."""
    needed = [need.name for need in item.entry.requires if isinstance(need, WeightFile)]
    absent = [
        f"{name} is not on this machine: python -m framework.fetch {name}"
        for name in needed
        if not any((at / registry().weights[name].filename).is_file() for at in search_folders())
    ]
    return [*item.missing(), *absent]


@pytest.mark.parametrize(("item", "check"), CASES)
def test_contract(item, check, copying_checkpoint):
    if reasons := unusable(item):
        pytest.skip(reasons[0])
    if (item.stage, item.entry.name) == ("lifter", "videopose3d"):
        settings = {"checkpoint": copying_checkpoint}  # its published weights are not ours to ship
        check = replace(check, subject=replace(check.subject, settings=settings))
    check()


def test_no_plugin_failed_to_load():
    assert [str(failure) for failure in registry().failures] == []
