"""Interpolates frames by two networks: Super-SloMo, with published or your own weights."""

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import SuperSloMoConfig
from .published import HOMEPAGE, LICENCE, PUBLISHED


@hookimpl
def register_interpolators() -> list[StageEntry]:
    """Offer ``interpolator=super_slomo``."""
    return [
        StageEntry(
            name="super_slomo",
            summary="frames by optical flow networks (Jiang 2018); needs a GPU in practice",
            config=SuperSloMoConfig,
            factory=f"{__name__}.super_slomo:SuperSloMoInterpolator",
            requires=(
                Module(name="torch", install="pip install framework"),
                WeightFile(name=PUBLISHED.name),
            ),
            licence=f"code Apache-2.0; published weights {LICENCE}",
            homepage=HOMEPAGE,
            trainer=f"{__name__}.training.run",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the published checkpoint."""
    return [PUBLISHED]
