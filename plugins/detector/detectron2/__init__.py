"""Keypoint R-CNN, run by detectron2: its own zoo, and the model of the first Detectron."""

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .._detectron2.files import DETECTRON, ZOO
from .config import Detectron2Config, DetectronConfig

_NEEDS = "pip install 'framework[detectron2]'"
_LIBRARY = (
    Module(
        name="detectron2",
        install="git clone https://github.com/facebookresearch/detectron2",
        note="an unbuilt checkout is enough, with detector.checkout=detectron2",
        option="checkout",
    ),
    Module(name="torchvision", install=_NEEDS),
    Module(name="fvcore", install=_NEEDS),
)
_LICENCE = "code Apache-2.0; published weights CC-BY-SA-3.0"


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return both detectors."""
    return [
        StageEntry(
            name="detectron2",
            summary="Keypoint R-CNN of detectron2's zoo; slow without a GPU",
            config=Detectron2Config,
            factory=f"{__name__}.detectron2:Detectron2",
            requires=(*_LIBRARY, WeightFile(name=ZOO["r50"].name, option="weights")),
            licence=_LICENCE,
            homepage="https://github.com/facebookresearch/detectron2",
        ),
        StageEntry(
            name="detectron",
            summary="the first Detectron's Keypoint R-CNN (model_final.pkl), run by detectron2",
            config=DetectronConfig,
            factory=f"{__name__}.detectron2:Detectron",
            requires=(*_LIBRARY, WeightFile(name=DETECTRON.name, option="weights")),
            licence=_LICENCE,
            homepage="https://github.com/facebookresearch/Detectron",
        ),
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the published weights."""
    return [*ZOO.values(), DETECTRON]
