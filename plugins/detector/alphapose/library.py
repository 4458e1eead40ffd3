"""Building AlphaPose's networks without its compiled extensions and its hidden download.

The part that is used, ``alphapose.models``, can be imported without compiling anything. Its
constructors download ResNet weights trained on ImageNet, which the checkpoint replaces at once. So
while a network is built, ``torchvision.models`` is a module whose networks are empty: nothing is
downloaded, and torchvision is not needed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from torch import nn

from framework.errors import BackendError, ConfigurationError

from .._inference.checkout import config_file, import_package

_DEPTHS = (18, 34, 50, 101, 152)
_CONFIGS = {
    "coco17": "coco/resnet/256x192_res50_lr1e-3_1x.yaml",
    "halpe26": "halpe_26/resnet/256x192_res50_lr1e-3_1x.yaml",
}
"""Those of the published weights, by `AlphaPoseKeypoints.value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaPoseArchitecture:
    """The network that a configuration file describes.

    Attributes:
        model: its section MODEL, the constructor's arguments.
        preset: its section DATA_PRESET.
        size_wh: of the crops, pixels.
        joints: number of its keypoints.
    """

    model: dict[str, Any]
    preset: dict[str, Any]
    size_wh: tuple[int, int]
    joints: int


def import_library(checkout: Path | None) -> ModuleType:
    """Return the package ``alphapose`` with its networks imported.

    Args:
        checkout: folder that holds it; None: wherever Python finds it.

    Raises:
        BackendError: it is not there, or something that it needs is not installed.
    """
    return import_package("alphapose", ("models",), checkout, "pip install 'framework[alphapose]'")


def published_config(library: ModuleType, body: str) -> Path:
    """Return the configuration of the published weights for a `AlphaPoseKeypoints.value`."""
    return config_file(library, _CONFIGS[body], "../configs")


def read_config(path: Path) -> AlphaPoseArchitecture:
    """Read a configuration of AlphaPose.

    Raises:
        ConfigurationError: the file is no configuration, or of a network that is not supported.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        model, preset = dict(content["MODEL"]), dict(content["DATA_PRESET"])
        height, width = preset["IMAGE_SIZE"]
        joints, loss = int(preset["NUM_JOINTS"]), content["LOSS"]["TYPE"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"detector.config={path} is no configuration of AlphaPose ({type(error).__name__})",
            "Give a YAML file of its folder configs.",
        ) from error
    if "DCN" in model or loss != "MSELoss" or preset.get("TYPE") != "simple":
        raise ConfigurationError(
            f"detector.config={path} is of a network that is not supported: "
            + ("its deformable convolutions need CUDA extensions" if "DCN" in model else loss),
            "Give one that is read from heatmaps: LOSS.TYPE MSELoss, no DCN.",
        )
    return AlphaPoseArchitecture(model=model, preset=preset, size_wh=(width, height), joints=joints)


def build(library: ModuleType, architecture: AlphaPoseArchitecture) -> nn.Module:
    """Return a network for inference with random weights.

    Raises:
        BackendError: AlphaPose cannot build it.
    """
    with _without_download():
        try:
            network: nn.Module = library.models.builder.build_sppe(
                architecture.model, preset_cfg=architecture.preset
            )
        except (KeyError, AssertionError, ImportError, TypeError) as error:
            raise BackendError(
                f"AlphaPose cannot build its {architecture.model.get('TYPE')}: {error!r}",
                "Check detector.config against the version of the checkout.",
            ) from error
    return network.eval()


@contextmanager
def _without_download() -> Iterator[None]:
    """Let ``import torchvision.models`` find networks without weights."""
    stand_in, models = ModuleType("torchvision"), ModuleType("torchvision.models")
    for depth in _DEPTHS:
        setattr(models, f"resnet{depth}", lambda **_: nn.Module())
    setattr(stand_in, "models", models)  # noqa: B010  (ModuleType has no such attribute for mypy)
    names = {"torchvision": stand_in, "torchvision.models": models}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    try:
        yield
    finally:
        # What others imported before must be there again, or be absent again.
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
