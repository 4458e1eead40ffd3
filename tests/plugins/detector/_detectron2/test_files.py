"""Every published model has its network, its file and its address."""

from framework.plugins.detector._detectron2 import network
from framework.plugins.detector._detectron2.files import DETECTRON, ZOO
from framework.plugins.detector.detectron2.config import Detectron2Model


def test_every_choice_has_a_file_and_a_network():
    names = {model.value for model in Detectron2Model}
    assert set(ZOO) == set(network.ZOO) == names
    assert len({entry.filename for entry in (*ZOO.values(), DETECTRON)}) == 4


def test_addresses_end_in_the_names_of_the_files():
    for entry in (*ZOO.values(), DETECTRON):
        (source,) = entry.sources
        assert source["url"].startswith("https://dl.fbaipublicfiles.com/")
        assert source["url"].endswith(f"/{entry.filename}")
