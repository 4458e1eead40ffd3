"""Options of the super_slomo interpolator."""

import pytest

from framework.options import OptionError
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tile_px": 224}, "tile_px is 224, but must be at least 256"),
        ({"tile_px": 300}, "tile_px is 300, but must be a multiple of 32"),
        ({"batch_size": 0}, "batch_size is 0, but must be at least 1"),
        ({"factor": 65}, "factor is 65, but must be from 1 to 64"),
    ],
)
def test_a_value_out_of_range_is_named(options, message):
    with pytest.raises(OptionError) as error:
        SuperSloMoConfig(**options)
    assert error.value.message == message


def test_the_smallest_tile_is_allowed():
    assert SuperSloMoConfig(tile_px=256).tile_px == 256
