"""Every implementation that is registered keeps the contract of its stage."""

from dataclasses import replace

import pytest

from framework.hookspecs import WeightFile
from framework.registry import registry
from framework.testing import checks_of
from framework.video.decode import FrameReader
from framework.video.probe import probe
from framework.weights import search_folders

CASES = [
    pytest.param(item, check, id=f"{item.stage}-{item.entry.name}-{check.name}")
    for item in registry().all()
    for check in checks_of(item.stage, item.entry)
]
DETECTOR_CASES = [case for case in CASES if case.values[0].stage == "detector"]


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
    if (item.stage, item.entry.name) == ("lifter", "videopose3d"):
        # Its published weights are not ours to ship.
        settings = {"checkpoint": copying_checkpoint}
        check = replace(check, subject=replace(check.subject, settings=settings))
    elif reasons := unusable(item):
        pytest.skip(reasons[0])
    check()


@pytest.fixture(scope="module")
def frames_of_a_dancer(shared_data):
    with FrameReader(probe(shared_data / "videos" / "dance_480p.mp4"), batch_size=12) as reader:
        return next(reader)


@pytest.mark.parametrize(("item", "check"), DETECTOR_CASES)
def test_contract_of_detectors_with_somebody_in_the_picture(item, check, frames_of_a_dancer):
    if reasons := unusable(item):
        pytest.skip(reasons[0])
    replace(check, subject=replace(check.subject, frames=frames_of_a_dancer))()


def test_no_plugin_failed_to_load():
    assert [str(failure) for failure in registry().failures] == []
