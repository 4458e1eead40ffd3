"""The detector's 3D keypoints as poses, for detectors that have them."""

from framework.hookspecs import StageEntry, hookimpl

from .config import Detector3DConfig


@hookimpl
def register_lifters() -> list[StageEntry]:
    """Return this lifter."""
    return [
        StageEntry(
            name="detector3d",
            summary="the detector's 3D keypoints (blazepose has them); needs no weights",
            config=Detector3DConfig,
            factory=f"{__name__}.detector3d:Detector3D",
        )
    ]
