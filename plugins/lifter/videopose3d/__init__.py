"""VideoPose3D's temporal convolutions over 2D keypoints, with published or your own weights."""

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import VideoPose3DConfig
from .published import DEFAULT, PUBLISHED


@hookimpl
def register_lifters() -> list[StageEntry]:
    """Return this lifter."""
    install = "pip install framework"
    return [
        StageEntry(
            name="videopose3d",
            summary="temporal convolutions over 2D (Pavllo 2019); weights are non-commercial",
            config=VideoPose3DConfig,
            factory=f"{__name__}.videopose3d:VideoPose3D",
            requires=(
                Module(name="torch", install=install),
                WeightFile(name=DEFAULT.name, option="checkpoint"),
            ),
            licence="code Apache-2.0; published weights CC-BY-NC-4.0",
            non_commercial=True,
            homepage="https://github.com/facebookresearch/VideoPose3D",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the published checkpoints."""
    return list(PUBLISHED)
