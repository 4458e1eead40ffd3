"""AlphaPose's configurations and networks."""

import sys
from importlib.util import find_spec

import pytest

from framework.errors import ConfigurationError
from framework.plugins.detector.alphapose import library

CONFIG = """
DATA_PRESET: {TYPE: simple, NUM_JOINTS: 26, IMAGE_SIZE: [256, 192], HEATMAP_SIZE: [64, 48]}
MODEL: {TYPE: FastPose, NUM_LAYERS: 50}
LOSS: {TYPE: MSELoss}
"""


installed = pytest.mark.skipif(
    find_spec("alphapose") is None, reason="AlphaPose is not on Python's path"
)


def test_a_configuration_is_read(tmp_path):
    path = tmp_path / "halpe.yaml"
    path.write_text(CONFIG)
    architecture = library.read_config(path)
    assert (architecture.size_wh, architecture.joints) == ((192, 256), 26)
    assert architecture.model == {"TYPE": "FastPose", "NUM_LAYERS": 50}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CONFIG.replace("NUM_LAYERS: 50", "NUM_LAYERS: 50, DCN: {}"), "CUDA extensions"),
        (CONFIG.replace("MSELoss", "L1JointRegression"), "L1JointRegression"),
        ("a: [", "no configuration"),
        ("just text", "no configuration"),
        ("MODEL: !!python/object/apply:os.mkdir ['made']", "ConstructorError"),
        (CONFIG.replace("[256, 192]", "256"), "no configuration"),
    ],
)
def test_other_configurations_are_refused(tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "other.yaml"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=said) as caught:
        library.read_config(path)
    assert str(path) in caught.value.message
    assert list(tmp_path.iterdir()) == [path]


@installed
def test_networks_are_built_without_torchvision_and_without_a_download(built):
    before = sys.modules.get("torchvision")
    _, config, network = built
    assert sys.modules.get("torchvision") is before
    assert len(network.state_dict()) == 348
    assert len(network.state_dict()["conv_out.bias"]) == config.joints
    assert not any(name.startswith("alphapose.datasets") for name in sys.modules)
