"""Temporal convolutions trained on motion capture; their weights come with the project."""

from framework.hookspecs import Module, StageEntry, WeightFile, WeightsEntry, hookimpl

from .config import TemporalConfig
from .shipped import SHIPPED


@hookimpl
def register_lifters() -> list[StageEntry]:
    """Return this lifter."""
    return [
        StageEntry(
            name="temporal",
            summary="temporal convolutions over 2D and its scores; weights included",
            config=TemporalConfig,
            factory=f"{__name__}.temporal:Temporal",
            requires=(
                Module(name="torch", install="pip install framework"),
                WeightFile(name=SHIPPED.name),
            ),
            licence=SHIPPED.licence,
            trainer=f"{__name__}.training.run",
        )
    ]


@hookimpl
def register_weights() -> list[WeightsEntry]:
    """Return the weights that come with the project."""
    return [SHIPPED]
