"""Every size of RTMO has a published file."""

from framework.plugins.detector.rtmo import register_weights
from framework.plugins.detector.rtmo.config import RtmoModel
from framework.plugins.detector.rtmo.files import MODELS


def test_every_size_of_rtmo_has_a_file_of_its_own():
    assert set(MODELS) == {"lightweight", "balanced", "performance"}
    assert len({entry.filename for entry in MODELS.values()}) == 3
    assert {model.value for model in RtmoModel} == set(MODELS)
    assert list(MODELS.values()) == register_weights()
