"""The weight file that comes with the project; `checkpoint/temporal.md` is its model card."""

from framework.hookspecs import WeightsEntry

SHIPPED = WeightsEntry(
    name="temporal",
    filename="temporal.safetensors",
    size=10_927_548,
    sha256="6c2fd83c9dccc5063bc000d3c5111fbcec4715ee6c2a2c83bcccaa5eabeacf80",
    licence="Apache-2.0; trained on CMU, ACCAD (CC BY 3.0) and Berkeley MHAD (BSD) motion capture",
)
