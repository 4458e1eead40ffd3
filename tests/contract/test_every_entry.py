"""Every implementation that is registered keeps the contract of its stage."""

from dataclasses import replace

import pytest

from framework.errors import BackendError
from framework.hookspecs import WeightFile
from framework.registry import registry
from framework.testing import checks_of
from framework.video.decode import FrameReader
from framework.video.probe import probe
from framework.weights import is_here, locate

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
            weights = registry().weights[requirement.name]
            if not weights.size and not is_here(weights):
                pytest.skip(f"{weights.filename} is not here; tests fetch only what is pinned")
            try:
                locate(weights)
            except BackendError as error:
                pytest.skip(f"{requirement.name} cannot be had: {error.message.splitlines()[0]}")


@pytest.fixture
def settings_of(copying_checkpoint, keypoint_file, small_super_slomo, hand_made_networks):
    """What an implementation cannot do without, by stage and name."""
    settings = {
        ("lifter", "videopose3d"): {"checkpoint": copying_checkpoint},  # not ours to ship
        ("interpolator", "super_slomo"): {"checkpoint": small_super_slomo},
        ("detector", "keypoints"): {"file": keypoint_file},
        **{("detector", name): some for name, some in hand_made_networks.items()},
    }
    return lambda item: settings.get((item.stage, item.entry.name), {})


@pytest.mark.parametrize(("item", "check"), CASES)
def test_contract(item, check, settings_of):
    settings = settings_of(item)
    if not settings:
        need(item)
    replace(check, subject=replace(check.subject, settings=settings))()


@pytest.fixture(scope="module")
def frames_of_a_dancer(shared_data):
    with FrameReader(probe(shared_data / "videos" / "dance_480p.mp4"), batch_size=12) as reader:
        return next(reader)


@pytest.mark.parametrize(("item", "check"), DETECTOR_CASES)
def test_contract_of_detectors_with_somebody_in_the_picture(
    item, check, frames_of_a_dancer, settings_of
):
    settings = settings_of(item)
    if not settings:
        need(item)
    subject = replace(check.subject, frames=frames_of_a_dancer, settings=settings)
    replace(check, subject=subject)()


def test_no_plugin_failed_to_load():
    assert [str(failure) for failure in registry().failures] == []
