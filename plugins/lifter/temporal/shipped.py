"""The weight file that comes with the project; `checkpoint/temporal.md` is its model card."""

from framework.hookspecs import WeightsEntry

SHIPPED = WeightsEntry(
    name="temporal",
    filename="temporal.safetensors",
    size=11_162_292,
    sha256="3c8f3ebd5cbbd0e805045ef8e18c11a3bc75d8c2b651121d615d9667c5dcff35",
    licence="Apache-2.0; trained on CMU, ACCAD (CC BY 3.0) and Berkeley MHAD (BSD) motion capture",
)
