"""AlphaPose's FastPose (Fang et al., arXiv 2211.03375), from a checkout of the user's own.

AlphaPose's licence permits non-commercial research only and forbids redistribution: nothing of it
is part of this project, and its weights are not fetched.
"""

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .._persons.files import PERSON_FILES, YOLOX_NANO
from .config import AlphaPoseConfig
from .files import FAST_POSE, LICENCE

_NEEDS = "pip install 'framework[alphapose]'"


@hookimpl
def register_detectors() -> list[StageEntry]:
    """Return the detector."""
    return [
        StageEntry(
            name="alphapose",
            summary="AlphaPose's FastPose on person boxes, 17 or 26 keypoints; non-commercial",
            config=AlphaPoseConfig,
            factory=f"{__name__}.alphapose:AlphaPose",
            requires=(
                Module(
                    name="alphapose",
                    install="git clone https://github.com/MVIG-SJTU/AlphaPose",
                    note="an unbuilt checkout is enough, with detector.checkout=AlphaPose",
                    option="checkout",
                ),
                Module(name="easydict", install=_NEEDS),
                WeightFile(name=FAST_POSE["coco17"].name, option="checkpoint"),
                WeightFile(name=YOLOX_NANO.name, option="person_path"),
            ),
            licence=LICENCE,
            non_commercial=True,
            homepage="https://github.com/MVIG-SJTU/AlphaPose",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return AlphaPose's weights, which users download by hand, and the person detectors'."""
    return [*FAST_POSE.values(), *PERSON_FILES]
