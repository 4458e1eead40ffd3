"""Every implementation that is registered keeps the contract of its stage."""

from dataclasses import replace

import pytest

from framework.errors import BackendError
from framework.hookspecs import WeightFile
from framework.registry import registry
from framework.testing import checks_of
from framework.video.decode import FrameReader
from framework.video.probe import probe
from framework.weights import locate

CASES = [
    pytest.param(item, check, id=f"{item.stage}-{item.entry.name}-{check.name}")
    for item in registry().all()
    for check in checks_of(item.stage, item.entry)
]
DETECTOR_CASES = [case for case in CASES if case.values[0].stage == "detector"]


def need(item):
    """Bring the weights that an implementation needs, or skip with what is missing here."""
    if missing := item.missing():
        pytest.skip(missing[0])
    for requirement in item.entry.requires:
        if isinstance(requirement, WeightFile):
            try:
                locate(registry().weights[requirement.name])
            except BackendError as error:
                pytest.skip(f"{requirement.name} cannot be had: {error.message.splitlines()[0]}")


@pytest.mark.parametrize(("item", "check"), CASES)
def test_contract(item, check, own_checkpoints):
    if checkpoint := own_checkpoints.get((item.stage, item.entry.name)):
        # Its published weights are not ours to ship.
        settings = {"checkpoint": checkpoint}
        check = replace(check, subject=replace(check.subject, settings=settings))
    else:
        need(item)
    check()


@pytest.fixture(scope="module")
def frames_of_a_dancer(shared_data):
    with FrameReader(probe(shared_data / "videos" / "dance_480p.mp4"), batch_size=12) as reader:
        return next(reader)


@pytest.mark.parametrize(("item", "check"), DETECTOR_CASES)
def test_contract_of_detectors_with_somebody_in_the_picture(item, check, frames_of_a_dancer):
    need(item)
    replace(check, subject=replace(check.subject, frames=frames_of_a_dancer))()


def test_no_plugin_failed_to_load():
    assert [str(failure) for failure in registry().failures] == []
