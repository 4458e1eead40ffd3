"""The weight file that comes with the project; `checkpoint/temporal.md` is its model card."""

from framework.hookspecs import WeightsEntry

SHIPPED = WeightsEntry(
    name="temporal",
    filename="temporal.safetensors",
    size=11_162_292,
    sha256="6f13067be6a8800cbee84829d71c5b04a39721b9c8419c4c17be95f34e948c04",
    licence="Apache-2.0; trained on CMU, ACCAD (CC BY 3.0) and Berkeley MHAD (BSD) motion capture",
)
