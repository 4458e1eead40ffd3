"""The weight file that comes with the project; `checkpoint/temporal.md` is its model card."""

from framework.hookspecs import WeightsEntry

SHIPPED = WeightsEntry(
    name="temporal",
    filename="temporal.safetensors",
    size=11_042_404,
    sha256="5cf8aff6606143c04c3620b4d2093d2b9c11378f848cf7a75ea5d4671d5fa594",
    licence="Apache-2.0; trained on CMU, ACCAD (CC BY 3.0) and Berkeley MHAD (BSD) motion capture",
)
