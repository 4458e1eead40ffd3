"""The weight file that comes with the project; `checkpoint/temporal.md` is its model card."""

from framework.hookspecs import WeightsEntry

SHIPPED = WeightsEntry(
    name="temporal",
    filename="temporal.safetensors",
    size=11_042_404,
    sha256="7ee4845146acd1ef5cf72c7e2a62466b7c25161327b267ce110f40a044750c18",
    licence="Apache-2.0; trained on CMU, ACCAD (CC BY 3.0) and Berkeley MHAD (BSD) motion capture",
)
